/* Programs reuse a buffer in the line after WSACancelAsyncRequest, whatever it returned. They free
 * it, leave the stack frame that holds it, or give it to the next request. */

#include "buffer.h"
#include "six.h"

static const char *const names[] = {"known.test", "quick.test", "slow.test", "never.test"};

#define NAMES 4
#define ROUNDS 40

/* S-C4: the next owner of freed memory finds its bytes unchanged. */
static void freed(HWND window)
{
    struct buffer next[ROUNDS];
    int i, completed = 0;

    for (i = 0; i < ROUNDS; i++) {
        struct buffer buffer = new_buffer(MAXGETHOSTSTRUCT, 0);
        size_t freed_at = (size_t)buffer.block;
        HANDLE request = WSAAsyncGetHostByName(window, DONE, names[i % NAMES], buffer.start, buffer.length);
        completed += WSACancelAsyncRequest(request) != 0;
        free_buffer(&buffer);
        next[i] = new_buffer(MAXGETHOSTSTRUCT, 0);
        /* Else this would show nothing. */
        CHECK_NUMBER(next[i].block, freed_at);
    }
    CHECK_NUMBER(run_on(), completed);
    for (i = 0; i < ROUNDS; i++) {
        CHECK(is_unchanged(&next[i]));
        free_buffer(&next[i]);
    }
}

/* Asks with a buffer in its stack frame, cancels, and returns whether the cancel came too late. */
__attribute__((noinline)) static int ask_from_a_frame(HWND window, const char *name, size_t *at)
{
    char buffer[MAXGETHOSTSTRUCT];
    HANDLE request = WSAAsyncGetHostByName(window, DONE, name, buffer, sizeof buffer);
    *at = (size_t)buffer;
    return WSACancelAsyncRequest(request) != 0;
}

/* Runs the message loop with poison in a stack frame where that buffer was. */
__attribute__((noinline)) static void run_in_a_frame(size_t was_at, int completed)
{
    unsigned char frame[4 * MAXGETHOSTSTRUCT];
    size_t i, wrong = 0;

    memset(frame, POISON, sizeof frame);
    /* Else this would show nothing. */
    CHECK(was_at >= (size_t)frame && was_at + MAXGETHOSTSTRUCT <= (size_t)frame + sizeof frame);
    CHECK_NUMBER(run_on(), completed);
    for (i = 0; i < sizeof frame; i++)
        wrong += frame[i] != POISON;
    CHECK_NUMBER(wrong, 0);
}

/* S-C4 */
static void frame_left(HWND window)
{
    int i, completed;
    size_t at;

    for (i = 0; i < NAMES; i++) {
        completed = ask_from_a_frame(window, names[i], &at);
        run_in_a_frame(at, completed);
    }
}

/* S-C4, S-C1: all requests share a buffer. At the end it holds the answer to the last request. */
static void next_request(HWND window)
{
    struct buffer buffer = new_buffer(MAXGETHOSTSTRUCT, 0);
    HANDLE request = NULL;
    MSG message;
    int i;

    for (i = 0; i < 10 * NAMES; i++) {
        /* Programs cancel before each request, the first time handle 0 (S-C3). */
        WSACancelAsyncRequest(request);
        request = ask(i % SIX, window, buffer.start, buffer.length);
        WSACancelAsyncRequest(request);
        request = WSAAsyncGetHostByName(window, DONE, names[i % NAMES], buffer.start, buffer.length);
    }
    WSACancelAsyncRequest(request);
    poison(&buffer);
    request = ask(HOST_BY_NAME, window, buffer.start, buffer.length);
    do
        message = next_message(window);
    while (message.wParam != (WPARAM)request);
    CHECK_NUMBER(WSAGETASYNCERROR(message.lParam), 0);
    CHECK(is_answer(HOST_BY_NAME, buffer.start, WSAGETASYNCBUFLEN(message.lParam)));
    CHECK(guards_hold(&buffer));
    remember(&buffer);
    CHECK_NUMBER(run_on(), 0);
    CHECK(is_unchanged(&buffer));
    free_buffer(&buffer);
}

/* S-C4: nothing writes to the buffer after a cancel that fails because a call blocks. */
static struct buffer refused;
static HANDLE refused_request;

static BOOL CALLBACK cancel_in_hook(void)
{
    if (refused_request != NULL) {
        CHECK_FAILS(WSACancelAsyncRequest(refused_request), WSAEINPROGRESS);
        refused_request = NULL;
        poison(&refused);
    }
    return FALSE;
}

static void refused_while_blocking(HWND window)
{
    HANDLE request;
    LPARAM result;

    refused = new_buffer(MAXGETHOSTSTRUCT, 0);
    request = refused_request = WSAAsyncGetHostByName(window, DONE, "slow.test", refused.start, refused.length);
    WSASetBlockingHook((FARPROC)cancel_in_hook);
    CHECK(gethostbyname("slow.test") != NULL);
    CHECK(refused_request == NULL);
    CHECK_NUMBER(WSAUnhookBlockingHook(), 0);
    result = completion_of(request, window);
    /* S-R7: the message has WSAENOBUFS and the size, unless the request completed before the
     * cancel. */
    CHECK(WSAGETASYNCERROR(result) == WSAENOBUFS || WSAGETASYNCERROR(result) == 0);
    CHECK(WSAGETASYNCBUFLEN(result) >= sizeof(HOSTENT));
    CHECK(is_unchanged(&refused));
    free_buffer(&refused);
}

int main(void)
{
    HWND window;

    start_up(MAKEWORD(1, 1));
    window = plain_window();
    freed(window);
    frame_left(window);
    next_request(window);
    refused_while_blocking(window);
    CHECK_NUMBER(WSACleanup(), 0);
    return check_result();
}
