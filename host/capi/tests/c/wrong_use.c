/* Wrong use is an error, and writes nothing. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <semaphore.h>

#include "check.h"

static wsa_engine engine;
static wsa_session session;

static void pointers(void) {
  wsa_query query = host("now.test");
  wsa_config config;
  wsa_completion completion;
  wsa_endpoint endpoint = {{4, {127, 0, 0, 1}}, 80};
  uint64_t handle = 77;
  size_t taken = 77;
  int ready = 77;
  char *odd = (char *)&query + 1;

  memset(&config, 0, sizeof config);
  RETURNS(WSA_WRONG_POINTER, wsa_limits_default(NULL));
  RETURNS(WSA_WRONG_POINTER, wsa_engine_new(NULL, &handle, NULL, 0));
  RETURNS(WSA_WRONG_POINTER, wsa_engine_new(&config, NULL, NULL, 0));
  RETURNS(WSA_WRONG_POINTER, wsa_engine_new(&config, &handle, NULL, 1));
  config.policy.length = 1;
  RETURNS(WSA_WRONG_POINTER, wsa_engine_new(&config, &handle, NULL, 0));
  config.policy.length = 0;
  config.resolver_count = 1;
  RETURNS(WSA_WRONG_POINTER, wsa_engine_new(&config, &handle, NULL, 0));
  config.resolver_count = 0;
  config.limits = (const wsa_limits *)odd;
  RETURNS(WSA_WRONG_POINTER, wsa_engine_new(&config, &handle, NULL, 0));
  RETURNS(WSA_WRONG_POINTER, wsa_engine_metrics(engine, NULL));
  RETURNS(WSA_WRONG_POINTER, wsa_session_new(engine, NULL));
  RETURNS(WSA_WRONG_POINTER, wsa_session_stats(session, NULL));
  RETURNS(WSA_WRONG_POINTER, wsa_request(session, NULL, 0, &handle));
  RETURNS(WSA_WRONG_POINTER, wsa_request(session, &query, 0, NULL));
  RETURNS(WSA_WRONG_POINTER,
          wsa_request(session, (const wsa_query *)odd, 0, &handle));
  query.name.data = NULL;
  RETURNS(WSA_WRONG_POINTER, wsa_request(session, &query, 0, &handle));
  RETURNS(WSA_WRONG_POINTER, wsa_take(session, NULL, 1, &taken));
  RETURNS(WSA_WRONG_POINTER, wsa_take(session, &completion, 1, NULL));
  RETURNS(WSA_WRONG_POINTER, wsa_completions_free(NULL, 1));
  RETURNS(WSA_WRONG_POINTER, wsa_wait(session, 0, NULL));
  RETURNS(WSA_WRONG_POINTER, wsa_session_descriptor(session, NULL));
  RETURNS(WSA_WRONG_POINTER,
          wsa_connection_check(session, WSA_USE_TCP_CONNECT, NULL, NULL, 0));
  RETURNS(WSA_WRONG_POINTER, wsa_connection_check(session, WSA_USE_TCP_CONNECT,
                                                  &endpoint, NULL, 1));
  RETURNS(WSA_WRONG_POINTER,
          wsa_connection_opened(session, WSA_TRANSPORT_TCP, NULL));
  RETURNS(WSA_WRONG_POINTER,
          wsa_connection_closed(session, WSA_TRANSPORT_TCP, NULL));
  CHECK(handle == 77 && taken == 77 && ready == 77);
  /* These may be null: there is nothing to write. */
  OK(wsa_take(session, NULL, 0, &taken));
  CHECK(taken == 0);
  OK(wsa_completions_free(NULL, 0));
}

static void lengths(void) {
  wsa_query query = host("now.test");
  wsa_completion completion;
  wsa_config config;
  size_t taken = 77;
  uint64_t handle = 77;
  memset(&config, 0, sizeof config);
  query.name.length = SIZE_MAX;
  RETURNS(WSA_WRONG_LENGTH, wsa_request(session, &query, 0, &handle));
  query.name.length = (size_t)PTRDIFF_MAX + 1;
  RETURNS(WSA_WRONG_LENGTH, wsa_request(session, &query, 0, &handle));
  RETURNS(WSA_WRONG_LENGTH, wsa_take(session, &completion, SIZE_MAX, &taken));
  /* This number of completions would wrap around to a few bytes. */
  RETURNS(WSA_WRONG_LENGTH,
          wsa_take(session, &completion, SIZE_MAX / 8 + 2, &taken));
  RETURNS(WSA_WRONG_LENGTH, wsa_completions_free(&completion, SIZE_MAX));
  config.policy.data = "x";
  config.policy.length = SIZE_MAX;
  RETURNS(WSA_WRONG_LENGTH, wsa_engine_new(&config, &handle, NULL, 0));
  config.policy.length = 0;
  config.resolver_count = SIZE_MAX / 4;
  RETURNS(WSA_WRONG_LENGTH, wsa_engine_new(&config, &handle, NULL, 0));
  CHECK(handle == 77 && taken == 77);
}

