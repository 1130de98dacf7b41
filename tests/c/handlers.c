/* Calls inside the handler of a completion: message loops, further requests, DestroyWindow, and
 * clean-up. */

#include "buffer.h"
#include "six.h"

#define INNER (WM_USER + 2)

static char order[64];

static void note(const char *what)
{
    require(strlen(order) + strlen(what) < sizeof order, "room");
    strcat(order, what);
}

/* S-M5: the handler asks, and waits for the answer in a message loop. Other messages come there
 * too. */
static HANDLE inner_request;

static LRESULT CALLBACK nesting(HWND window, UINT number, WPARAM wparam, LPARAM lparam)
{
    char buffer[MAXGETHOSTSTRUCT];
    MSG message;

    switch (number) {
    case DONE:
        note("a");
        CHECK_NUMBER(WSAGETASYNCERROR(lparam), 0);
        inner_request = WSAAsyncGetHostByName(window, INNER, "slow.test", buffer, sizeof buffer);
        while (GetMessageA(&message, NULL, 0, 0) > 0)
            DispatchMessageA(&message);
        CHECK_NUMBER(message.wParam, 7);
        CHECK(strcmp(((struct hostent *)buffer)->h_name, "slow.test") == 0);
        note("c");
        PostQuitMessage(8);
        return 0;
    case INNER:
        note("b");
        CHECK(wparam == (WPARAM)inner_request);
        CHECK_NUMBER(WSAGETASYNCERROR(lparam), 0);
        PostQuitMessage(7);
        return 0;
    case WM_APP:
        note("p");
        return 0;
    }
    return DefWindowProcA(window, number, wparam, lparam);
}

static void nested_loop(void)
{
    char buffer[MAXGETHOSTSTRUCT];
    HWND window = new_window(nesting);
    MSG message;

    CHECK(WSAAsyncGetHostByName(window, DONE, "known.test", buffer, sizeof buffer) != NULL);
    /* The completion arrives before the next message is posted. */
    CHECK(PeekMessageA(&message, NULL, 0, 0, PM_NOREMOVE));
    CHECK(PostMessageA(window, WM_APP, 0, 0));
    while (GetMessageA(&message, NULL, 0, 0) > 0)
        DispatchMessageA(&message);
    CHECK_NUMBER(message.wParam, 8);
    CHECK(strcmp(order, "apbc") == 0);
    CHECK(DestroyWindow(window));
}

/* Each completion asks the next question, into the same buffer. */
static char chained[MAXGETHOSTSTRUCT];
static int links;

static LRESULT CALLBACK chaining(HWND window, UINT number, WPARAM wparam, LPARAM lparam)
{
    HANDLE request;

    if (number != DONE)
        return DefWindowProcA(window, number, wparam, lparam);
    CHECK_NUMBER(WSAGETASYNCERROR(lparam), 0);
    CHECK(is_answer(links % SIX, chained, WSAGETASYNCBUFLEN(lparam)));
    if (++links == 5 * SIX) {
        PostQuitMessage(0);
        return 0;
    }
    memset(chained, 0, sizeof chained);
    request = ask(links % SIX, window, chained, sizeof chained);
    CHECK(request != NULL);
    /* S-R17 */
    CHECK(request != (HANDLE)wparam);
    /* S-R5: the new request is not answered inside this handler. */
    CHECK_NUMBER(chained[0], 0);
    return 0;
}

static void requests_from_a_handler(void)
{
    HWND window = new_window(chaining);
    MSG message;

    CHECK(ask(0, window, chained, sizeof chained) != NULL);
    while (GetMessageA(&message, NULL, 0, 0) > 0)
        DispatchMessageA(&message);
    CHECK_NUMBER(links, 5 * SIX);
    CHECK(DestroyWindow(window));
}

/* S-M4: the handler destroys its window. The other requests of the window end silently. */
static HANDLE others[3];
static int seen;

