/* A host judges its guests' sockets by the policy and by what the guest was
 * answered. */
#include "check.h"

static char message[200];

static winsock_async_endpoint_t ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d,
                                     uint16_t port) {
  winsock_async_endpoint_t endpoint;
  memset(&endpoint, 0, sizeof endpoint);
  endpoint.address.family = 4;
  endpoint.address.bytes[0] = a;
  endpoint.address.bytes[1] = b;
  endpoint.address.bytes[2] = c;
  endpoint.address.bytes[3] = d;
  endpoint.port = port;
  return endpoint;
}

static int32_t check(winsock_async_session_t session, uint32_t usage,
                     winsock_async_endpoint_t at) {
  return winsock_async_session_connection_check(session, usage, &at, message,
                                                sizeof message);
}

static int32_t check_host(winsock_async_session_t session, const char *name,
                          winsock_async_endpoint_t at) {
  return winsock_async_session_connection_check_host(session, text(name), &at,
                                                     message, sizeof message);
}

/* A client that knows the name: the rule must be for that name, and the answer
 * too. */
static void by_name(winsock_async_engine_t engine) {
  winsock_async_session_t session = session_of(engine);
  winsock_async_endpoint_t table = ipv4(198, 51, 100, 7, 443);
  RETURNS(WINSOCK_ASYNC_ERROR_ACCESS_DENIED,
          check_host(session, "table.test", table));
  CHECK(strcmp(message, "198.51.100.7:443 is denied; add --connect "
                        "table.test:443") == 0);
  request(session, host("table.test"), 0);
  CHECK(takes(session) == 1);
  OK(check_host(session, "table.test", table));
  CHECK(message[0] == 0);
  OK(check_host(session, "Table.Test.", table));
  /* Another name with the same address, another port, and the address itself.
   */
  RETURNS(WINSOCK_ASYNC_ERROR_ACCESS_DENIED,
          check_host(session, "alias.test", table));
  CHECK(strcmp(message, "198.51.100.7:443 is denied; add --connect "
                        "alias.test:443") == 0);
  OK(check_host(session, "198.51.100.7", table));
  table.port = 80;
  RETURNS(WINSOCK_ASYNC_ERROR_ACCESS_DENIED,
          check_host(session, "table.test", table));
  CHECK(stats_of(session).connections_denied == 3);
  OK(winsock_async_session_delete(session));
}

