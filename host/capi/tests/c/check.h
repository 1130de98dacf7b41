/* What the programs of this directory share: checks, engines and requests. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <winsock_async.h>

/* Ends the program if a condition does not hold. */
#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);          \
      exit(1);                                                                 \
    }                                                                          \
  } while (0)

/* Ends the program if a call returns another number. */
#define RETURNS(expected, call)                                                \
  do {                                                                         \
    int32_t returned_ = (call);                                                \
    if (returned_ != (expected)) {                                             \
      fprintf(stderr, "%s:%d: %s: %d (%s)\n", __FILE__, __LINE__, #call,       \
              (int)returned_, wsa_strerror(returned_));                        \
      exit(1);                                                                 \
    }                                                                          \
  } while (0)

#define OK(call) RETURNS(WSA_OK, call)

static inline wsa_text text(const char *string) {
  wsa_text text = {string, strlen(string)};
  return text;
}

static inline int is_text(wsa_text text, const char *expected) {
  return text.data != NULL && text.length == strlen(expected) &&
         strcmp(text.data, expected) == 0;
}

/* Hosts of every kind of answer. Lookups of never.test do not end. */
#define SCRIPT                                                                 \
  "[[rule]]\n"                                                                 \
  "host = 'now.test'\naddresses = ['192.0.2.1']\nnow = true\n"                 \
  "[[rule]]\n"                                                                 \
  "host = 'worker.test'\naliases = ['a.test', 'b.test']\n"                     \
  "addresses = ['192.0.2.2', '192.0.2.3']\n"                                   \
  "[[rule]]\n"                                                                 \
  "host = 'later.test'\naddresses = ['192.0.2.4']\ndelay-ms = 20\n"            \
  "[[rule]]\n"                                                                 \
  "host = 'never.test'\nnever = true\n"                                        \
  "[[rule]]\n"                                                                 \
  "host = 'busy.test'\nerror = 'WSATRY_AGAIN'\n"

#define HOSTS                                                                  \
  "198.51.100.7 table.test alias.test\n"                                       \
  "2001:db8::7 table.test\n"

#define POLICY                                                                 \
  "allow = ['*.test', '198.51.100.0/24', '2001:db8::/32']\n"                   \
  "allow-private = true\n"                                                     \
  "connect = ['table.test:443']\n"                                             \
  "listen = ['127.0.0.1:8080']\n"

/* An engine of the script, then the tables. Without limits, the defaults. */
static inline wsa_engine engine_with(const wsa_limits *limits) {
  wsa_resolver resolvers[2];
  wsa_config config;
  wsa_engine engine = 0;
  char message[200];
  memset(&config, 0, sizeof config);
  resolvers[0].kind = WSA_RESOLVER_SCRIPT;
  resolvers[0].text = text(SCRIPT);
  resolvers[1].kind = WSA_RESOLVER_TABLES;
  resolvers[1].text = text(HOSTS);
  config.policy = text(POLICY);
  config.resolvers = resolvers;
  config.resolver_count = 2;
  config.limits = limits;
  config.host_name = text("table.test");
  OK(wsa_engine_new(&config, &engine, message, sizeof message));
  CHECK(engine != 0 && message[0] == 0);
  return engine;
}

/* A session of the calling thread, with a start-up. */
static inline wsa_session session_of(wsa_engine engine) {
  wsa_session session = 0;
  OK(wsa_session_new(engine, &session));
  OK(wsa_startup(session));
  CHECK(session != 0);
  return session;
}

static inline wsa_query host(const char *name) {
  wsa_query query;
  memset(&query, 0, sizeof query);
  query.kind = WSA_QUERY_HOST_BY_NAME;
  query.name = text(name);
  return query;
}

static inline uint64_t request(wsa_session session, wsa_query query,
                               uint64_t tag) {
  uint64_t handle = 0;
  OK(wsa_request(session, &query, tag, &handle));
  CHECK(handle != 0);
  return handle;
}

/* Takes one completion, which is there. */
static inline wsa_completion take(wsa_session session) {
  wsa_completion completion;
  size_t taken = 0;
  OK(wsa_take(session, &completion, 1, &taken));
  CHECK(taken == 1);
  return completion;
}

/* Waits for a completion, and takes it. */
static inline wsa_completion next(wsa_session session) {
  int ready = 0;
  OK(wsa_wait(session, WSA_FOREVER, &ready));
  CHECK(ready == 1);
  return take(session);
}

static inline size_t takes(wsa_session session) {
  wsa_completion completions[8];
  size_t taken = 9;
  OK(wsa_take(session, completions, 8, &taken));
  OK(wsa_completions_free(completions, taken));
  return taken;
}

static inline wsa_metrics metrics_of(wsa_engine engine) {
  wsa_metrics metrics;
  OK(wsa_engine_metrics(engine, &metrics));
  return metrics;
}

static inline wsa_stats stats_of(wsa_session session) {
  wsa_stats stats;
  OK(wsa_session_stats(session, &stats));
  return stats;
}

#endif
