/* Blocking hooks in C. */

#include "check.h"

static int calls, cancel_at;
static FARPROC default_hook;

static void fails(const void *result, int error)
{
    CHECK(result == NULL);
    CHECK_NUMBER(WSAGetLastError(), error);
}

static BOOL CALLBACK counting(void)
{
    if (++calls == cancel_at)
        CHECK_NUMBER(WSACancelBlockingCall(), 0);
    return FALSE;
}

static BOOL CALLBACK other(void)
{
    calls += 100;
    CHECK_NUMBER(WSACancelBlockingCall(), 0);
    return TRUE;
}

/* S-B4: each call returns the former hook. S-B1: an immediate answer calls no hook. */
static void hooks_are_replaced(void)
{
    default_hook = WSASetBlockingHook((FARPROC)counting);
    CHECK(default_hook != NULL);
    CHECK(gethostbyname("known.test") != NULL);
    CHECK_NUMBER(calls, 0);
    cancel_at = 3;
    fails(gethostbyname("never.test"), WSAEINTR);
    CHECK_NUMBER(calls, 3);
    CHECK(WSASetBlockingHook((FARPROC)other) == (FARPROC)counting);
    fails(gethostbyname("never.test"), WSAEINTR);
    CHECK_NUMBER(calls, 103);
    CHECK(WSASetBlockingHook(default_hook) == (FARPROC)other);
    CHECK(WSASetBlockingHook((FARPROC)counting) == default_hook);
    CHECK_NUMBER(WSAUnhookBlockingHook(), 0);
    CHECK(gethostbyname("slow.test") != NULL);
    CHECK_NUMBER(calls, 103);
    CHECK(WSASetBlockingHook((FARPROC)counting) == default_hook);
}

/* S-B1, S-B4: a hook calls the default hook, which dispatches a message and returns true. */
static int dispatched;

static LRESULT CALLBACK cancelling(HWND window, UINT number, WPARAM wparam, LPARAM lparam)
{
    if (number != WM_APP)
        return DefWindowProcA(window, number, wparam, lparam);
    dispatched++;
    CHECK_NUMBER(WSACancelBlockingCall(), 0);
    return 0;
}

static BOOL CALLBACK chaining(void)
{
    BOOL did_something = default_hook();
    CHECK_NUMBER(did_something != 0, calls == 0);
    calls++;
    CHECK(!default_hook());
    return did_something;
}

static void default_hook_is_callable(void)
{
    HWND window = new_window(cancelling);

    CHECK(WSASetBlockingHook((FARPROC)chaining) == (FARPROC)counting);
    calls = 0;
    CHECK(PostMessageA(window, WM_APP, 0, 0));
    fails(gethostbyname("never.test"), WSAEINTR);
    CHECK_NUMBER(dispatched, 1);
    CHECK_NUMBER(WSAUnhookBlockingHook(), 0);
    CHECK(DestroyWindow(window));
}

/* S-B1: the default hook calls the procedure of a timer, as DispatchMessage does. */
static void CALLBACK timeout(HWND window, UINT number, UINT_PTR timer, DWORD now)
{
    UNREFERENCED_PARAMETER(now);
    CHECK_NUMBER(number, WM_TIMER);
    dispatched++;
    CHECK(KillTimer(window, timer));
    CHECK_NUMBER(WSACancelBlockingCall(), 0);
}

static LRESULT CALLBACK without_timers(HWND window, UINT number, WPARAM wparam, LPARAM lparam)
{
    if (number == WM_TIMER) {
        CHECK(!"a message of a timer with a procedure of its own");
        WSACancelBlockingCall();
    }
    return DefWindowProcA(window, number, wparam, lparam);
}

static void timers_have_their_procedures(void)
{
    HWND window = new_window(without_timers);

    dispatched = 0;
    CHECK(SetTimer(window, 1, 10, timeout) == 1);
    fails(gethostbyname("never.test"), WSAEINTR);
    CHECK_NUMBER(dispatched, 1);
    CHECK(SetTimer(NULL, 0, 10, timeout) != 0);
    fails(gethostbyname("never.test"), WSAEINTR);
    CHECK_NUMBER(dispatched, 2);
    WSASetBlockingHook(default_hook);
    CHECK(SetTimer(NULL, 0, 10, timeout) != 0);
    fails(gethostbyname("never.test"), WSAEINTR);
    CHECK_NUMBER(dispatched, 3);
    CHECK(DestroyWindow(window));
}

/* S-B2: while a call blocks, every call of Winsock fails except four. */
static HANDLE pending;