static void numbers(void) {
  wsa_query query = host("now.test");
  wsa_endpoint endpoint = {{4, {127, 0, 0, 1}}, 80};
  uint64_t handle = 77;
  query.kind = 0;
  RETURNS(WSA_WRONG_NUMBER, wsa_request(session, &query, 0, &handle));
  query.kind = WSA_QUERY_NAME_OF + 1;
  RETURNS(WSA_WRONG_NUMBER, wsa_request(session, &query, 0, &handle));
  query.kind = WSA_QUERY_NAME_OF;
  RETURNS(WSA_WRONG_NUMBER, wsa_request(session, &query, 0, &handle));
  query.kind = WSA_QUERY_ADDRESSES;
  query.family = 2;
  RETURNS(WSA_WRONG_NUMBER, wsa_request(session, &query, 0, &handle));
  RETURNS(WSA_WRONG_NUMBER,
          wsa_connection_check(session, 0, &endpoint, NULL, 0));
  RETURNS(WSA_WRONG_NUMBER,
          wsa_connection_check(session, 7, &endpoint, NULL, 0));
  RETURNS(WSA_WRONG_NUMBER, wsa_connection_opened(session, 0, &endpoint));
  RETURNS(WSA_WRONG_NUMBER, wsa_connection_closed(session, 3, &endpoint));
  endpoint.address.family = 2;
  RETURNS(WSA_WRONG_NUMBER, wsa_connection_check(session, WSA_USE_TCP_CONNECT,
                                                 &endpoint, NULL, 0));
  CHECK(handle == 77);
  CHECK(strcmp(wsa_strerror(12345), wsa_strerror(-1)) == 0);
}

static void configurations(void) {
  static const struct {
    const char *policy;
    uint32_t kind;
    const char *resolver;
    int32_t error;
    const char *message;
  } bad[] = {
      {"allow = []\nalow = []", 0, "", WSA_BAD_CONFIG, "policy:2: unknown field"},
      {"allow = ['*.*']", 0, "", WSA_BAD_CONFIG, "policy:1: "},
      {"\377", 0, "", WSA_WRONG_TEXT, "policy: "},
      {"", WSA_RESOLVER_TABLES, "\n1.2.3 a", WSA_BAD_CONFIG, "hosts:2: "},
      {"", WSA_RESOLVER_TABLES, "\377", WSA_WRONG_TEXT, "hosts: "},
      {"", WSA_RESOLVER_SCRIPT, "[[rule]]", WSA_BAD_CONFIG, "script:1: "},
      {"", WSA_RESOLVER_SCRIPT, "\377", WSA_WRONG_TEXT, "script: "},
      {"", 7, "", WSA_WRONG_NUMBER, "there is no resolver 7"},
  };
  char message[300];
  size_t i;
  for (i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    wsa_resolver resolver = {bad[i].kind, text(bad[i].resolver)};
    wsa_config config;
    wsa_engine made = 77;
    memset(&config, 0, sizeof config);
    config.policy = text(bad[i].policy);
    config.resolvers = &resolver;
    config.resolver_count = bad[i].kind != 0;
    RETURNS(bad[i].error,
            wsa_engine_new(&config, &made, message, sizeof message));
    if (strncmp(message, bad[i].message, strlen(bad[i].message)) != 0) {
      fprintf(stderr, "%s: %s\n", bad[i].message, message);
      exit(1);
    }
    CHECK(made == 77);
    /* A message that is cut still ends. */
    message[4] = 'x';
    RETURNS(bad[i].error, wsa_engine_new(&config, &made, message, 4));
    CHECK(strlen(message) == 3 && message[4] == 'x');
    RETURNS(bad[i].error, wsa_engine_new(&config, &made, message, 1));
    CHECK(message[0] == 0);
    RETURNS(bad[i].error, wsa_engine_new(&config, &made, NULL, 0));
  }
}

