/* Each kind of query has its kind of answer, whatever the order in which
 * requests overlap. */
#include "check.h"

enum { KINDS = 8, ROUNDS = 20 };

static winsock_async_query_t query_of(int kind) {
  static const uint8_t ipv6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 7};
  winsock_async_query_t query;
  memset(&query, 0, sizeof query);
  query.kind = (uint32_t)kind;
  switch (kind) {
  case WINSOCK_ASYNC_QUERY_HOST_BY_NAME:
    query.name = text("worker.test");
    break;
  case WINSOCK_ASYNC_QUERY_HOST_BY_ADDRESS:
    query.name.data = "\306\063\144\007";
    query.name.length = 4;
    query.family = 2;
    break;
  case WINSOCK_ASYNC_QUERY_SERVICE_BY_NAME:
    query.name = text("HTTP");
    query.protocol = text("tcp");
    break;
  case WINSOCK_ASYNC_QUERY_SERVICE_BY_PORT:
    query.port = 53;
    query.protocol = text("udp");
    break;
  case WINSOCK_ASYNC_QUERY_PROTOCOL_BY_NAME:
    query.name = text("icmp");
    break;
  case WINSOCK_ASYNC_QUERY_PROTOCOL_BY_NUMBER:
    query.number = 17;
    break;
  case WINSOCK_ASYNC_QUERY_ADDRESSES:
    query.name = text("table.test");
    break;
  case WINSOCK_ASYNC_QUERY_NAME_OF:
    query.address.family = 6;
    memcpy(query.address.bytes, ipv6, sizeof ipv6);
    break;
  }
  return query;
}

static int is_ipv4(winsock_async_address_t address, uint8_t last_but_one,
                   uint8_t last) {
  static const uint8_t rest[12] = {0};
  return address.family == 4 && address.bytes[2] == last_but_one &&
         address.bytes[3] == last && memcmp(address.bytes + 4, rest, 12) == 0;
}

static void check_answer(int kind,
                         const winsock_async_completion_t *completion) {
  size_t i, ipv6 = 0;
  CHECK(completion->error == WINSOCK_ASYNC_OK && completion->memory != 0);
  switch (kind) {
  case WINSOCK_ASYNC_QUERY_HOST_BY_NAME:
    CHECK(completion->kind == WINSOCK_ASYNC_ANSWER_HOST);
    CHECK(is_text(completion->name, "worker.test"));
    CHECK(completion->alias_count == 2);
    CHECK(is_text(completion->aliases[0], "a.test"));
    CHECK(is_text(completion->aliases[1], "b.test"));
    CHECK(completion->address_count == 2);
    CHECK(is_ipv4(completion->addresses[0], 2, 2));
    CHECK(is_ipv4(completion->addresses[1], 2, 3));
    CHECK(completion->protocol.data == NULL && completion->port == 0);
    break;
  case WINSOCK_ASYNC_QUERY_HOST_BY_ADDRESS:
    CHECK(completion->kind == WINSOCK_ASYNC_ANSWER_HOST);
    CHECK(is_text(completion->name, "table.test"));
    CHECK(completion->alias_count == 1);
    CHECK(is_text(completion->aliases[0], "alias.test"));
    CHECK(completion->address_count == 1);
    CHECK(is_ipv4(completion->addresses[0], 100, 7));
    break;
  case WINSOCK_ASYNC_QUERY_SERVICE_BY_NAME:
    CHECK(completion->kind == WINSOCK_ASYNC_ANSWER_SERVICE);
    CHECK(is_text(completion->name, "http") && completion->port == 80);
    CHECK(is_text(completion->protocol, "tcp") && completion->number == 0);
    CHECK(completion->address_count == 0 && completion->addresses == NULL);
    break;
  case WINSOCK_ASYNC_QUERY_SERVICE_BY_PORT:
    CHECK(completion->kind == WINSOCK_ASYNC_ANSWER_SERVICE);
    CHECK(is_text(completion->name, "domain") && completion->port == 53);
    CHECK(is_text(completion->protocol, "udp"));
    break;
  case WINSOCK_ASYNC_QUERY_PROTOCOL_BY_NAME:
    CHECK(completion->kind == WINSOCK_ASYNC_ANSWER_PROTOCOL);
    CHECK(is_text(completion->name, "icmp") && completion->number == 1);
    break;
  case WINSOCK_ASYNC_QUERY_PROTOCOL_BY_NUMBER:
    CHECK(completion->kind == WINSOCK_ASYNC_ANSWER_PROTOCOL);
    CHECK(is_text(completion->name, "udp") && completion->number == 17);
    CHECK(completion->alias_count == 1);
    CHECK(is_text(completion->aliases[0], "UDP"));
    break;
  case WINSOCK_ASYNC_QUERY_ADDRESSES:
    CHECK(completion->kind == WINSOCK_ASYNC_ANSWER_ADDRESSES);
    CHECK(completion->address_count == 2);
    for (i = 0; i < 2; i++) {
      if (completion->addresses[i].family == 6) {
        ipv6 += 1;
        CHECK(completion->addresses[i].bytes[1] == 1);
        CHECK(completion->addresses[i].bytes[15] == 7);
      } else {
        CHECK(is_ipv4(completion->addresses[i], 100, 7));
      }
    }
    CHECK(ipv6 == 1 && completion->aliases == NULL);
    break;
  case WINSOCK_ASYNC_QUERY_NAME_OF:
    CHECK(completion->kind == WINSOCK_ASYNC_ANSWER_NAME);
    CHECK(is_text(completion->name, "table.test"));
    break;
  }
}