static BOOL CALLBACK everything(void)
{
    char buffer[MAXGETHOSTSTRUCT];
    WSADATA data;

    CHECK(WSAIsBlocking());
    fails(WSAAsyncGetHostByName(NULL, DONE, NULL, buffer, sizeof buffer), WSAEINPROGRESS);
    fails(WSAAsyncGetHostByAddr(NULL, DONE, NULL, 0, 0, buffer, sizeof buffer), WSAEINPROGRESS);
    fails(WSAAsyncGetServByName(NULL, DONE, NULL, NULL, buffer, sizeof buffer), WSAEINPROGRESS);
    fails(WSAAsyncGetServByPort(NULL, DONE, 0, NULL, buffer, sizeof buffer), WSAEINPROGRESS);
    fails(WSAAsyncGetProtoByName(NULL, DONE, NULL, buffer, sizeof buffer), WSAEINPROGRESS);
    fails(WSAAsyncGetProtoByNumber(NULL, DONE, 0, buffer, sizeof buffer), WSAEINPROGRESS);
    fails(gethostbyname(NULL), WSAEINPROGRESS);
    fails(gethostbyaddr(NULL, 0, 0), WSAEINPROGRESS);
    fails(getservbyname(NULL, NULL), WSAEINPROGRESS);
    fails(getservbyport(0, NULL), WSAEINPROGRESS);
    fails(getprotobyname(NULL), WSAEINPROGRESS);
    fails(getprotobynumber(0), WSAEINPROGRESS);
    CHECK_FAILS(gethostname(buffer, sizeof buffer), WSAEINPROGRESS);
    CHECK_FAILS(WSACancelAsyncRequest(pending), WSAEINPROGRESS);
    CHECK_FAILS(WSACancelAsyncRequest(NULL), WSAEINPROGRESS);
    CHECK_FAILS(WSACleanup(), WSAEINPROGRESS);
    CHECK_NUMBER(WSAStartup(MAKEWORD(2, 2), &data), WSAEINPROGRESS);
    CHECK_NUMBER(WSAStartup(MAKEWORD(2, 2), NULL), WSAEINPROGRESS);
    CHECK_NUMBER(WSAStartup(0, NULL), WSAEINPROGRESS);
    CHECK(WSASetBlockingHook((FARPROC)other) == NULL);
    CHECK_NUMBER(WSAGetLastError(), WSAEINPROGRESS);
    CHECK_FAILS(WSAUnhookBlockingHook(), WSAEINPROGRESS);
    WSASetLastError(5);
    CHECK_NUMBER(WSAGetLastError(), 5);
    CHECK_NUMBER(WSACancelBlockingCall(), 0);
    CHECK_NUMBER(WSACancelBlockingCall(), 0);
    return FALSE;
}

static void everything_else_fails(void)
{
    char buffer[MAXGETHOSTSTRUCT];

    pending = WSAAsyncGetHostByName(NULL, DONE, "never.test", buffer, sizeof buffer);
    WSASetBlockingHook((FARPROC)everything);
    fails(gethostbyname("never.test"), WSAEINTR);
    CHECK_NUMBER(WSAUnhookBlockingHook(), 0);
    CHECK_NUMBER(WSACancelAsyncRequest(pending), 0);
    /* S-B3 */
    CHECK_FAILS(WSACancelBlockingCall(), WSAEINVAL);
}

/* S-B3: a cancel that comes too late also returns 0, and the call returns its answer. */
static void cancel_and_completion_race(void)
{
    HOSTENT *host;
    int i, answered = 0;

    WSASetBlockingHook((FARPROC)counting);
    calls = 0;
    for (i = 0; i < 500; i++) {
        cancel_at = calls + 1 + i % 2;
        host = gethostbyname("quick.test");
        if (host != NULL) {
            CHECK(strcmp(host->h_name, "quick.test") == 0);
            answered++;
        } else {
            CHECK_NUMBER(WSAGetLastError(), WSAEINTR);
        }
    }
    CHECK(500 - answered <= calls);
    CHECK_NUMBER(WSAUnhookBlockingHook(), 0);
}

/* S-B4: hooks need version 1, and the last clean-up removes them. */
static void versions(void)
{
    WSASetBlockingHook((FARPROC)other);
    CHECK_NUMBER(WSACleanup(), 0);
    start_up(MAKEWORD(2, 2));
    fails((const void *)WSASetBlockingHook((FARPROC)counting), WSAEOPNOTSUPP);
    CHECK_FAILS(WSAUnhookBlockingHook(), WSAEOPNOTSUPP);
    CHECK_FAILS(WSACancelBlockingCall(), WSAEOPNOTSUPP);
    calls = 0;
    CHECK(gethostbyname("slow.test") != NULL);
    CHECK_NUMBER(calls, 0);
    /* One start-up of version 1 is enough. */
    start_up(MAKEWORD(1, 1));
    CHECK(WSASetBlockingHook((FARPROC)counting) == default_hook);
    CHECK_NUMBER(WSACleanup(), 0);
}

int main(void)
{
    start_up(MAKEWORD(1, 1));
    hooks_are_replaced();
    default_hook_is_callable();
    timers_have_their_procedures();
    everything_else_fails();
    cancel_and_completion_race();
    versions();
    CHECK_NUMBER(run_on(), 0);
    CHECK_NUMBER(WSACleanup(), 0);
    return check_result();
}
