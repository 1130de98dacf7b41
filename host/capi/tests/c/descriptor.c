/* A descriptor is readable while completions can be taken, and at no other
 * time. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "check.h"

/* Waits, if it must, until one of these is readable. */
static int poll_for(int descriptor, int timeout) {
  struct pollfd polled = {descriptor, POLLIN, 0};
  int count;
  do {
    count = poll(&polled, 1, timeout);
  } while (count < 0 && errno == EINTR);
  CHECK(count == 0 || polled.revents == POLLIN);
  return count;
}

#define READABLE(descriptor) (poll_for(descriptor, 0) == 1)

int main(void) {
  winsock_async_engine_t engine = engine_with(NULL);
  winsock_async_session_t session = session_of(engine),
                          second = session_of(engine);
  winsock_async_completion_t completion;
  uint64_t handle;
  int descriptor = -1, again = -1, other = -1, i;
  char byte;

  OK(winsock_async_session_descriptor(session, &descriptor));
  OK(winsock_async_session_descriptor(session, &again));
  CHECK(descriptor >= 0 && again == descriptor);
  CHECK(fcntl(descriptor, F_GETFD) & FD_CLOEXEC);
  CHECK(!READABLE(descriptor));

  /* An answer at once. It stays readable until the last completion is taken. */
  request(session, host("now.test"), 1);
  CHECK(READABLE(descriptor));
  request(session, host("now.test"), 2);
  completion = take(session);
  OK(winsock_async_completions_delete(&completion, 1));
  CHECK(READABLE(descriptor));
  completion = take(session);
  OK(winsock_async_completions_delete(&completion, 1));
  CHECK(!READABLE(descriptor));

  /* From a worker, again and again: no wake-up is lost. */
  for (i = 0; i < 200; i++) {
    request(session, host("worker.test"), 3);
    CHECK(poll_for(descriptor, -1) == 1);
    completion = take(session);
    CHECK(completion.error == WINSOCK_ASYNC_OK);
    OK(winsock_async_completions_delete(&completion, 1));
    CHECK(!READABLE(descriptor));
  }
  /* While the thread sleeps. */
  request(session, host("later.test"), 4);
  CHECK(poll_for(descriptor, -1) == 1);
  CHECK(takes(session) == 1 && !READABLE(descriptor));

  /* Requests before the descriptor count too, and each session has its own. */
  request(second, host("now.test"), 5);
  OK(winsock_async_session_descriptor(second, &other));
  CHECK(READABLE(other) && other != descriptor && !READABLE(descriptor));

  /* A cancel, a clean-up. */
  handle = request(session, host("now.test"), 6);
  CHECK(READABLE(descriptor));
  OK(winsock_async_session_cancel(session, handle));
  CHECK(!READABLE(descriptor));
  request(session, host("now.test"), 7);
  OK(winsock_async_session_cleanup(session));
  CHECK(!READABLE(descriptor));
  OK(winsock_async_session_startup(session));

  /* A host that reads it loses that signal alone. */
  request(session, host("now.test"), 8);
  CHECK(read(descriptor, &byte, 1) == 1 && !READABLE(descriptor));
  CHECK(takes(session) == 1 && !READABLE(descriptor));
  request(session, host("now.test"), 9);
  CHECK(READABLE(descriptor));

  /* An engine that is taken down completes what is pending. */
  CHECK(takes(session) == 1);
  request(session, host("never.test"), 10);
  CHECK(!READABLE(descriptor));
  OK(winsock_async_engine_take_down(engine));
  CHECK(READABLE(descriptor));
  CHECK(next(session).error == WINSOCK_ASYNC_ERROR_NETWORK_DOWN);
  CHECK(!READABLE(descriptor));

  /* It is closed with its session, and only then. */
  OK(winsock_async_session_delete(session));
  CHECK(fcntl(descriptor, F_GETFD) == -1 && errno == EBADF);
  CHECK(READABLE(other));
  OK(winsock_async_session_delete(second));
  OK(winsock_async_engine_delete(engine));
  return 0;
}
