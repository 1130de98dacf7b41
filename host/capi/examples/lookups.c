/* Looks up the hosts that are named on the command line, for at most ten seconds.
 *
 *     cc lookups.c -I include -L . -lwinsock_async -Wl,-rpath,. -o lookups
 *     ./lookups localhost www.example.com
 */
#include <stdio.h>
#include <string.h>

#include <winsock_async.h>

static wsa_text text(const char *string) {
  wsa_text text = {string, strlen(string)};
  return text;
}

static int failed(const char *what, int32_t error) {
  fprintf(stderr, "%s: %s\n", what, wsa_strerror(error));
  return 1;
}

static void print(const wsa_completion *completion) {
  size_t i, j;
  if (completion->error != WSA_OK) {
    printf("%s\n", wsa_strerror(completion->error));
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
  wsa_config config = {0};
  wsa_query query = {0};
  wsa_engine engine;
  wsa_session session;
  char message[256];
  int32_t error;
  int i;

  if (wsa_abi() != WSA_ABI) {
    fprintf(stderr, "the library has another version than the header\n");
    return 1;
  }
  /* One engine for the process: it has the policy, the limits and the worker threads. */
  config.policy = text("allow = ['localhost', '*.example.com']\nallow-private = true");
  error = wsa_engine_new(&config, &engine, message, sizeof message);
  if (error != WSA_OK) {
    fprintf(stderr, "%s: %s\n", wsa_strerror(error), message);
    return 1;
  }
  /* One session for each guest, on the guest's thread. */
  error = wsa_session_new(engine, &session);
  if (error == WSA_OK) {
    error = wsa_startup(session);
  }
  if (error != WSA_OK) {
    return failed("no session", error);
  }
  /* Each request is one of the guest. The tag comes back with its completion. */
  query.kind = WSA_QUERY_HOST_BY_NAME;
  for (i = 1; i < argc; i++) {
    uint64_t handle;
    query.name = text(argv[i]);
    error = wsa_request(session, &query, (uint64_t)i, &handle);
    if (error != WSA_OK) {
      failed(argv[i], error);
    }
  }
  for (;;) {
    wsa_completion completions[16];
    size_t taken, j;
    int ready;
    error = wsa_wait(session, UINT64_C(10000000000), &ready);
    if (error != WSA_OK || !ready) {
      break;
    }
    error = wsa_take(session, completions, 16, &taken);
    for (j = 0; error == WSA_OK && j < taken; j++) {
      printf("%s: ", argv[completions[j].tag]);
      print(&completions[j]);
    }
    wsa_completions_free(completions, taken);
  }
  /* Cancels what is pending. */
  wsa_session_free(session);
  wsa_engine_free(engine);
  return error == WSA_OK ? 0 : failed("no completion", error);
}