static LRESULT CALLBACK destroying(HWND window, UINT number, WPARAM wparam, LPARAM lparam)
{
    if (number == DONE) {
        seen++;
        CHECK(DestroyWindow(window));
        CHECK(!IsWindow(window));
        CHECK(!DestroyWindow(window));
        CHECK_NUMBER(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
        /* S-C2, S-C1: a completed request, and a pending one. */
        CHECK_FAILS(WSACancelAsyncRequest(others[0]), WSAEALREADY);
        CHECK_NUMBER(WSACancelAsyncRequest(others[1]), 0);
        return 0;
    }
    return DefWindowProcA(window, number, wparam, lparam);
}

static void window_ends_itself(void)
{
    static const char *const names[] = {"known.test", "never.test", "slow.test"};
    struct buffer buffers[3];
    char buffer[MAXGETHOSTSTRUCT];
    HWND window = new_window(destroying);
    int i;

    CHECK(WSAAsyncGetHostByName(window, DONE, "known.test", buffer, sizeof buffer) != NULL);
    for (i = 0; i < 3; i++) {
        buffers[i] = new_buffer(MAXGETHOSTSTRUCT, i);
        others[i] = WSAAsyncGetHostByName(window, DONE, names[i], buffers[i].start, buffers[i].length);
    }
    /* One completion of four. Two rounds, because the slow request may be late. */
    CHECK_NUMBER(run_on() + run_on(), 1);
    if (WSACancelAsyncRequest(others[2]) != 0)
        CHECK_NUMBER(WSAGetLastError(), WSAEALREADY);
    else
        CHECK(is_unchanged(&buffers[2]));
    CHECK_NUMBER(seen, 1);
    CHECK(is_unchanged(&buffers[1]));
    for (i = 0; i < 3; i++) {
        CHECK(guards_hold(&buffers[i]));
        free_buffer(&buffers[i]);
    }
}

/* S-S4: the handler makes the last clean-up, which removes waiting messages. S-S3: start-up works
 * again. */
static struct buffer cleaned[4];

static LRESULT CALLBACK cleaning(HWND window, UINT number, WPARAM wparam, LPARAM lparam)
{
    char buffer[8];
    int i;

    if (number != DONE)
        return DefWindowProcA(window, number, wparam, lparam);
    seen++;
    CHECK_NUMBER(WSACleanup(), 0);
    CHECK_FAILS(WSACleanup(), WSANOTINITIALISED);
    /* S-S5 */
    CHECK(WSAAsyncGetHostByName(window, DONE, "known.test", buffer, sizeof buffer) == NULL);
    CHECK_NUMBER(WSAGetLastError(), WSANOTINITIALISED);
    CHECK_FAILS(WSACancelAsyncRequest((HANDLE)wparam), WSANOTINITIALISED);
    for (i = 0; i < 4; i++)
        poison(&cleaned[i]);
    PostMessageA(window, WM_APP, 0, 0);
    return 0;
}

static void clean_up_in_a_handler(void)
{
    static const char *const names[] = {"known.test", "quick.test", "slow.test", "never.test"};
    HWND window = new_window(cleaning);
    char buffer[MAXGETHOSTSTRUCT];
    MSG message;
    int i;

    seen = 0;
    CHECK(WSAAsyncGetHostByName(window, DONE, "known.test", buffer, sizeof buffer) != NULL);
    for (i = 0; i < 4; i++) {
        cleaned[i] = new_buffer(MAXGETHOSTSTRUCT, i);
        CHECK(WSAAsyncGetHostByName(window, DONE, names[i], cleaned[i].start, cleaned[i].length) != NULL);
    }
    do {
        message = next_message(NULL);
        DispatchMessageA(&message);
    } while (message.message != WM_APP);
    CHECK_NUMBER(seen, 1);
    start_up(MAKEWORD(2, 2));
    CHECK_NUMBER(run_on(), 0);
    for (i = 0; i < 4; i++) {
        CHECK(is_unchanged(&cleaned[i]));
        free_buffer(&cleaned[i]);
    }
    CHECK(DestroyWindow(window));
}

int main(void)
{
    start_up(MAKEWORD(2, 2));
    nested_loop();
    requests_from_a_handler();
    window_ends_itself();
    clean_up_in_a_handler();
    CHECK_NUMBER(WSACleanup(), 0);
    return check_result();
}