int main(void) {
  winsock_async_engine_t engine = engine_with(NULL);
  winsock_async_session_t session = session_of(engine),
                          other = session_of(engine);
  winsock_async_endpoint_t table = ipv4(198, 51, 100, 7, 443);
  winsock_async_endpoint_t table6 = {{6, {0x20, 0x01, 0x0d, 0xb8, [15] = 7}},
                                     443};
  winsock_async_endpoint_t own = ipv4(127, 0, 0, 1, 5000);
  winsock_async_query_t addresses = host("table.test");

  /* Before the guest was answered the address, and in a session that was not.
   */
  RETURNS(WINSOCK_ASYNC_ERROR_ACCESS_DENIED,
          check(session, WINSOCK_ASYNC_USE_TCP_CONNECT, table));
  CHECK(strcmp(message, "198.51.100.7:443 is denied; add --connect "
                        "198.51.100.7:443") == 0);
  addresses.kind = WINSOCK_ASYNC_QUERY_ADDRESSES;
  request(session, addresses, 0);
  CHECK(takes(session) == 1);
  OK(check(session, WINSOCK_ASYNC_USE_TCP_CONNECT, table));
  CHECK(message[0] == 0);
  OK(check(session, WINSOCK_ASYNC_USE_TCP_CONNECT, table6));
  OK(check(session, WINSOCK_ASYNC_USE_TCP_BIND, ipv4(0, 0, 0, 0, 0)));
  RETURNS(WINSOCK_ASYNC_ERROR_ACCESS_DENIED,
          check(other, WINSOCK_ASYNC_USE_TCP_CONNECT, table));
  /* Another port, another transport: the denial has the name. */
  table.port = 80;
  RETURNS(WINSOCK_ASYNC_ERROR_ACCESS_DENIED,
          check(session, WINSOCK_ASYNC_USE_TCP_CONNECT, table));
  CHECK(strcmp(message, "198.51.100.7:80 is denied; add --connect "
                        "table.test:80") == 0);
  table.port = 443;
  RETURNS(WINSOCK_ASYNC_ERROR_ACCESS_DENIED,
          check(session, WINSOCK_ASYNC_USE_UDP_SEND, table));
  RETURNS(WINSOCK_ASYNC_ERROR_ACCESS_DENIED,
          check(session, WINSOCK_ASYNC_USE_UDP_RECEIVE, table));
  RETURNS(WINSOCK_ASYNC_ERROR_ACCESS_DENIED,
          check(session, WINSOCK_ASYNC_USE_UDP_BIND, ipv4(0, 0, 0, 0, 0)));
  RETURNS(WINSOCK_ASYNC_ERROR_ACCESS_DENIED,
          check(session, WINSOCK_ASYNC_USE_TCP_CONNECT, ipv4(0, 0, 0, 0, 80)));

  /* Where the guest may listen, and where it listens. */
  OK(check(session, WINSOCK_ASYNC_USE_TCP_BIND, ipv4(127, 0, 0, 1, 8080)));
  OK(check(session, WINSOCK_ASYNC_USE_TCP_LISTEN, ipv4(127, 0, 0, 1, 8080)));
  RETURNS(WINSOCK_ASYNC_ERROR_ACCESS_DENIED,
          check(session, WINSOCK_ASYNC_USE_TCP_BIND, ipv4(127, 0, 0, 1, 8081)));
  RETURNS(WINSOCK_ASYNC_ERROR_ACCESS_DENIED,
          check(session, WINSOCK_ASYNC_USE_TCP_CONNECT, own));
  OK(winsock_async_session_connection_opened(
      session, WINSOCK_ASYNC_TRANSPORT_TCP, &own));
  OK(check(session, WINSOCK_ASYNC_USE_TCP_CONNECT, own));
  RETURNS(WINSOCK_ASYNC_ERROR_ACCESS_DENIED,
          check(session, WINSOCK_ASYNC_USE_UDP_SEND, own));
  RETURNS(WINSOCK_ASYNC_ERROR_ACCESS_DENIED,
          check(other, WINSOCK_ASYNC_USE_TCP_CONNECT, own));
  OK(winsock_async_session_connection_closed(
      session, WINSOCK_ASYNC_TRANSPORT_TCP, &own));
  RETURNS(WINSOCK_ASYNC_ERROR_ACCESS_DENIED,
          check(session, WINSOCK_ASYNC_USE_TCP_CONNECT, own));
  OK(winsock_async_session_connection_closed(
      session, WINSOCK_ASYNC_TRANSPORT_TCP, &own));
  OK(winsock_async_session_connection_opened(
      session, WINSOCK_ASYNC_TRANSPORT_UDP, &own));
  OK(check(session, WINSOCK_ASYNC_USE_UDP_RECEIVE, ipv4(127, 0, 0, 1, 6000)));
  OK(winsock_async_session_connection_closed(
      session, WINSOCK_ASYNC_TRANSPORT_UDP, &own));
  RETURNS(
      WINSOCK_ASYNC_ERROR_ACCESS_DENIED,
      check(session, WINSOCK_ASYNC_USE_UDP_RECEIVE, ipv4(127, 0, 0, 1, 6000)));

  /* A denial of a datagram that came is not the guest's. */
  CHECK(stats_of(session).connections_denied == 9);
  CHECK(stats_of(other).connections_denied == 2);
  by_name(engine);
  OK(winsock_async_session_delete(other));
  OK(winsock_async_session_delete(session));
  OK(winsock_async_engine_delete(engine));
  return 0;
}
