/* A host judges its guests' sockets by the policy and by what the guest was answered. */
#include "check.h"

static char message[200];

static wsa_endpoint ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d,
                         uint16_t port) {
  wsa_endpoint endpoint;
  memset(&endpoint, 0, sizeof endpoint);
  endpoint.address.family = 4;
  endpoint.address.bytes[0] = a;
  endpoint.address.bytes[1] = b;
  endpoint.address.bytes[2] = c;
  endpoint.address.bytes[3] = d;
  endpoint.port = port;
  return endpoint;
}

static int32_t check(wsa_session session, uint32_t usage, wsa_endpoint at) {
  return wsa_connection_check(session, usage, &at, message, sizeof message);
}

int main(void) {
  wsa_engine engine = engine_with(NULL);
  wsa_session session = session_of(engine), other = session_of(engine);
  wsa_endpoint table = ipv4(198, 51, 100, 7, 443);
  wsa_endpoint table6 = {{6, {0x20, 0x01, 0x0d, 0xb8, [15] = 7}}, 443};
  wsa_endpoint own = ipv4(127, 0, 0, 1, 5000);
  wsa_query addresses = host("table.test");

  /* Before the guest was answered the address, and in a session that was not. */
  RETURNS(WSA_ERROR_ACCESS_DENIED, check(session, WSA_USE_TCP_CONNECT, table));
  CHECK(strcmp(message, "198.51.100.7:443 is denied; add --connect "
                        "198.51.100.7:443") == 0);
  addresses.kind = WSA_QUERY_ADDRESSES;
  request(session, addresses, 0);
  CHECK(takes(session) == 1);
  OK(check(session, WSA_USE_TCP_CONNECT, table));
  CHECK(message[0] == 0);
  OK(check(session, WSA_USE_TCP_CONNECT, table6));
  OK(check(session, WSA_USE_TCP_BIND, ipv4(0, 0, 0, 0, 0)));
  RETURNS(WSA_ERROR_ACCESS_DENIED, check(other, WSA_USE_TCP_CONNECT, table));
  /* Another port, another transport: the denial has the name. */
  table.port = 80;
  RETURNS(WSA_ERROR_ACCESS_DENIED, check(session, WSA_USE_TCP_CONNECT, table));
  CHECK(strcmp(message, "198.51.100.7:80 is denied; add --connect "
                        "table.test:80") == 0);
  table.port = 443;
  RETURNS(WSA_ERROR_ACCESS_DENIED, check(session, WSA_USE_UDP_SEND, table));
  RETURNS(WSA_ERROR_ACCESS_DENIED, check(session, WSA_USE_UDP_RECEIVE, table));
  RETURNS(WSA_ERROR_ACCESS_DENIED,
          check(session, WSA_USE_UDP_BIND, ipv4(0, 0, 0, 0, 0)));
  RETURNS(WSA_ERROR_ACCESS_DENIED,
          check(session, WSA_USE_TCP_CONNECT, ipv4(0, 0, 0, 0, 80)));

  /* Where the guest may listen, and where it listens. */
  OK(check(session, WSA_USE_TCP_BIND, ipv4(127, 0, 0, 1, 8080)));
  OK(check(session, WSA_USE_TCP_LISTEN, ipv4(127, 0, 0, 1, 8080)));
  RETURNS(WSA_ERROR_ACCESS_DENIED,
          check(session, WSA_USE_TCP_BIND, ipv4(127, 0, 0, 1, 8081)));
  RETURNS(WSA_ERROR_ACCESS_DENIED, check(session, WSA_USE_TCP_CONNECT, own));
  OK(wsa_connection_opened(session, WSA_TRANSPORT_TCP, &own));
  OK(check(session, WSA_USE_TCP_CONNECT, own));
  RETURNS(WSA_ERROR_ACCESS_DENIED, check(session, WSA_USE_UDP_SEND, own));
  RETURNS(WSA_ERROR_ACCESS_DENIED, check(other, WSA_USE_TCP_CONNECT, own));
  OK(wsa_connection_closed(session, WSA_TRANSPORT_TCP, &own));
  RETURNS(WSA_ERROR_ACCESS_DENIED, check(session, WSA_USE_TCP_CONNECT, own));
  OK(wsa_connection_closed(session, WSA_TRANSPORT_TCP, &own));
  OK(wsa_connection_opened(session, WSA_TRANSPORT_UDP, &own));
  OK(check(session, WSA_USE_UDP_RECEIVE, ipv4(127, 0, 0, 1, 6000)));
  OK(wsa_connection_closed(session, WSA_TRANSPORT_UDP, &own));
  RETURNS(WSA_ERROR_ACCESS_DENIED,
          check(session, WSA_USE_UDP_RECEIVE, ipv4(127, 0, 0, 1, 6000)));

  /* A denial of a datagram that came is not the guest's. */
  CHECK(stats_of(session).connections_denied == 9);
  CHECK(stats_of(other).connections_denied == 2);
  OK(wsa_session_free(other));
  OK(wsa_session_free(session));
  OK(wsa_engine_free(engine));
  return 0;
}
