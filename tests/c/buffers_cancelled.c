/* Nothing writes to the buffer of a request after a cancel, whatever cancel returned, at every
 * stage of a request. */

#include "buffer.h"
#include "six.h"

#define MANY 40

/* S-C1, S-C4: all workers are busy, so some requests run and others are queued. Some lookups end
 * later, and others never. */
static void queued_and_running(HWND window, const char *name)
{
    struct buffer buffers[MANY];
    HANDLE requests[MANY];
    int i;

    for (i = 0; i < MANY; i++) {
        buffers[i] = new_buffer(MAXGETHOSTSTRUCT, i % 4);
        requests[i] = WSAAsyncGetHostByName(window, DONE, name, buffers[i].start, buffers[i].length);
        require(requests[i] != NULL, "request");
    }
    for (i = 0; i < MANY; i++) {
        /* Alternately from both ends. */
        int which = i % 2 ? MANY - i : i;
        /* S-C2: no message was taken, so each cancel is in time. */
        CHECK_NUMBER(WSACancelAsyncRequest(requests[which]), 0);
        CHECK(is_unchanged(&buffers[which]));
        poison(&buffers[which]);
    }
    CHECK_NUMBER(run_on(), 0);
    for (i = 0; i < MANY; i++) {
        CHECK(is_unchanged(&buffers[i]));
        free_buffer(&buffers[i]);
    }
}

/* S-C1, S-C4: a worker runs the request, and its lookup ends later. */
static void running(HWND window)
{
    struct buffer buffer = new_buffer(MAXGETHOSTSTRUCT, 0);
    char other[MAXGETHOSTSTRUCT];
    HANDLE slow = WSAAsyncGetHostByName(NULL, DONE, "slow.test", buffer.start, buffer.length);
    int completed = 0;

    /* The later request is answered, so a worker runs the first. */
    completion_of(WSAAsyncGetHostByName(window, DONE, "quick.test", other, sizeof other), window);
    if (WSACancelAsyncRequest(slow) == 0)
        CHECK(is_unchanged(&buffer));
    else
        completed = 1;
    poison(&buffer);
    CHECK_NUMBER(run_on(), completed);
    CHECK(is_unchanged(&buffer));
    free_buffer(&buffer);
}

/* S-C1, S-C2: the completion is in the host, and so no message. Nothing writes to the buffer. */
static void completed_but_not_taken(HWND window)
{
    struct buffer buffer = new_buffer(MAXGETHOSTSTRUCT, 0);
    HANDLE request = WSAAsyncGetHostByName(window, DONE, "known.test", buffer.start, buffer.length);

    CHECK_NUMBER(WSACancelAsyncRequest(request), 0);
    CHECK_FAILS(WSACancelAsyncRequest(request), WSAEINVAL);
    CHECK_NUMBER(run_on(), 0);
    CHECK(is_unchanged(&buffer));
    free_buffer(&buffer);
}

/* S-C2 (b), S-C4, S-R10: the message waits in the queue, and the buffer is filled. */
static void completed_but_unread(HWND window)
{
    struct buffer buffer = new_buffer(MAXGETHOSTSTRUCT, 0);
    HANDLE request = WSAAsyncGetHostByName(window, DONE, "known.test", buffer.start, buffer.length);
    const struct hostent *host = (const struct hostent *)buffer.start;
    MSG message;
    LPARAM result;

    /* S-R5 */
    CHECK(is_unchanged(&buffer));
    CHECK(PeekMessageA(&message, window, 0, 0, PM_NOREMOVE));
    CHECK(strcmp(host->h_name, "known.test") == 0);
    CHECK_FAILS(WSACancelAsyncRequest(request), WSAEALREADY);
    CHECK(strcmp(host->h_name, "known.test") == 0);
    CHECK(memcmp(host->h_addr, "\300\000\002\003", 4) == 0);
    CHECK(guards_hold(&buffer));
    poison(&buffer);
    CHECK_FAILS(WSACancelAsyncRequest(request), WSAEALREADY);
    result = completion_of(request, window);
    CHECK_NUMBER(WSAGETASYNCERROR(result), 0);
    CHECK(is_unchanged(&buffer));
    /* S-C2 (a) */
    CHECK_FAILS(WSACancelAsyncRequest(request), WSAEALREADY);
    CHECK_NUMBER(run_on(), 0);
    CHECK(is_unchanged(&buffer));
    free_buffer(&buffer);
}

