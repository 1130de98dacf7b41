/* Wrong use is an error, and writes nothing. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <semaphore.h>

#include "check.h"

static winsock_async_engine_t engine;
static winsock_async_session_t session;

static void pointers(void) {
  winsock_async_query_t query = host("now.test");
  winsock_async_config_t config;
  winsock_async_completion_t completion;
  winsock_async_endpoint_t endpoint = {{4, {127, 0, 0, 1}}, 80};
  winsock_async_engine_t made = {77};
  uint64_t handle = 77;
  size_t taken = 77;
  int ready = 77;
  char *odd = (char *)&query + 1;

  memset(&config, 0, sizeof config);
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER, winsock_async_limits_default(NULL));
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_engine_new(NULL, &made, NULL, 0));
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_engine_new(&config, NULL, NULL, 0));
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_engine_new(&config, &made, NULL, 1));
  config.policy.length = 1;
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_engine_new(&config, &made, NULL, 0));
  config.policy.length = 0;
  config.resolver_count = 1;
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_engine_new(&config, &made, NULL, 0));
  config.resolver_count = 0;
  config.limits = (const winsock_async_limits_t *)odd;
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_engine_new(&config, &made, NULL, 0));
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_engine_metrics(engine, NULL));
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER, winsock_async_session_new(engine, NULL));
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_session_stats(session, NULL));
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_session_request(session, NULL, 0, &handle));
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_session_request(session, &query, 0, NULL));
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_session_request(
              session, (const winsock_async_query_t *)odd, 0, &handle));
  query.name.data = NULL;
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_session_request(session, &query, 0, &handle));
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_session_take(session, NULL, 1, &taken));
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_session_take(session, &completion, 1, NULL));
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_completions_delete(NULL, 1));
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_session_wait(session, 0, NULL));
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_session_descriptor(session, NULL));
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_session_connection_check(
              session, WINSOCK_ASYNC_USE_TCP_CONNECT, NULL, NULL, 0));
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_session_connection_check(
              session, WINSOCK_ASYNC_USE_TCP_CONNECT, &endpoint, NULL, 1));
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_session_connection_check_host(session, text(""), NULL,
                                                      NULL, 0));
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_session_connection_check_host(session, query.name,
                                                      &endpoint, NULL, 0));
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_session_connection_opened(
              session, WINSOCK_ASYNC_TRANSPORT_TCP, NULL));
  RETURNS(WINSOCK_ASYNC_WRONG_POINTER,
          winsock_async_session_connection_closed(
              session, WINSOCK_ASYNC_TRANSPORT_TCP, NULL));
  CHECK(made.id == 77 && handle == 77 && taken == 77 && ready == 77);
  /* These may be null: there is nothing to write. */
  OK(winsock_async_session_take(session, NULL, 0, &taken));
  CHECK(taken == 0);
  OK(winsock_async_completions_delete(NULL, 0));
}

static void lengths(void) {
  winsock_async_query_t query = host("now.test");
  winsock_async_completion_t completion;
  winsock_async_config_t config;
  size_t taken = 77;
  winsock_async_engine_t made = {77};
  uint64_t handle = 77;
  memset(&config, 0, sizeof config);
  query.name.length = SIZE_MAX;
  RETURNS(WINSOCK_ASYNC_WRONG_LENGTH,
          winsock_async_session_request(session, &query, 0, &handle));
  query.name.length = (size_t)PTRDIFF_MAX + 1;
  RETURNS(WINSOCK_ASYNC_WRONG_LENGTH,
          winsock_async_session_request(session, &query, 0, &handle));
  RETURNS(WINSOCK_ASYNC_WRONG_LENGTH,
          winsock_async_session_take(session, &completion, SIZE_MAX, &taken));
  /* This number of completions would wrap around to a few bytes. */
  RETURNS(WINSOCK_ASYNC_WRONG_LENGTH,
          winsock_async_session_take(session, &completion, SIZE_MAX / 8 + 2,
                                     &taken));
  RETURNS(WINSOCK_ASYNC_WRONG_LENGTH,
          winsock_async_completions_delete(&completion, SIZE_MAX));
  config.policy.data = "x";
  config.policy.length = SIZE_MAX;
  RETURNS(WINSOCK_ASYNC_WRONG_LENGTH,
          winsock_async_engine_new(&config, &made, NULL, 0));
  config.policy.length = 0;
  config.resolver_count = SIZE_MAX / 4;
  RETURNS(WINSOCK_ASYNC_WRONG_LENGTH,
          winsock_async_engine_new(&config, &made, NULL, 0));
  CHECK(made.id == 77 && handle == 77 && taken == 77);
}

