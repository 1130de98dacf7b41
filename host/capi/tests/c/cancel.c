/* A cancel in each state of a request: queued, running, completed, taken, cancelled, gone. */
#include "check.h"

/* An engine with one worker, so that a second lookup stays in the queue. */
static wsa_engine engine_of_one_worker(void) {
  wsa_limits limits;
  OK(wsa_limits_default(&limits));
  CHECK(limits.workers == 8 && limits.request_timeout == 0);
  limits.workers = 1;
  limits.max_extra_workers = 1;
  limits.stuck_after = WSA_FOREVER;
  return engine_with(&limits);
}

static void wait_for(wsa_engine engine, uint64_t busy, uint64_t queued) {
  wsa_metrics metrics;
  do {
    metrics = metrics_of(engine);
  } while (metrics.busy != busy || metrics.queued != queued);
}

int main(void) {
  wsa_engine engine = engine_of_one_worker();
  wsa_session session, other;
  uint64_t running, queued, ready, taken;
  wsa_completion completion;
  int is_ready = 2;

  OK(wsa_session_new(engine, &session));
  RETURNS(WSA_ERROR_NOT_INITIALISED, wsa_cancel(session, 1));
  OK(wsa_startup(session));
  OK(wsa_wait(session, WSA_FOREVER, &is_ready));
  CHECK(is_ready == 0);

  running = request(session, host("never.test"), 1);
  wait_for(engine, 1, 0);
  queued = request(session, host("never.test"), 2);
  wait_for(engine, 1, 1);
  ready = request(session, host("now.test"), 3);
  CHECK(stats_of(session).pending == 3);
  OK(wsa_wait(session, 0, &is_ready));
  CHECK(is_ready == 1);

  /* Queued: it leaves the queue at once. */
  OK(wsa_cancel(session, queued));
  CHECK(metrics_of(engine).queued == 0);
  RETURNS(WSA_ERROR_INVALID_ARGUMENT, wsa_cancel(session, queued));
  /* Completed and not taken: the cancel is in time. */
  OK(wsa_cancel(session, ready));
  CHECK(takes(session) == 0);
  RETURNS(WSA_ERROR_INVALID_ARGUMENT, wsa_cancel(session, ready));
  /* Running: its worker is stuck from now on, and another one takes its place. */
  OK(wsa_cancel(session, running));
  RETURNS(WSA_ERROR_INVALID_ARGUMENT, wsa_cancel(session, running));
  OK(wsa_wait(session, WSA_FOREVER, &is_ready));
  CHECK(is_ready == 0);
  CHECK(metrics_of(engine).stuck == 1);
  taken = request(session, host("worker.test"), 4);
  completion = next(session);
  CHECK(completion.tag == 4 && completion.handle == taken);
  OK(wsa_completions_free(&completion, 1));
  /* Taken. */
  RETURNS(WSA_ERROR_ALREADY_COMPLETED, wsa_cancel(session, taken));
  /* Never given, and another session's. */
  RETURNS(WSA_ERROR_INVALID_ARGUMENT, wsa_cancel(session, 0));
  RETURNS(WSA_ERROR_INVALID_ARGUMENT, wsa_cancel(session, UINT64_MAX));
  other = session_of(engine);
  ready = request(other, host("now.test"), 5);
  RETURNS(WSA_ERROR_INVALID_ARGUMENT, wsa_cancel(session, ready));
  CHECK(takes(other) == 1);
  /* Ended by the last clean-up, which forgets handles. */
  ready = request(session, host("now.test"), 6);
  OK(wsa_cleanup(session));
  RETURNS(WSA_ERROR_NOT_INITIALISED, wsa_cancel(session, ready));
  RETURNS(WSA_ERROR_NOT_INITIALISED, wsa_cleanup(session));
  OK(wsa_startup(session));
  RETURNS(WSA_ERROR_INVALID_ARGUMENT, wsa_cancel(session, ready));
  RETURNS(WSA_ERROR_INVALID_ARGUMENT, wsa_cancel(session, taken));
  CHECK(takes(session) == 0);

  /* An engine that is down ends what is pending, and lets nothing begin. */
  request(session, host("never.test"), 7);
  OK(wsa_engine_take_down(engine));
  CHECK(next(session).error == WSA_ERROR_NETWORK_DOWN);
  {
    wsa_query query = host("now.test");
    RETURNS(WSA_ERROR_NETWORK_DOWN, wsa_request(session, &query, 8, &ready));
    RETURNS(WSA_ERROR_NETWORK_DOWN, wsa_cancel(session, ready));
  }
  OK(wsa_engine_bring_up(engine));
  request(session, host("now.test"), 9);
  CHECK(takes(session) == 1);

  CHECK(stats_of(session).cancelled == 3);
  OK(wsa_session_free(other));
  OK(wsa_session_free(session));
  OK(wsa_engine_free(engine));
  return 0;
}