/* S-C4, S-R8: the same for each of the six requests, also with a buffer that is too small. */
static void each_kind(HWND window)
{
    int kind, length;

    for (kind = 0; kind < SIX; kind++) {
        for (length = 0; length <= 128; length += 8) {
            struct buffer buffer = new_buffer(length, kind % 4);
            HANDLE request = ask(kind, window, buffer.start, length);
            MSG message;
            CHECK_NUMBER(WSACancelAsyncRequest(request), 0);
            CHECK(is_unchanged(&buffer));
            CHECK(!PeekMessageA(&message, NULL, 0, 0, PM_NOREMOVE));
            /* The same once the message waits. */
            request = ask(kind, window, buffer.start, length);
            CHECK(WaitMessage() && PeekMessageA(&message, NULL, 0, 0, PM_NOREMOVE));
            CHECK_FAILS(WSACancelAsyncRequest(request), WSAEALREADY);
            CHECK(guards_hold(&buffer));
            poison(&buffer);
            completion_of(request, window);
            CHECK(is_unchanged(&buffer));
            free_buffer(&buffer);
        }
    }
    CHECK_NUMBER(run_on(), 0);
}

/* S-M4: once cancel says that a request has completed, its buffer is final. */
static void window_destroyed(void)
{
    HWND window = plain_window();
    struct buffer known = new_buffer(MAXGETHOSTSTRUCT, 0);
    struct buffer slow = new_buffer(MAXGETHOSTSTRUCT, 0);
    struct buffer never = new_buffer(MAXGETHOSTSTRUCT, 0);
    HANDLE known_request = WSAAsyncGetHostByName(window, DONE, "known.test", known.start, known.length);
    HANDLE slow_request = WSAAsyncGetHostByName(window, DONE, "slow.test", slow.start, slow.length);
    HANDLE never_request = WSAAsyncGetHostByName(window, DONE, "never.test", never.start, never.length);

    CHECK(DestroyWindow(window));
    CHECK_NUMBER(WSACancelAsyncRequest(known_request), 0);
    CHECK(is_unchanged(&known));
    /* S-C1 */
    CHECK_NUMBER(WSACancelAsyncRequest(never_request), 0);
    CHECK_NUMBER(run_on(), 0);
    /* The slow request has completed by now, or is late. */
    if (WSACancelAsyncRequest(slow_request) != 0)
        CHECK_NUMBER(WSAGetLastError(), WSAEALREADY);
    else
        CHECK(is_unchanged(&slow));
    CHECK(guards_hold(&slow));
    poison(&slow);
    CHECK_NUMBER(run_on(), 0);
    CHECK(is_unchanged(&known));
    CHECK(is_unchanged(&slow));
    CHECK(is_unchanged(&never));
    free_buffer(&known);
    free_buffer(&slow);
    free_buffer(&never);
}

/* S-S4: the last clean-up ends pending, running, completed and posted requests. Nothing writes to
 * their buffers afterwards. */
static void last_clean_up(HWND window)
{
    static const char *const names[] = {"never.test", "slow.test", "quick.test", "known.test"};
    struct buffer buffers[16];
    HANDLE requests[16];
    MSG message;
    int i;

    for (i = 0; i < 16; i++) {
        buffers[i] = new_buffer(MAXGETHOSTSTRUCT, i % 4);
        requests[i] =
            WSAAsyncGetHostByName(i % 8 < 4 ? window : NULL, DONE, names[i % 4], buffers[i].start, buffers[i].length);
        require(requests[i] != NULL, "request");
        if (i == 8)
            CHECK(PeekMessageA(&message, NULL, 0, 0, PM_NOREMOVE));
    }
    CHECK_NUMBER(WSACleanup(), 0);
    for (i = 0; i < 16; i++) {
        CHECK(guards_hold(&buffers[i]));
        poison(&buffers[i]);
    }
    start_up(MAKEWORD(2, 2));
    CHECK(!PeekMessageA(&message, NULL, 0, 0, PM_NOREMOVE));
    CHECK_NUMBER(run_on(), 0);
    for (i = 0; i < 16; i++) {
        /* S-C3 */
        CHECK_FAILS(WSACancelAsyncRequest(requests[i]), WSAEINVAL);
        CHECK(is_unchanged(&buffers[i]));
        free_buffer(&buffers[i]);
    }
}

int main(void)
{
    HWND window;

    start_up(MAKEWORD(2, 2));
    window = plain_window();
    queued_and_running(window, "never.test");
    queued_and_running(window, "slow.test");
    queued_and_running(window, "quick.test");
    queued_and_running(NULL, "quick.test");
    running(window);
    completed_but_not_taken(window);
    completed_but_not_taken(NULL);
    completed_but_unread(window);
    completed_but_unread(NULL);
    each_kind(window);
    window_destroyed();
    last_clean_up(window);
    CHECK_NUMBER(WSACleanup(), 0);
    return check_result();
}
