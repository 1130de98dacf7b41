/* A cancel in each state of a request: queued, running, completed, taken,
 * cancelled, gone. */
#include "check.h"

/* An engine with one worker, so that a second lookup stays in the queue. */
static winsock_async_engine_t engine_of_one_worker(void) {
  winsock_async_limits_t limits;
  OK(winsock_async_limits_default(&limits));
  CHECK(limits.workers == 8 && limits.request_timeout == 0);
  limits.workers = 1;
  limits.max_extra_workers = 1;
  limits.stuck_after = WINSOCK_ASYNC_FOREVER;
  return engine_with(&limits);
}

static void wait_for(winsock_async_engine_t engine, uint64_t busy,
                     uint64_t queued) {
  winsock_async_metrics_t metrics;
  do {
    metrics = metrics_of(engine);
  } while (metrics.busy != busy || metrics.queued != queued);
}

int main(void) {
  winsock_async_engine_t engine = engine_of_one_worker();
  winsock_async_session_t session, other;
  uint64_t running, queued, ready, taken;
  winsock_async_completion_t completion;
  int is_ready = 2;

  OK(winsock_async_session_new(engine, &session));
  RETURNS(WINSOCK_ASYNC_ERROR_NOT_INITIALISED,
          winsock_async_session_cancel(session, 1));
  OK(winsock_async_session_startup(session));
  OK(winsock_async_session_wait(session, WINSOCK_ASYNC_FOREVER, &is_ready));
  CHECK(is_ready == 0);

  running = request(session, host("never.test"), 1);
  wait_for(engine, 1, 0);
  queued = request(session, host("never.test"), 2);
  wait_for(engine, 1, 1);
  ready = request(session, host("now.test"), 3);
  CHECK(stats_of(session).pending == 3);
  OK(winsock_async_session_wait(session, 0, &is_ready));
  CHECK(is_ready == 1);

  /* Queued: it leaves the queue at once. */
  OK(winsock_async_session_cancel(session, queued));
  CHECK(metrics_of(engine).queued == 0);
  RETURNS(WINSOCK_ASYNC_ERROR_INVALID_ARGUMENT,
          winsock_async_session_cancel(session, queued));
  /* Completed and not taken: the cancel is in time. */
  OK(winsock_async_session_cancel(session, ready));
  CHECK(takes(session) == 0);
  RETURNS(WINSOCK_ASYNC_ERROR_INVALID_ARGUMENT,
          winsock_async_session_cancel(session, ready));
  /* Running: its worker is stuck from now on, and another one takes its place.
   */
  OK(winsock_async_session_cancel(session, running));
  RETURNS(WINSOCK_ASYNC_ERROR_INVALID_ARGUMENT,
          winsock_async_session_cancel(session, running));
  OK(winsock_async_session_wait(session, WINSOCK_ASYNC_FOREVER, &is_ready));
  CHECK(is_ready == 0);
  CHECK(metrics_of(engine).stuck == 1);
  taken = request(session, host("worker.test"), 4);
  completion = next(session);
  CHECK(completion.tag == 4 && completion.handle == taken);
  OK(winsock_async_completions_delete(&completion, 1));
  /* Taken. */
  RETURNS(WINSOCK_ASYNC_ERROR_ALREADY_COMPLETED,
          winsock_async_session_cancel(session, taken));
  /* Never given, and another session's. */
  RETURNS(WINSOCK_ASYNC_ERROR_INVALID_ARGUMENT,
          winsock_async_session_cancel(session, 0));
  RETURNS(WINSOCK_ASYNC_ERROR_INVALID_ARGUMENT,
          winsock_async_session_cancel(session, UINT64_MAX));
  other = session_of(engine);
  ready = request(other, host("now.test"), 5);
  RETURNS(WINSOCK_ASYNC_ERROR_INVALID_ARGUMENT,
          winsock_async_session_cancel(session, ready));
  CHECK(takes(other) == 1);
  /* Ended by the last clean-up, which forgets handles. */
  ready = request(session, host("now.test"), 6);
  OK(winsock_async_session_cleanup(session));
  RETURNS(WINSOCK_ASYNC_ERROR_NOT_INITIALISED,
          winsock_async_session_cancel(session, ready));
  RETURNS(WINSOCK_ASYNC_ERROR_NOT_INITIALISED,
          winsock_async_session_cleanup(session));
  OK(winsock_async_session_startup(session));
  RETURNS(WINSOCK_ASYNC_ERROR_INVALID_ARGUMENT,
          winsock_async_session_cancel(session, ready));
  RETURNS(WINSOCK_ASYNC_ERROR_INVALID_ARGUMENT,
          winsock_async_session_cancel(session, taken));
  CHECK(takes(session) == 0);

  /* An engine that is down ends what is pending, and lets nothing begin. */
  request(session, host("never.test"), 7);
  OK(winsock_async_engine_take_down(engine));
  CHECK(next(session).error == WINSOCK_ASYNC_ERROR_NETWORK_DOWN);
  {
    winsock_async_query_t query = host("now.test");
    RETURNS(WINSOCK_ASYNC_ERROR_NETWORK_DOWN,
            winsock_async_session_request(session, &query, 8, &ready));
    RETURNS(WINSOCK_ASYNC_ERROR_NETWORK_DOWN,
            winsock_async_session_cancel(session, ready));
  }
  OK(winsock_async_engine_bring_up(engine));
  request(session, host("now.test"), 9);
  CHECK(takes(session) == 1);

  CHECK(stats_of(session).cancelled == 3);
  OK(winsock_async_session_delete(other));
  OK(winsock_async_session_delete(session));
  OK(winsock_async_engine_delete(engine));
  return 0;
}
