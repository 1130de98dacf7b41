/* Cancel with every kind of handle. */

#include "check.h"

static char buffer[MAXGETHOSTSTRUCT];

static HANDLE ask(HWND window, const char *name)
{
    HANDLE request = WSAAsyncGetHostByName(window, DONE, name, buffer, sizeof buffer);
    require(request != NULL, "request");
    return request;
}

/* S-C3: handles that this program never got, and neighbours of a valid handle. */
static void forged(HWND window)
{
    static const unsigned long patterns[] = {0,          1,          2,          0x7fffffff, 0x80000000,
                                             0xffffffff, 0xfffffffe, 0xdeadbeef, 0xffff,     0x10000};
    HANDLE live = ask(window, "never.test");
    HANDLE done = ask(window, "known.test");
    unsigned long bit;
    size_t i;

    CHECK_NUMBER(error_of(done, window), 0);
    for (i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if ((HANDLE)patterns[i] != live && (HANDLE)patterns[i] != done)
            CHECK_FAILS(WSACancelAsyncRequest((HANDLE)patterns[i]), WSAEINVAL);
    for (bit = 1; bit != 0; bit <<= 1) {
        HANDLE other = (HANDLE)((unsigned long)live ^ bit);
        if (other != done)
            CHECK_FAILS(WSACancelAsyncRequest(other), WSAEINVAL);
    }
    /* S-C3: neither the handle of a window nor an address is the handle of a request. */
    CHECK_FAILS(WSACancelAsyncRequest((HANDLE)buffer), WSAEINVAL);
    /* S-C1: the valid request is unaffected. S-C3: a second cancel fails. */
    CHECK_NUMBER(WSACancelAsyncRequest(live), 0);
    CHECK_FAILS(WSACancelAsyncRequest(live), WSAEINVAL);
    /* S-C2 (a) */
    CHECK_FAILS(WSACancelAsyncRequest(done), WSAEALREADY);
}

/* S-C1, S-C2, S-C8: a cancel is in time until the message waits in the queue. A third of the
 * requests is cancelled before the program looks at its queue, and a third after its message has
 * come. The others race with the resolver. */
static void races(HWND window)
{
    int i;
    MSG message;

    for (i = 0; i < 3000; i++) {
        HANDLE request = ask(window, "quick.test");
        int waits = 0;
        if (i % 3 == 1)
            CHECK(WaitMessage());
        if (i % 3 != 0)
            waits = PeekMessageA(&message, NULL, 0, 0, PM_NOREMOVE) != 0;
        if (i % 3 == 1)
            CHECK(waits);
        if (waits) {
            CHECK_FAILS(WSACancelAsyncRequest(request), WSAEALREADY);
            /* S-C2 (b): the message stays. */
            CHECK_NUMBER(error_of(request, window), 0);
            CHECK_FAILS(WSACancelAsyncRequest(request), WSAEALREADY);
        } else {
            CHECK_NUMBER(WSACancelAsyncRequest(request), 0);
            CHECK_FAILS(WSACancelAsyncRequest(request), WSAEINVAL);
        }
        CHECK(!PeekMessageA(&message, NULL, 0, 0, PM_REMOVE));
    }
}

/* S-C1, S-C2, S-C4: a handler cancels the former request, reuses its one buffer and starts the
 * next. No answer of a former request comes, although each is known at once. */
static int progress;
static HANDLE last;

static LRESULT CALLBACK reusing(HWND window, UINT number, WPARAM wparam, LPARAM lparam)
{
    const struct hostent *host = (const struct hostent *)buffer;
    int kind;

    if (number == WM_APP) {
        for (kind = 0; kind < 4; kind++) {
            memset(buffer, 0x5a, sizeof buffer);
            switch (kind) {
            case 0:
                last = WSAAsyncGetServByName(window, DONE, "www", "tcp", buffer, sizeof buffer);
                break;
            case 1:
                last = WSAAsyncGetProtoByNumber(window, DONE, 6, buffer, sizeof buffer);
                break;
            case 2:
                last = WSAAsyncGetHostByName(window, DONE, "192.0.2.7", buffer, sizeof buffer);
                break;
            default:
                last = ask(window, "known.test");
                return 0;
            }
            CHECK_NUMBER(WSACancelAsyncRequest(last), 0);
            CHECK_FAILS(WSACancelAsyncRequest(last), WSAEINVAL);
            CHECK_NUMBER(buffer[0], 0x5a);
        }
    } else if (number == DONE) {
        progress++;
        CHECK(wparam == (WPARAM)last);
        CHECK_NUMBER(WSAGETASYNCERROR(lparam), 0);
        CHECK(strcmp(host->h_name, "known.test") == 0);
        CHECK_FAILS(WSACancelAsyncRequest(last), WSAEALREADY);
        return 0;
    }
    return DefWindowProcA(window, number, wparam, lparam);
}

static void former_and_next(void)
{
    HWND window = new_window(reusing);
    int i;

    for (i = 0; i < 100; i++) {
        CHECK(PostMessageA(window, WM_APP, 0, 0));
        CHECK_NUMBER(run_on(), 1);
    }
    CHECK_NUMBER(progress, 100);
    CHECK(DestroyWindow(window));
}

/* S-R17, S-C9: no handle comes again within 65,535 requests. Cancel knows the last 65,536 requests
 * that have ended. */
#define KEPT 65536
static HANDLE handles[KEPT + 8];

static int by_value(const void *left, const void *right)
{
    unsigned long a = *(const unsigned long *)left, b = *(const unsigned long *)right;
    return (a > b) - (a < b);
}

static void many_handles(HWND window)
{
    static HANDLE sorted[KEPT];
    int i, again = 0, asked = 0, forgotten = 0, remembered = 0;

    for (i = 0; i < KEPT + 8; i++) {
        handles[i] = ask(window, "known.test");
        CHECK_NUMBER(error_of(handles[i], window), 0);
    }
    /* The oldest handles that cancel knows, and some of the others. */
    for (i = 8; i < KEPT + 8; i += i < 16 ? 1 : 509, asked++)
        remembered += WSACancelAsyncRequest(handles[i]) == SOCKET_ERROR && WSAGetLastError() == WSAEALREADY;
    CHECK_NUMBER(remembered, asked);
    /* S-C9: older handles are unknown (S-C3). */
    for (i = 0; i < 8; i++)
        forgotten += WSACancelAsyncRequest(handles[i]) == SOCKET_ERROR && WSAGetLastError() == WSAEINVAL;
    CHECK_NUMBER(forgotten, 8);
    memcpy(sorted, handles, sizeof sorted);
    qsort(sorted, KEPT, sizeof *sorted, by_value);
    for (i = 1; i < KEPT; i++)
        again += sorted[i] == sorted[i - 1];
    CHECK_NUMBER(again, 0);
    CHECK(sorted[0] != NULL);
}

/* S-R2, S-C6: the host of the tests allows 100 requests at a time. A cancel makes room at once. */
static void limit(HWND window)
{
    HANDLE requests[100];
    int i;

    for (i = 0; i < 100; i++)
        requests[i] = ask(window, "never.test");
    for (i = 0; i < 100; i++) {
        CHECK(WSAAsyncGetHostByName(window, DONE, "known.test", buffer, sizeof buffer) == NULL);
        CHECK_NUMBER(WSAGetLastError(), WSAEWOULDBLOCK);
        CHECK_NUMBER(WSACancelAsyncRequest(requests[i]), 0);
        requests[i] = ask(window, "never.test");
    }
    for (i = 0; i < 100; i++)
        CHECK_NUMBER(WSACancelAsyncRequest(requests[i]), 0);
    CHECK_NUMBER(run_on(), 0);
}

/* S-C3, S-S4: a handle from before the last clean-up. */
static void clean_up_between(HWND window)
{
    HANDLE live = ask(window, "never.test");
    HANDLE done = ask(window, "known.test");

    CHECK_NUMBER(error_of(done, window), 0);
    CHECK_NUMBER(WSACleanup(), 0);
    start_up(MAKEWORD(2, 2));
    CHECK_FAILS(WSACancelAsyncRequest(live), WSAEINVAL);
    CHECK_FAILS(WSACancelAsyncRequest(done), WSAEINVAL);
    CHECK_NUMBER(run_on(), 0);
}

int main(void)
{
    HWND window;

    start_up(MAKEWORD(2, 2));
    /* S-C3: before any request. */
    CHECK_FAILS(WSACancelAsyncRequest(NULL), WSAEINVAL);
    CHECK_FAILS(WSACancelAsyncRequest((HANDLE)1), WSAEINVAL);
    window = plain_window();
    forged(window);
    races(window);
    former_and_next();
    limit(window);
    clean_up_between(window);
    many_handles(window);
    CHECK_NUMBER(WSACleanup(), 0);
    return check_result();
}
