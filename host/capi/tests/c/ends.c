/* Engines and sessions end with requests pending, in every order, and so does
 * the library. */
#include <dirent.h>
#include <dlfcn.h>
#include <sched.h>

#include "check.h"

static int threads(void) {
  DIR *directory = opendir("/proc/self/task");
  int count = -2; /* "." and ".." */
  CHECK(directory != NULL);
  while (readdir(directory) != NULL) {
    count += 1;
  }
  CHECK(closedir(directory) == 0);
  return count;
}

/* Waits for a change in the process that no thread announces. */
static void wait_for_threads(int count) {
  while (threads() != count) {
    CHECK(sched_yield() == 0);
  }
}

/* No thread outlives the last session of a deleted engine, and the name
 * server's neither. */
static void no_thread_is_left(void) {
  int before = threads();
  winsock_async_resolver_t resolver = {WINSOCK_ASYNC_RESOLVER_DNS,
                                       text("nameserver 127.0.0.1")};
  winsock_async_config_t config;
  winsock_async_engine_t engine;
  winsock_async_session_t session;
  engine = engine_with(NULL);
  session = session_of(engine);
  request(session, host("worker.test"), 1);
  request(session, host("later.test"), 2);
  CHECK(threads() > before);
  OK(winsock_async_engine_delete(engine));
  CHECK(threads() > before);
  OK(winsock_async_session_delete(session));
  wait_for_threads(before);

  memset(&config, 0, sizeof config);
  config.policy = text("allow = ['*']");
  config.resolvers = &resolver;
  config.resolver_count = 1;
  OK(winsock_async_engine_new(&config, &engine, NULL, 0));
  session = session_of(engine);
  request(session, host("silent.test"), 3);
  OK(winsock_async_session_delete(session));
  OK(winsock_async_engine_delete(engine));
  wait_for_threads(before);
}

/* Sessions outlive the handle of their engine. */
static void engine_first(void) {
  winsock_async_engine_t engine = engine_with(NULL);
  winsock_async_session_t session = session_of(engine), second;
  winsock_async_completion_t completion;
  request(session, host("never.test"), 1);
  request(session, host("later.test"), 2);
  OK(winsock_async_engine_delete(engine));
  RETURNS(WINSOCK_ASYNC_WRONG_HANDLE,
          winsock_async_session_new(engine, &second));
  completion = next(session);
  CHECK(completion.tag == 2 && completion.error == WINSOCK_ASYNC_OK);
  request(session, host("worker.test"), 3);
  OK(winsock_async_session_delete(session));
  /* What was taken stays. */
  CHECK(is_text(completion.name, "later.test"));
  OK(winsock_async_completions_delete(&completion, 1));
}

/* A session ends with requests in each state, and leaves nothing in the engine.
 */
static void session_first(void) {
  winsock_async_engine_t engine = engine_with(NULL);
  winsock_async_session_t session = session_of(engine),
                          second = session_of(engine);
  winsock_async_metrics_t metrics;
  int i, descriptor, ready;
  OK(winsock_async_session_descriptor(session, &descriptor));
  for (i = 0; i < 5; i++) {
    request(session, host("never.test"), 1);
    request(session, host("worker.test"), 2);
    request(session, host("now.test"), 3);
  }
  request(second, host("worker.test"), 4);
  OK(winsock_async_session_delete(session));
  metrics = metrics_of(engine);
  CHECK(metrics.sessions == 1 && metrics.total.requests == 16);
  CHECK(metrics.total.pending == 1);
  OK(winsock_async_session_wait(second, WINSOCK_ASYNC_FOREVER, &ready));
  CHECK(ready == 1 && takes(second) == 1);
  OK(winsock_async_session_delete(second));
  metrics = metrics_of(engine);
  CHECK(metrics.sessions == 0 && metrics.total.pending == 0);
  OK(winsock_async_engine_delete(engine));
}

/* A library that is closed while its threads are inside a resolver stays
 * mapped. */
static void library(const char *path) {
  void *closed = NULL;
  int i;
  for (i = 0; i < 3; i++) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    uint32_t (*abi)(void);
    int32_t (*engine_new)(const winsock_async_config_t *,
                          winsock_async_engine_t *, char *, size_t);
    int32_t (*session_new)(winsock_async_engine_t, winsock_async_session_t *);
    int32_t (*startup)(winsock_async_session_t);
    int32_t (*begin)(winsock_async_session_t, const winsock_async_query_t *,
                     uint64_t, uint64_t *);
    int32_t (*session_free)(winsock_async_session_t);
    int32_t (*engine_free)(winsock_async_engine_t);
    winsock_async_resolver_t resolver = {WINSOCK_ASYNC_RESOLVER_SCRIPT,
                                         text(SCRIPT)};
    winsock_async_query_t query = host("never.test");
    winsock_async_config_t config;
    winsock_async_engine_t engine;
    winsock_async_session_t session;
    uint64_t handle;
    CHECK(library != NULL && (closed == NULL || library == closed));
    *(void **)&abi = dlsym(library, "winsock_async_abi");
    *(void **)&engine_new = dlsym(library, "winsock_async_engine_new");
    *(void **)&session_new = dlsym(library, "winsock_async_session_new");
    *(void **)&startup = dlsym(library, "winsock_async_session_startup");
    *(void **)&begin = dlsym(library, "winsock_async_session_request");
    *(void **)&session_free = dlsym(library, "winsock_async_session_delete");
    *(void **)&engine_free = dlsym(library, "winsock_async_engine_delete");
    memset(&config, 0, sizeof config);
    config.policy = text("allow = ['*']");
    config.resolvers = &resolver;
    config.resolver_count = 1;
    CHECK(abi() == WINSOCK_ASYNC_ABI);
    CHECK(engine_new(&config, &engine, NULL, 0) == WINSOCK_ASYNC_OK);
    CHECK(session_new(engine, &session) == WINSOCK_ASYNC_OK);
    CHECK(startup(session) == WINSOCK_ASYNC_OK);
    CHECK(begin(session, &query, 0, &handle) == WINSOCK_ASYNC_OK);
    CHECK(session_free(session) == WINSOCK_ASYNC_OK);
    CHECK(engine_free(engine) == WINSOCK_ASYNC_OK);
    CHECK(dlclose(library) == 0);
    closed = library;
    /* Its threads have work to do: they end. */
    CHECK(dlopen(path, RTLD_NOW | RTLD_NOLOAD) == library);
    CHECK(dlclose(library) == 0);
  }
}

int main(int argc, char **argv) {
  /* Before the others, which leave threads inside a resolver. */
  no_thread_is_left();
  engine_first();
  session_first();
  if (argc == 2) {
    library(argv[1]);
  }
  return 0;
}
