/* A thousand requests of one session, and sessions of several threads at a
 * time. */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <sys/mman.h>

#include "check.h"

enum { REQUESTS = 1000, THREADS = 4 };

static winsock_async_engine_t engine;

static void *run(void *unused) {
  static const char *const names[] = {"worker.test", "now.test", "table.test",
                                      "absent.test"};
  winsock_async_session_t session = session_of(engine);
  uint64_t handles[REQUESTS];
  unsigned char state[REQUESTS] = {0};
  winsock_async_completion_t completions[64];
  size_t i, taken, cancelled = 0, completed = 0;
  winsock_async_stats_t stats;
  int ready;
  (void)unused;
  for (i = 0; i < REQUESTS; i++) {
    handles[i] = request(session, host(names[i % 4]), i);
  }
  /* Nothing was taken, so every cancel is in time. */
  for (i = 0; i < REQUESTS; i += 5) {
    OK(winsock_async_session_cancel(session, handles[i]));
    state[i] = 1;
    cancelled += 1;
  }
  for (;;) {
    OK(winsock_async_session_wait(session, WINSOCK_ASYNC_FOREVER, &ready));
    if (ready == 0) {
      break;
    }
    OK(winsock_async_session_take(session, completions, 64, &taken));
    for (i = 0; i < taken; i++) {
      uint64_t tag = completions[i].tag;
      CHECK(tag < REQUESTS && state[tag] == 0);
      CHECK(completions[i].handle == handles[tag]);
      CHECK(completions[i].error == (tag % 4 == 3
                                         ? WINSOCK_ASYNC_ERROR_HOST_NOT_FOUND
                                         : WINSOCK_ASYNC_OK));
      CHECK(tag % 4 == 3 || is_text(completions[i].name, names[tag % 4]));
      state[tag] = 2;
      completed += 1;
    }
    OK(winsock_async_completions_delete(completions, taken));
  }
  CHECK(cancelled + completed == REQUESTS);
  for (i = 0; i < REQUESTS; i++) {
    CHECK(state[i] != 0);
  }
  stats = stats_of(session);
  CHECK(stats.requests == REQUESTS && stats.pending == 0);
  CHECK(stats.cancelled == cancelled);
  CHECK(stats.answered + stats.failed == completed);
  OK(winsock_async_session_delete(session));
  return NULL;
}

/* Past a limit, a request is refused, and the next one begins when there is
 * room. */
static void limit(void) {
  winsock_async_limits_t limits;
  winsock_async_engine_t small;
  winsock_async_session_t session;
  winsock_async_query_t query = host("now.test");
  uint64_t handle;
  int i;
  OK(winsock_async_limits_default(&limits));
  limits.max_requests = 3;
  small = engine_with(&limits);
  session = session_of(small);
  for (i = 0; i < 3; i++) {
    request(session, query, 0);
  }
  RETURNS(WINSOCK_ASYNC_ERROR_WOULD_BLOCK,
          winsock_async_session_request(session, &query, 0, &handle));
  CHECK(takes(session) == 3);
  request(session, query, 0);
  CHECK(stats_of(session).refused == 1);
  OK(winsock_async_session_delete(session));
  OK(winsock_async_engine_delete(small));
}

/* Of a name that is longer than the limit, the library reads one byte more than
 * the limit: the rest of this one cannot be read. */
static void long_text(void) {
  static const uint32_t kinds[] = {
      WINSOCK_ASYNC_QUERY_HOST_BY_NAME, WINSOCK_ASYNC_QUERY_HOST_BY_ADDRESS,
      WINSOCK_ASYNC_QUERY_SERVICE_BY_NAME, WINSOCK_ASYNC_QUERY_PROTOCOL_BY_NAME,
      WINSOCK_ASYNC_QUERY_ADDRESSES};
  static const int32_t errors[] = {
      WINSOCK_ASYNC_ERROR_HOST_NOT_FOUND, WINSOCK_ASYNC_ERROR_INVALID_ARGUMENT,
      WINSOCK_ASYNC_ERROR_NO_DATA, WINSOCK_ASYNC_ERROR_NO_DATA,
      WINSOCK_ASYNC_ERROR_HOST_NOT_FOUND};
  const size_t readable = 65536, length = (size_t)1 << 28;
  winsock_async_limits_t limits;
  winsock_async_engine_t engine;
  winsock_async_session_t session;
  winsock_async_completion_t completion;
  size_t i, j;
  char *name = mmap(NULL, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(name != MAP_FAILED);
  CHECK(mprotect(name, readable, PROT_READ | PROT_WRITE) == 0);
  memset(name, 'a', readable);
  OK(winsock_async_limits_default(&limits));
  for (i = 0; i < 2; i++) {
    /* A limit below the length of an address makes no address of more bytes. */
    limits.name_bytes = i == 0 ? 255 : 3;
    engine = engine_with(&limits);
    session = session_of(engine);
    for (j = 0; j < sizeof kinds / sizeof kinds[0]; j++) {
      winsock_async_query_t query = host("");
      query.kind = kinds[j];
      query.name.data = name;
      query.name.length = length;
      if (query.kind == WINSOCK_ASYNC_QUERY_HOST_BY_ADDRESS) {
        query.family = 2;
      }
      request(session, query, 0);
      completion = next(session);
      RETURNS(errors[j], completion.error);
    }
    OK(winsock_async_session_delete(session));
    OK(winsock_async_engine_delete(engine));
  }
  CHECK(munmap(name, length) == 0);
}

/* A request that takes too long ends as if the name server were silent. */
static void timeout(void) {
  winsock_async_limits_t limits;
  winsock_async_engine_t hasty;
  winsock_async_session_t session;
  OK(winsock_async_limits_default(&limits));
  limits.request_timeout = 1000000;
  hasty = engine_with(&limits);
  session = session_of(hasty);
  request(session, host("never.test"), 0);
  CHECK(next(session).error == WINSOCK_ASYNC_ERROR_TRY_AGAIN);
  OK(winsock_async_session_delete(session));
  OK(winsock_async_engine_delete(hasty));
}

int main(void) {
  pthread_t threads[THREADS];
  winsock_async_metrics_t metrics;
  int i;
  engine = engine_with(NULL);
  for (i = 0; i < THREADS; i++) {
    CHECK(pthread_create(&threads[i], NULL, run, NULL) == 0);
  }
  for (i = 0; i < THREADS; i++) {
    CHECK(pthread_join(threads[i], NULL) == 0);
  }
  metrics = metrics_of(engine);
  CHECK(metrics.total.requests == THREADS * REQUESTS);
  CHECK(metrics.total.pending == 0 && metrics.sessions == 0);
  CHECK(metrics.workers == 8);
  OK(winsock_async_engine_delete(engine));
  limit();
  long_text();
  timeout();
  return 0;
}
