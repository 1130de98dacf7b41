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

/* S-C1, S-C2, S-C8: the message comes exactly if cancel says so. */
static void races(HWND window)
{
    int i, cancelled = 0;
    MSG message;

    for (i = 0; i < 2000; i++) {
        HANDLE request = ask(window, "quick.test");
        if (WSACancelAsyncRequest(request) == 0) {
            cancelled++;
            CHECK(!PeekMessageA(&message, NULL, 0, 0, PM_NOREMOVE));
            CHECK_FAILS(WSACancelAsyncRequest(request), WSAEINVAL);
        } else {
            CHECK_NUMBER(WSAGetLastError(), WSAEALREADY);
            /* S-C2 (b): the message stays. */
            CHECK_FAILS(WSACancelAsyncRequest(request), WSAEALREADY);
            CHECK_NUMBER(error_of(request, window), 0);
        }
        CHECK(!PeekMessageA(&message, NULL, 0, 0, PM_REMOVE));
    }
    CHECK(cancelled <= 2000);
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
    limit(window);
    clean_up_between(window);
    many_handles(window);
    CHECK_NUMBER(WSACleanup(), 0);
    return check_result();
}
