/* A full message queue loses no completion. */

#include "buffer.h"
#include "six.h"

#define HELD 10000
#define REQUESTS 20

/* S-M3: the queue holds 10,000 messages, and refuses one more. */
static void fill_up(HWND window)
{
    int i;

    for (i = 0; i < HELD; i++)
        CHECK(PostMessageA(window, WM_APP, (WPARAM)i, 0));
    SetLastError(0);
    CHECK(!PostMessageA(window, WM_APP, HELD, 0));
    CHECK_NUMBER(GetLastError(), ERROR_NOT_ENOUGH_QUOTA);
    CHECK(!PostThreadMessageA(GetCurrentThreadId(), WM_APP, 0, 0));
    CHECK_NUMBER(GetLastError(), ERROR_NOT_ENOUGH_QUOTA);
}

/* S-M3: completions that find a full queue are posted as soon as there is room. */
static void completions_come(HWND window)
{
    struct buffer buffers[REQUESTS];
    HANDLE requests[REQUESTS];
    MSG message;
    int i, posted = 0, completed = 0;

    fill_up(window);
    for (i = 0; i < REQUESTS; i++) {
        buffers[i] = new_buffer(MAXGETHOSTSTRUCT, 0);
        requests[i] = WSAAsyncGetHostByName(window, DONE, i % 2 ? "known.test" : "quick.test", buffers[i].start,
                                            buffers[i].length);
        require(requests[i] != NULL, "request");
    }
    /* S-C1, S-C2: what the host has is no message. */
    CHECK_NUMBER(WSACancelAsyncRequest(requests[1]), 0);
    while (completed < REQUESTS - 1) {
        message = next_message(window);
        if (message.message == WM_APP) {
            /* S-M1: in order. */
            CHECK_NUMBER(message.wParam, posted);
            posted++;
            continue;
        }
        CHECK_NUMBER(message.message, DONE);
        CHECK_NUMBER(WSAGETASYNCERROR(message.lParam), 0);
        /* S-R6: each request has one message. */
        for (i = 0; i < REQUESTS && message.wParam != (WPARAM)requests[i]; i++)
            ;
        require(i < REQUESTS, "such request");
        requests[i] = NULL;
        CHECK(i != 1 && !is_unchanged(&buffers[i]));
        completed++;
    }
    CHECK_NUMBER(posted, HELD);
    CHECK_NUMBER(run_on(), 0);
    CHECK(is_unchanged(&buffers[1]));
    for (i = 0; i < REQUESTS; i++)
        free_buffer(&buffers[i]);
}

/* S-M3, S-M4: the requests of a destroyed window end silently. */
static void window_goes(HWND stays)
{
    HWND goes = plain_window();
    struct buffer buffer = new_buffer(MAXGETHOSTSTRUCT, 0);
    HANDLE request;
    MSG message;
    int posted = 0;

    fill_up(stays);
    request = WSAAsyncGetHostByName(goes, DONE, "known.test", buffer.start, buffer.length);
    CHECK(DestroyWindow(goes));
    CHECK_NUMBER(WSACancelAsyncRequest(request), 0);
    while (PeekMessageA(&message, NULL, 0, 0, PM_REMOVE)) {
        CHECK_NUMBER(message.message, WM_APP);
        posted++;
    }
    CHECK_NUMBER(posted, HELD);
    CHECK_NUMBER(run_on(), 0);
    CHECK(is_unchanged(&buffer));
    free_buffer(&buffer);
}

/* S-M3, S-C2: a cancel while the completion waits in the host for room succeeds, and no message
 * comes. */
static void cancelled_without_room(HWND window)
{
    struct buffer buffer = new_buffer(MAXGETHOSTSTRUCT, 0);
    HANDLE request;
    int i;

    fill_up(window);
    request = WSAAsyncGetHostByName(window, DONE, "never.test", buffer.start, buffer.length);
    CHECK_NUMBER(WSACancelAsyncRequest(request), 0);
    request = WSAAsyncGetHostByName(window, DONE, "known.test", buffer.start, buffer.length);
    CHECK_NUMBER(WSACancelAsyncRequest(request), 0);
    for (i = 0; i < HELD; i++)
        CHECK_NUMBER(next_message(window).message, WM_APP);
    CHECK_NUMBER(run_on(), 0);
    CHECK(is_unchanged(&buffer));
    free_buffer(&buffer);
}

int main(void)
{
    HWND window;

    start_up(MAKEWORD(2, 2));
    window = plain_window();
    completions_come(window);
    window_goes(window);
    cancelled_without_room(window);
    CHECK_NUMBER(WSACleanup(), 0);
    return check_result();
}
