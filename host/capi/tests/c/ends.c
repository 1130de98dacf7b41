/* Engines and sessions end with requests pending, in every order, and so does the library. */
#include <dlfcn.h>

#include "check.h"

/* Sessions outlive the handle of their engine. */
static void engine_first(void) {
  wsa_engine engine = engine_with(NULL);
  wsa_session session = session_of(engine), second;
  wsa_completion completion;
  request(session, host("never.test"), 1);
  request(session, host("later.test"), 2);
  OK(wsa_engine_free(engine));
  RETURNS(WSA_WRONG_HANDLE, wsa_session_new(engine, &second));
  completion = next(session);
  CHECK(completion.tag == 2 && completion.error == WSA_OK);
  request(session, host("worker.test"), 3);
  OK(wsa_session_free(session));
  /* What was taken stays. */
  CHECK(is_text(completion.name, "later.test"));
  OK(wsa_completions_free(&completion, 1));
}

/* A session ends with requests in each state, and leaves nothing in the engine. */
static void session_first(void) {
  wsa_engine engine = engine_with(NULL);
  wsa_session session = session_of(engine), second = session_of(engine);
  wsa_metrics metrics;
  int i, descriptor, ready;
  OK(wsa_session_descriptor(session, &descriptor));
  for (i = 0; i < 5; i++) {
    request(session, host("never.test"), 1);
    request(session, host("worker.test"), 2);
    request(session, host("now.test"), 3);
  }
  request(second, host("worker.test"), 4);
  OK(wsa_session_free(session));
  metrics = metrics_of(engine);
  CHECK(metrics.sessions == 1 && metrics.total.requests == 16);
  CHECK(metrics.total.pending == 1);
  OK(wsa_wait(second, WSA_FOREVER, &ready));
  CHECK(ready == 1 && takes(second) == 1);
  OK(wsa_session_free(second));
  metrics = metrics_of(engine);
  CHECK(metrics.sessions == 0 && metrics.total.pending == 0);
  OK(wsa_engine_free(engine));
}

/* A library that is closed while its threads are inside a resolver stays mapped. */
static void library(const char *path) {
  void *closed = NULL;
  int i;
  for (i = 0; i < 3; i++) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    uint32_t (*abi)(void);
    int32_t (*engine_new)(const wsa_config *, wsa_engine *, char *, size_t);
    int32_t (*session_new)(wsa_engine, wsa_session *);
    int32_t (*startup)(wsa_session);
    int32_t (*begin)(wsa_session, const wsa_query *, uint64_t, uint64_t *);
    int32_t (*session_free)(wsa_session);
    int32_t (*engine_free)(wsa_engine);
    wsa_resolver resolver = {WSA_RESOLVER_SCRIPT, text(SCRIPT)};
    wsa_query query = host("never.test");
    wsa_config config;
    wsa_engine engine;
    wsa_session session;
    uint64_t handle;
    CHECK(library != NULL && (closed == NULL || library == closed));
    *(void **)&abi = dlsym(library, "wsa_abi");
    *(void **)&engine_new = dlsym(library, "wsa_engine_new");
    *(void **)&session_new = dlsym(library, "wsa_session_new");
    *(void **)&startup = dlsym(library, "wsa_startup");
    *(void **)&begin = dlsym(library, "wsa_request");
    *(void **)&session_free = dlsym(library, "wsa_session_free");
    *(void **)&engine_free = dlsym(library, "wsa_engine_free");
    memset(&config, 0, sizeof config);
    config.policy = text("allow = ['*']");
    config.resolvers = &resolver;
    config.resolver_count = 1;
    CHECK(abi() == WSA_ABI);
    CHECK(engine_new(&config, &engine, NULL, 0) == WSA_OK);
    CHECK(session_new(engine, &session) == WSA_OK);
    CHECK(startup(session) == WSA_OK);
    CHECK(begin(session, &query, 0, &handle) == WSA_OK);
    CHECK(session_free(session) == WSA_OK);
    CHECK(engine_free(engine) == WSA_OK);
    CHECK(dlclose(library) == 0);
    closed = library;
    /* Its threads have work to do: they end. */
    CHECK(dlopen(path, RTLD_NOW | RTLD_NOLOAD) == library);
    CHECK(dlclose(library) == 0);
  }
}

int main(int argc, char **argv) {
  engine_first();
  session_first();
  if (argc == 2) {
    library(argv[1]);
  }
  return 0;
}
