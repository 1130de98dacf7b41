/* Looks up the hosts that are named on the command line, for at most ten
 * seconds.
 *
 *     cc lookups.c -I include -L . -lwinsock_async -Wl,-rpath,. -o lookups
 *     ./lookups localhost www.example.com
 */
#include <stdio.h>
#include <string.h>

#include <winsock_async.h>

static winsock_async_text_t text(const char *string) {
  winsock_async_text_t text = {string, strlen(string)};
  return text;
}

static int failed(const char *what, int32_t error) {
  fprintf(stderr, "%s: %s\n", what, winsock_async_strerror(error));
  return 1;
}

static void print(const winsock_async_completion_t *completion) {
  size_t i, j;
  if (completion->error != WINSOCK_ASYNC_OK) {
    printf("%s\n", winsock_async_strerror(completion->error));
    return;
  }
  printf("%s", completion->name.data);
  for (i = 0; i < completion->address_count; i++) {
    /* A host by its name has IPv4 addresses: the first four bytes. */
    for (j = 0; j < 4; j++) {
      printf("%c%d", j == 0 ? ' ' : '.', completion->addresses[i].bytes[j]);
    }
  }
  printf("\n");
}

int main(int argc, char **argv) {
  winsock_async_config_t config = {0};
  winsock_async_query_t query = {0};
  winsock_async_engine_t engine;
  winsock_async_session_t session;
  char message[256];
  int32_t error;
  int i;

  if (winsock_async_abi() != WINSOCK_ASYNC_ABI) {
    fprintf(stderr, "the library has another version than the header\n");
    return 1;
  }
  /* One engine for the process: it has the policy, the limits and the worker
   * threads. */
  config.policy =
      text("allow = ['localhost', '*.example.com']\nallow-private = true");
  error = winsock_async_engine_new(&config, &engine, message, sizeof message);
  if (error != WINSOCK_ASYNC_OK) {
    fprintf(stderr, "%s: %s\n", winsock_async_strerror(error), message);
    return 1;
  }
  /* One session for each guest, on the guest's thread. */
  error = winsock_async_session_new(engine, &session);
  if (error == WINSOCK_ASYNC_OK) {
    error = winsock_async_session_startup(session);
  }
  if (error != WINSOCK_ASYNC_OK) {
    return failed("no session", error);
  }
  /* Each request is one of the guest. The tag comes back with its completion.
   */
  query.kind = WINSOCK_ASYNC_QUERY_HOST_BY_NAME;
  for (i = 1; i < argc; i++) {
    uint64_t handle;
    query.name = text(argv[i]);
    error =
        winsock_async_session_request(session, &query, (uint64_t)i, &handle);
    if (error != WINSOCK_ASYNC_OK) {
      failed(argv[i], error);
    }
  }
  for (;;) {
    winsock_async_completion_t completions[16];
    size_t taken, j;
    int ready;
    error = winsock_async_session_wait(session, UINT64_C(10000000000), &ready);
    if (error != WINSOCK_ASYNC_OK || !ready) {
      break;
    }
    error = winsock_async_session_take(session, completions, 16, &taken);
    if (error != WINSOCK_ASYNC_OK) {
      break;
    }
    for (j = 0; j < taken; j++) {
      printf("%s: ", argv[completions[j].tag]);
      print(&completions[j]);
    }
    winsock_async_completions_delete(completions, taken);
  }
  /* Cancels what is pending. */
  winsock_async_session_delete(session);
  winsock_async_engine_delete(engine);
  return error == WINSOCK_ASYNC_OK ? 0 : failed("no completion", error);
}