/* Every call of a session, with a handle that is none. */
static void calls_of(wsa_session none, int32_t error) {
  wsa_query query = host("now.test");
  wsa_endpoint endpoint = {{4, {127, 0, 0, 1}}, 80};
  wsa_completion completion;
  wsa_stats stats;
  uint64_t handle;
  size_t taken;
  int ready;
  RETURNS(error, wsa_startup(none));
  RETURNS(error, wsa_cleanup(none));
  RETURNS(error, wsa_request(none, &query, 0, &handle));
  RETURNS(error, wsa_cancel(none, 1));
  RETURNS(error, wsa_take(none, &completion, 1, &taken));
  RETURNS(error, wsa_wait(none, 0, &ready));
  RETURNS(error, wsa_session_stats(none, &stats));
  RETURNS(error, wsa_session_descriptor(none, &ready));
  RETURNS(error, wsa_session_callback(none, NULL, NULL));
  RETURNS(error, wsa_connection_check(none, WSA_USE_TCP_CONNECT, &endpoint,
                                      NULL, 0));
  RETURNS(error, wsa_connection_opened(none, WSA_TRANSPORT_TCP, &endpoint));
  RETURNS(error, wsa_connection_closed(none, WSA_TRANSPORT_TCP, &endpoint));
  RETURNS(error, wsa_session_free(none));
}

static void handles(void) {
  wsa_session freed = session_of(engine), made;
  wsa_engine gone;
  wsa_metrics metrics;
  wsa_completion completion, copy;
  OK(wsa_session_free(freed));
  calls_of(freed, WSA_WRONG_HANDLE);
  calls_of(0, WSA_WRONG_HANDLE);
  calls_of(UINT64_MAX, WSA_WRONG_HANDLE);
  calls_of(engine, WSA_WRONG_HANDLE);
  RETURNS(WSA_WRONG_HANDLE, wsa_session_attach(freed));
  /* Its place in the table is another session's now. */
  made = session_of(engine);
  CHECK(made != freed);
  calls_of(freed, WSA_WRONG_HANDLE);
  OK(wsa_session_free(made));

  RETURNS(WSA_WRONG_HANDLE, wsa_engine_free(0));
  RETURNS(WSA_WRONG_HANDLE, wsa_engine_free(session));
  RETURNS(WSA_WRONG_HANDLE, wsa_session_new(session, &made));
  gone = engine_with(NULL);
  OK(wsa_engine_free(gone));
  RETURNS(WSA_WRONG_HANDLE, wsa_engine_free(gone));
  RETURNS(WSA_WRONG_HANDLE, wsa_engine_take_down(gone));
  RETURNS(WSA_WRONG_HANDLE, wsa_engine_bring_up(gone));
  RETURNS(WSA_WRONG_HANDLE, wsa_engine_metrics(gone, &metrics));
  RETURNS(WSA_WRONG_HANDLE, wsa_session_new(gone, &made));

  /* A completion is freed once; its copy is an error, and it itself is empty. */
  request(session, host("worker.test"), 0);
  completion = next(session);
  copy = completion;
  OK(wsa_completions_free(&completion, 1));
  OK(wsa_completions_free(&completion, 1));
  RETURNS(WSA_WRONG_HANDLE, wsa_completions_free(&copy, 1));
  copy.memory = session;
  RETURNS(WSA_WRONG_HANDLE, wsa_completions_free(&copy, 1));
  /* The others are freed all the same. */
  {
    wsa_completion both[2];
    request(session, host("worker.test"), 0);
    both[0] = copy;
    both[1] = next(session);
    RETURNS(WSA_WRONG_HANDLE, wsa_completions_free(both, 2));
    CHECK(both[0].memory != 0 && both[1].memory == 0);
  }
}

static void *of_another_thread(void *unused) {
  (void)unused;
  calls_of(session, WSA_WRONG_THREAD);
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
  wsa_session *taken_over = shared;
  OK(wsa_session_attach(*taken_over));
  OK(wsa_session_callback(*taken_over, stays, NULL));
  request(*taken_over, host("now.test"), 0);
  OK(wsa_session_free(*taken_over));
  return NULL;
}

static void threads(void) {
  pthread_t thread;
  wsa_session taken_over = session_of(engine);
  wsa_completion completion;
  CHECK(pthread_create(&thread, NULL, of_another_thread, NULL) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  /* It is still this thread's. */
  request(session, host("now.test"), 0);
  completion = take(session);
  OK(wsa_completions_free(&completion, 1));

  /* A thread takes a session over. While it is in a call, every other call is an error. */
  CHECK(sem_init(&entered, 0, 0) == 0 && sem_init(&leave, 0, 0) == 0);
  CHECK(pthread_create(&thread, NULL, calls_for_long, &taken_over) == 0);
  while (sem_wait(&entered) != 0) {
  }
  calls_of(taken_over, WSA_IN_USE);
  RETURNS(WSA_IN_USE, wsa_session_attach(taken_over));
  CHECK(sem_post(&leave) == 0);
  CHECK(pthread_join(thread, NULL) == 0);
  calls_of(taken_over, WSA_WRONG_HANDLE);
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
  OK(wsa_session_free(session));
  OK(wsa_engine_free(engine));
  return 0;
}