static void numbers(void) {
  winsock_async_query_t query = host("now.test");
  winsock_async_endpoint_t endpoint = {{4, {127, 0, 0, 1}}, 80};
  uint64_t handle = 77;
  query.kind = 0;
  RETURNS(WINSOCK_ASYNC_WRONG_NUMBER,
          winsock_async_session_request(session, &query, 0, &handle));
  query.kind = WINSOCK_ASYNC_QUERY_NAME_OF + 1;
  RETURNS(WINSOCK_ASYNC_WRONG_NUMBER,
          winsock_async_session_request(session, &query, 0, &handle));
  query.kind = WINSOCK_ASYNC_QUERY_NAME_OF;
  RETURNS(WINSOCK_ASYNC_WRONG_NUMBER,
          winsock_async_session_request(session, &query, 0, &handle));
  query.kind = WINSOCK_ASYNC_QUERY_ADDRESSES;
  query.family = 2;
  RETURNS(WINSOCK_ASYNC_WRONG_NUMBER,
          winsock_async_session_request(session, &query, 0, &handle));
  RETURNS(WINSOCK_ASYNC_WRONG_NUMBER, winsock_async_session_connection_check(
                                          session, 0, &endpoint, NULL, 0));
  RETURNS(WINSOCK_ASYNC_WRONG_NUMBER, winsock_async_session_connection_check(
                                          session, 7, &endpoint, NULL, 0));
  RETURNS(WINSOCK_ASYNC_WRONG_NUMBER,
          winsock_async_session_connection_opened(session, 0, &endpoint));
  RETURNS(WINSOCK_ASYNC_WRONG_NUMBER,
          winsock_async_session_connection_closed(session, 3, &endpoint));
  endpoint.address.family = 2;
  RETURNS(WINSOCK_ASYNC_WRONG_NUMBER,
          winsock_async_session_connection_check(
              session, WINSOCK_ASYNC_USE_TCP_CONNECT, &endpoint, NULL, 0));
  RETURNS(WINSOCK_ASYNC_WRONG_NUMBER,
          winsock_async_session_connection_check_host(session, text("now.test"),
                                                      &endpoint, NULL, 0));
  endpoint.address.family = 4;
  RETURNS(WINSOCK_ASYNC_WRONG_TEXT,
          winsock_async_session_connection_check_host(session, text("\377"),
                                                      &endpoint, NULL, 0));
  CHECK(handle == 77);
  CHECK(strcmp(winsock_async_strerror(12345), winsock_async_strerror(-1)) == 0);
}

static void configurations(void) {
  static const struct {
    const char *policy;
    uint32_t kind;
    const char *resolver;
    int32_t error;
    const char *message;
  } bad[] = {
      {"allow = []\nalow = []", 0, "", WINSOCK_ASYNC_BAD_CONFIG,
       "policy:2: unknown field"},
      {"allow = ['*.*']", 0, "", WINSOCK_ASYNC_BAD_CONFIG, "policy:1: "},
      {"\377", 0, "", WINSOCK_ASYNC_WRONG_TEXT, "policy: "},
      {"", WINSOCK_ASYNC_RESOLVER_TABLES, "\n1.2.3 a", WINSOCK_ASYNC_BAD_CONFIG,
       "hosts:2: "},
      {"", WINSOCK_ASYNC_RESOLVER_TABLES, "\377", WINSOCK_ASYNC_WRONG_TEXT,
       "hosts: "},
      {"", WINSOCK_ASYNC_RESOLVER_SCRIPT, "[[rule]]", WINSOCK_ASYNC_BAD_CONFIG,
       "script:1: "},
      {"", WINSOCK_ASYNC_RESOLVER_SCRIPT, "\377", WINSOCK_ASYNC_WRONG_TEXT,
       "script: "},
      {"", 7, "", WINSOCK_ASYNC_WRONG_NUMBER, "there is no resolver 7"},
  };
  char message[300];
  size_t i;
  for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    winsock_async_resolver_t resolver = {bad[i].kind, text(bad[i].resolver)};
    winsock_async_config_t config;
    winsock_async_engine_t made = {77};
    memset(&config, 0, sizeof config);
    config.policy = text(bad[i].policy);
    config.resolvers = &resolver;
    config.resolver_count = bad[i].kind != 0;
    RETURNS(bad[i].error,
            winsock_async_engine_new(&config, &made, message, sizeof message));
    if (strncmp(message, bad[i].message, strlen(bad[i].message)) != 0) {
      fprintf(stderr, "%s: %s\n", bad[i].message, message);
      exit(1);
    }
    CHECK(made.id == 77);
    /* A message that is cut still ends. */
    message[4] = 'x';
    RETURNS(bad[i].error, winsock_async_engine_new(&config, &made, message, 4));
    CHECK(strlen(message) == 3 && message[4] == 'x');
    RETURNS(bad[i].error, winsock_async_engine_new(&config, &made, message, 1));
    CHECK(message[0] == 0);
    RETURNS(bad[i].error, winsock_async_engine_new(&config, &made, NULL, 0));
  }
}