/* Each query alone, and its fields that the other kinds have. */
static void alone(winsock_async_session_t session) {
  int kind;
  for (kind = 1; kind <= KINDS; kind++) {
    uint64_t handle = request(session, query_of(kind), (uint64_t)kind << 40);
    winsock_async_completion_t completion = next(session);
    CHECK(completion.handle == handle);
    CHECK(completion.tag == (uint64_t)kind << 40);
    check_answer(kind, &completion);
    OK(winsock_async_completions_delete(&completion, 1));
    CHECK(completion.memory == 0 && completion.name.data == NULL);
    CHECK(completion.handle == handle);
  }
}

/* Many at a time, taken in pieces; each completes once with what it asked for.
 */
static void overlapping(winsock_async_session_t session) {
  uint64_t handles[KINDS * ROUNDS];
  int seen[KINDS * ROUNDS] = {0};
  size_t left = KINDS * ROUNDS, i;
  for (i = 0; i < KINDS * ROUNDS; i++) {
    handles[i] = request(session, query_of((int)(i % KINDS) + 1), i);
  }
  while (left > 0) {
    winsock_async_completion_t completions[7];
    size_t taken;
    int ready;
    OK(winsock_async_session_wait(session, WINSOCK_ASYNC_FOREVER, &ready));
    CHECK(ready == 1);
    OK(winsock_async_session_take(session, completions, 7, &taken));
    CHECK(taken >= 1 && taken <= 7);
    for (i = 0; i < taken; i++) {
      uint64_t tag = completions[i].tag;
      CHECK(tag < KINDS * ROUNDS && completions[i].handle == handles[tag]);
      CHECK(seen[tag]++ == 0);
      check_answer((int)(tag % KINDS) + 1, &completions[i]);
    }
    OK(winsock_async_completions_delete(completions, taken));
    left -= taken;
  }
  CHECK(takes(session) == 0);
}

/* What a guest does wrong is in the completion, and no call of the host fails.
 */
static void errors_of_guests(winsock_async_session_t session) {
  static const struct {
    const char *name;
    size_t length;
    int32_t error;
  } hosts[] = {
      {"absent.test", 11, WINSOCK_ASYNC_ERROR_HOST_NOT_FOUND},
      {"busy.test", 9, WINSOCK_ASYNC_ERROR_TRY_AGAIN},
      {"www.example.com", 15, WINSOCK_ASYNC_ERROR_ACCESS_DENIED},
      {"a\0b.test", 8, WINSOCK_ASYNC_ERROR_HOST_NOT_FOUND},
      {"\377.test", 6, WINSOCK_ASYNC_ERROR_HOST_NOT_FOUND},
      {"1.2.3.4.5", 9, WINSOCK_ASYNC_ERROR_NO_DATA},
  };
  winsock_async_query_t query = query_of(WINSOCK_ASYNC_QUERY_HOST_BY_ADDRESS);
  winsock_async_completion_t completion;
  size_t i;
  for (i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
    winsock_async_query_t query = host("");
    query.name.data = hosts[i].name;
    query.name.length = hosts[i].length;
    request(session, query, 0);
    completion = next(session);
    CHECK(completion.error == hosts[i].error);
    CHECK(completion.kind == WINSOCK_ASYNC_ANSWER_NONE &&
          completion.memory == 0);
    OK(winsock_async_completions_delete(&completion, 1));
  }
  query.name.length = 3;
  request(session, query, 0);
  CHECK(next(session).error == WINSOCK_ASYNC_ERROR_INVALID_ARGUMENT);
  query = query_of(WINSOCK_ASYNC_QUERY_HOST_BY_ADDRESS);
  query.family = 23;
  request(session, query, 0);
  CHECK(next(session).error == WINSOCK_ASYNC_ERROR_INVALID_ARGUMENT);
  query = query_of(WINSOCK_ASYNC_QUERY_SERVICE_BY_NAME);
  query.name = text("no-such-service");
  request(session, query, 0);
  CHECK(next(session).error == WINSOCK_ASYNC_ERROR_NO_DATA);
  query = query_of(WINSOCK_ASYNC_QUERY_ADDRESSES);
  query.family = 6;
  query.name = text("worker.test");
  request(session, query, 0);
  CHECK(next(session).error == WINSOCK_ASYNC_ERROR_NO_DATA);
}

/* "" is the name that the engine was given. A port without a protocol has the
 * first entry. */
static void defaults(winsock_async_session_t session) {
  winsock_async_query_t query = query_of(WINSOCK_ASYNC_QUERY_SERVICE_BY_PORT);
  winsock_async_completion_t completion;
  request(session, host(""), 0);
  completion = next(session);
  CHECK(is_text(completion.name, "table.test"));
  OK(winsock_async_completions_delete(&completion, 1));
  memset(&query.protocol, 0, sizeof query.protocol);
  request(session, query, 0);
  completion = next(session);
  CHECK(is_text(completion.name, "domain"));
  OK(winsock_async_completions_delete(&completion, 1));
}

int main(void) {
  winsock_async_engine_t engine = engine_with(NULL);
  winsock_async_session_t session = session_of(engine);
  winsock_async_stats_t stats;
  CHECK(winsock_async_abi() == WINSOCK_ASYNC_ABI);
  alone(session);
  overlapping(session);
  errors_of_guests(session);
  defaults(session);
  stats = stats_of(session);
  CHECK(stats.requests == KINDS * (ROUNDS + 1) + 12);
  CHECK(stats.answered == KINDS * (ROUNDS + 1) + 2);
  CHECK(stats.denied == 1 && stats.failed == 9);
  CHECK(stats.cancelled == 0 && stats.pending == 0 && stats.refused == 0);
  OK(winsock_async_session_delete(session));
  OK(winsock_async_engine_delete(engine));
  return 0;
}
