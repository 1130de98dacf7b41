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
              (int)returned_, winsock_async_strerror(returned_));              \
      exit(1);                                                                 \
    }                                                                          \
  } while (0)

#define OK(call) RETURNS(WINSOCK_ASYNC_OK, call)

static inline winsock_async_text_t text(const char *string) {
  winsock_async_text_t text = {string, strlen(string)};
  return text;
}

static inline int is_text(winsock_async_text_t text, const char *expected) {
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
static inline winsock_async_engine_t
engine_with(const winsock_async_limits_t *limits) {
  winsock_async_resolver_t resolvers[2];
  winsock_async_config_t config;
  winsock_async_engine_t engine = {0};
  char message[200];
  memset(&config, 0, sizeof config);
  resolvers[0].kind = WINSOCK_ASYNC_RESOLVER_SCRIPT;
  resolvers[0].text = text(SCRIPT);
  resolvers[1].kind = WINSOCK_ASYNC_RESOLVER_TABLES;
  resolvers[1].text = text(HOSTS);
  config.policy = text(POLICY);
  config.resolvers = resolvers;
  config.resolver_count = 2;
  config.limits = limits;
  config.host_name = text("table.test");
  OK(winsock_async_engine_new(&config, &engine, message, sizeof message));
  CHECK(engine.id != 0 && message[0] == 0);
  return engine;
}

/* A session of the calling thread, with a start-up. */
static inline winsock_async_session_t
session_of(winsock_async_engine_t engine) {
  winsock_async_session_t session = {0};
  OK(winsock_async_session_new(engine, &session));
  OK(winsock_async_session_startup(session));
  CHECK(session.id != 0);
  return session;
}

static inline winsock_async_query_t host(const char *name) {
  winsock_async_query_t query;
  memset(&query, 0, sizeof query);
  query.kind = WINSOCK_ASYNC_QUERY_HOST_BY_NAME;
  query.name = text(name);
  return query;
}

static inline uint64_t request(winsock_async_session_t session,
                               winsock_async_query_t query, uint64_t tag) {
  uint64_t handle = 0;
  OK(winsock_async_session_request(session, &query, tag, &handle));
  CHECK(handle != 0);
  return handle;
}

/* Takes one completion, which is there. */
static inline winsock_async_completion_t take(winsock_async_session_t session) {
  winsock_async_completion_t completion;
  size_t taken = 0;
  OK(winsock_async_session_take(session, &completion, 1, &taken));
  CHECK(taken == 1);
  return completion;
}

/* Waits for a completion, and takes it. */
static inline winsock_async_completion_t next(winsock_async_session_t session) {
  int ready = 0;
  OK(winsock_async_session_wait(session, WINSOCK_ASYNC_FOREVER, &ready));
  CHECK(ready == 1);
  return take(session);
}

static inline size_t takes(winsock_async_session_t session) {
  winsock_async_completion_t completions[8];
  size_t taken = 9;
  OK(winsock_async_session_take(session, completions, 8, &taken));
  OK(winsock_async_completions_delete(completions, taken));
  return taken;
}

static inline winsock_async_metrics_t
metrics_of(winsock_async_engine_t engine) {
  winsock_async_metrics_t metrics;
  OK(winsock_async_engine_metrics(engine, &metrics));
  return metrics;
}

static inline winsock_async_stats_t stats_of(winsock_async_session_t session) {
  winsock_async_stats_t stats;
  OK(winsock_async_session_stats(session, &stats));
  return stats;
}

#endif