static winsock_async_engine_t engine_of(uint64_t id) {
  winsock_async_engine_t engine = {id};
  return engine;
}

static winsock_async_session_t session_with(uint64_t id) {
  winsock_async_session_t session = {id};
  return session;
}

/* Every call of a session, with a handle that is none. */
static void calls_of(winsock_async_session_t none, int32_t error) {
  winsock_async_query_t query = host("now.test");
  winsock_async_endpoint_t endpoint = {{4, {127, 0, 0, 1}}, 80};
  winsock_async_completion_t completion;
  winsock_async_stats_t stats;
  uint64_t handle;
  size_t taken;
  int ready;
  RETURNS(error, winsock_async_session_startup(none));
  RETURNS(error, winsock_async_session_cleanup(none));
  RETURNS(error, winsock_async_session_request(none, &query, 0, &handle));
  RETURNS(error, winsock_async_session_cancel(none, 1));
  RETURNS(error, winsock_async_session_take(none, &completion, 1, &taken));
  RETURNS(error, winsock_async_session_wait(none, 0, &ready));
  RETURNS(error, winsock_async_session_stats(none, &stats));
  RETURNS(error, winsock_async_session_descriptor(none, &ready));
  RETURNS(error, winsock_async_session_callback(none, NULL, NULL));
  RETURNS(error, winsock_async_session_connection_check(
                     none, WINSOCK_ASYNC_USE_TCP_CONNECT, &endpoint, NULL, 0));
  RETURNS(error, winsock_async_session_connection_check_host(
                     none, text("now.test"), &endpoint, NULL, 0));
  RETURNS(error, winsock_async_session_connection_opened(
                     none, WINSOCK_ASYNC_TRANSPORT_TCP, &endpoint));
  RETURNS(error, winsock_async_session_connection_closed(
                     none, WINSOCK_ASYNC_TRANSPORT_TCP, &endpoint));
  RETURNS(error, winsock_async_session_delete(none));
}

