/* A callback comes from another thread, once for each time that completions can
 * be taken. */
#include <pthread.h>

#include "check.h"

struct host {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  int calls;
  pthread_t thread;
  winsock_async_session_t session;
  winsock_async_engine_t engine;
};

static void note(struct host *host) {
  CHECK(pthread_mutex_lock(&host->lock) == 0);
  host->calls += 1;
  host->thread = pthread_self();
  CHECK(pthread_cond_signal(&host->changed) == 0);
  CHECK(pthread_mutex_unlock(&host->lock) == 0);
}

/* The host's callback: it calls nothing of the library. */
static void on_ready(void *data) { note(data); }

/* The callback of a host that calls the library in it: every call is an error.
 */
static void calls_library(void *data) {
  struct host *host = data;
  winsock_async_session_t session;
  winsock_async_metrics_t metrics;
  winsock_async_completion_t completion;
  size_t taken;
  RETURNS(WINSOCK_ASYNC_WRONG_CALLBACK,
          winsock_async_session_take(host->session, &completion, 1, &taken));
  RETURNS(WINSOCK_ASYNC_WRONG_CALLBACK,
          winsock_async_session_delete(host->session));
  RETURNS(WINSOCK_ASYNC_WRONG_CALLBACK,
          winsock_async_session_callback(host->session, NULL, NULL));
  RETURNS(WINSOCK_ASYNC_WRONG_CALLBACK,
          winsock_async_session_new(host->engine, &session));
  RETURNS(WINSOCK_ASYNC_WRONG_CALLBACK,
          winsock_async_engine_take_down(host->engine));
  RETURNS(WINSOCK_ASYNC_WRONG_CALLBACK,
          winsock_async_engine_metrics(host->engine, &metrics));
  CHECK(winsock_async_strerror(WINSOCK_ASYNC_WRONG_CALLBACK) != NULL);
  note(host);
}

static int calls(struct host *host) {
  int calls;
  CHECK(pthread_mutex_lock(&host->lock) == 0);
  calls = host->calls;
  CHECK(pthread_mutex_unlock(&host->lock) == 0);
  return calls;
}

/* Waits until there were this many calls. */
static void wait_for(struct host *host, int count) {
  CHECK(pthread_mutex_lock(&host->lock) == 0);
  while (host->calls < count) {
    CHECK(pthread_cond_wait(&host->changed, &host->lock) == 0);
  }
  CHECK(host->calls == count);
  CHECK(pthread_mutex_unlock(&host->lock) == 0);
}

int main(void) {
  struct host host_ = {PTHREAD_MUTEX_INITIALIZER,
                       PTHREAD_COND_INITIALIZER,
                       0,
                       pthread_self(),
                       {0},
                       {0}};
  struct host *last = malloc(sizeof *last);
  winsock_async_engine_t engine = engine_with(NULL);
  winsock_async_session_t session = session_of(engine);
  int i;

  CHECK(last != NULL);
  *last = host_;
  host_.session = session;
  host_.engine = engine;
  OK(winsock_async_session_callback(session, on_ready, &host_));
  CHECK(calls(&host_) == 0);

  /* From the library's thread. */
  request(session, host("later.test"), 1);
  wait_for(&host_, 1);
  CHECK(!pthread_equal(host_.thread, pthread_self()));
  CHECK(takes(session) == 1 && calls(&host_) == 1);

  /* An answer at once: in the request, on this thread; not again before the
   * last one is taken. */
  request(session, host("now.test"), 2);
  CHECK(calls(&host_) == 2);
  CHECK(pthread_equal(host_.thread, pthread_self()));
  request(session, host("now.test"), 3);
  CHECK(calls(&host_) == 2);
  {
    winsock_async_completion_t completion = take(session);
    OK(winsock_async_completions_delete(&completion, 1));
  }
  CHECK(calls(&host_) == 2);
  CHECK(takes(session) == 1 && calls(&host_) == 2);

  /* Again and again: no call is lost. */
  for (i = 0; i < 200; i++) {
    request(session, host("worker.test"), 4);
    wait_for(&host_, 3 + i);
    CHECK(takes(session) == 1);
  }
  CHECK(calls(&host_) == 202);

  /* Set when a completion can be taken: called at once. None: called no more.
   */
  OK(winsock_async_session_callback(session, NULL, NULL));
  request(session, host("now.test"), 5);
  CHECK(calls(&host_) == 202);
  OK(winsock_async_session_callback(session, on_ready, &host_));
  CHECK(calls(&host_) == 203);
  CHECK(takes(session) == 1);

  /* Calls of the library in a callback, on either thread. */
  OK(winsock_async_session_callback(session, calls_library, &host_));
  request(session, host("now.test"), 6);
  CHECK(calls(&host_) == 204);
  CHECK(takes(session) == 1);
  request(session, host("later.test"), 7);
  wait_for(&host_, 205);
  CHECK(takes(session) == 1);

  /* With a descriptor as well: both. */
  OK(winsock_async_session_descriptor(session, &i));
  request(session, host("later.test"), 8);
  wait_for(&host_, 206);
  CHECK(takes(session) == 1);

  /* After the session is freed its pointer is not used: the address sanitizer
   * would see it. */
  OK(winsock_async_session_callback(session, on_ready, last));
  for (i = 0; i < 100; i++) {
    request(session, host("worker.test"), 9);
  }
  OK(winsock_async_session_delete(session));
  free(last);
  OK(winsock_async_engine_delete(engine));
  return 0;
}