static void handles(void) {
  winsock_async_session_t freed = session_of(engine), made;
  winsock_async_engine_t gone;
  winsock_async_metrics_t metrics;
  winsock_async_completion_t completion, copy;
  OK(winsock_async_session_delete(freed));
  calls_of(freed, WINSOCK_ASYNC_WRONG_HANDLE);
  calls_of(session_with(0), WINSOCK_ASYNC_WRONG_HANDLE);
  calls_of(session_with(UINT64_MAX), WINSOCK_ASYNC_WRONG_HANDLE);
  calls_of(session_with(engine.id), WINSOCK_ASYNC_WRONG_HANDLE);
  RETURNS(WINSOCK_ASYNC_WRONG_HANDLE, winsock_async_session_attach(freed));
  /* Its place in the table is another session's now. */
  made = session_of(engine);
  CHECK(made.id != freed.id);
  calls_of(freed, WINSOCK_ASYNC_WRONG_HANDLE);
  OK(winsock_async_session_delete(made));

  RETURNS(WINSOCK_ASYNC_WRONG_HANDLE,
          winsock_async_engine_delete(engine_of(0)));
  RETURNS(WINSOCK_ASYNC_WRONG_HANDLE,
          winsock_async_engine_delete(engine_of(session.id)));
  RETURNS(WINSOCK_ASYNC_WRONG_HANDLE,
          winsock_async_session_new(engine_of(session.id), &made));
  gone = engine_with(NULL);
  OK(winsock_async_engine_delete(gone));
  RETURNS(WINSOCK_ASYNC_WRONG_HANDLE, winsock_async_engine_delete(gone));
  RETURNS(WINSOCK_ASYNC_WRONG_HANDLE, winsock_async_engine_take_down(gone));
  RETURNS(WINSOCK_ASYNC_WRONG_HANDLE, winsock_async_engine_bring_up(gone));
  RETURNS(WINSOCK_ASYNC_WRONG_HANDLE,
          winsock_async_engine_metrics(gone, &metrics));
  RETURNS(WINSOCK_ASYNC_WRONG_HANDLE, winsock_async_session_new(gone, &made));

  /* A completion is freed once; its copy is an error, and it itself is empty.
   */
  request(session, host("worker.test"), 0);
  completion = next(session);
  copy = completion;
  OK(winsock_async_completions_delete(&completion, 1));
  OK(winsock_async_completions_delete(&completion, 1));
  RETURNS(WINSOCK_ASYNC_WRONG_HANDLE,
          winsock_async_completions_delete(&copy, 1));
  copy.memory = session.id;
  RETURNS(WINSOCK_ASYNC_WRONG_HANDLE,
          winsock_async_completions_delete(&copy, 1));
  /* The others are freed all the same. */
  {
    winsock_async_completion_t both[2];
    request(session, host("worker.test"), 0);
    both[0] = copy;
    both[1] = next(session);
    RETURNS(WINSOCK_ASYNC_WRONG_HANDLE,
            winsock_async_completions_delete(both, 2));
    CHECK(both[0].memory != 0 && both[1].memory == 0);
  }
}

static void *of_another_thread(void *unused) {
  (void)unused;
  calls_of(session, WINSOCK_ASYNC_WRONG_THREAD);
  return NULL;
}

static sem_t entered, leave;

/* Keeps a call of its session in progress. */
static void stays(void *unused) {
  (void)unused;
  CHECK(sem_post(&entered) == 0);
  while (sem_wait(&leave) != 0) {
  }
}

static void *calls_for_long(void *shared) {
  winsock_async_session_t *taken_over = shared;
  OK(winsock_async_session_attach(*taken_over));
  OK(winsock_async_session_callback(*taken_over, stays, NULL));
  request(*taken_over, host("now.test"), 0);
  OK(winsock_async_session_delete(*taken_over));
  return NULL;
}

static void threads(void) {
  pthread_t thread;
  winsock_async_session_t taken_over = session_of(engine);
  winsock_async_completion_t completion;
  CHECK(pthread_create(&thread, NULL, of_another_thread, NULL) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  /* It is still this thread's. */
  request(session, host("now.test"), 0);
  completion = take(session);
  OK(winsock_async_completions_delete(&completion, 1));

  /* A thread takes a session over. While it is in a call, every other call is
   * an error. */
  CHECK(sem_init(&entered, 0, 0) == 0 && sem_init(&leave, 0, 0) == 0);
  CHECK(pthread_create(&thread, NULL, calls_for_long, &taken_over) == 0);
  while (sem_wait(&entered) != 0) {
  }
  calls_of(taken_over, WINSOCK_ASYNC_IN_USE);
  RETURNS(WINSOCK_ASYNC_IN_USE, winsock_async_session_attach(taken_over));
  CHECK(sem_post(&leave) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  calls_of(taken_over, WINSOCK_ASYNC_WRONG_HANDLE);
}

int main(void) {
  engine = engine_with(NULL);
  session = session_of(engine);
  pointers();
  lengths();
  numbers();
  configurations();
  handles();
  threads();
  CHECK(stats_of(session).requests == 3);
  OK(winsock_async_session_delete(session));
  OK(winsock_async_engine_delete(engine));
  return 0;
}
