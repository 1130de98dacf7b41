/* Start-up with its versions and data, clean-up, and the last error. */

#include "buffer.h"
#include "six.h"

/* S-S5: before start-up, every call except WSAGetLastError and WSASetLastError fails. */
static void before_start_up(void)
{
    int kind;

    for (kind = 0; kind < SIX; kind++) {
        CHECK(ask(kind, NULL, NULL, -1) == NULL);
        CHECK_NUMBER(WSAGetLastError(), WSANOTINITIALISED);
        WSASetLastError(0);
        CHECK_NUMBER(WSAGetLastError(), 0);
    }
    CHECK(WSAAsyncGetHostByName(NULL, DONE, NULL, NULL, 0) == NULL);
    CHECK_NUMBER(WSAGetLastError(), WSANOTINITIALISED);
    CHECK_FAILS(WSACancelAsyncRequest(NULL), WSANOTINITIALISED);
    CHECK(gethostbyname(NULL) == NULL);
    CHECK_NUMBER(WSAGetLastError(), WSANOTINITIALISED);
    CHECK(gethostbyaddr(NULL, 0, 0) == NULL);
    CHECK_NUMBER(WSAGetLastError(), WSANOTINITIALISED);
    CHECK(getservbyname(NULL, NULL) == NULL);
    CHECK_NUMBER(WSAGetLastError(), WSANOTINITIALISED);
    CHECK(getservbyport(0, NULL) == NULL);
    CHECK_NUMBER(WSAGetLastError(), WSANOTINITIALISED);
    CHECK(getprotobyname(NULL) == NULL);
    CHECK_NUMBER(WSAGetLastError(), WSANOTINITIALISED);
    CHECK(getprotobynumber(0) == NULL);
    CHECK_NUMBER(WSAGetLastError(), WSANOTINITIALISED);
    CHECK_FAILS(gethostname(NULL, 0), WSANOTINITIALISED);
    CHECK(WSASetBlockingHook(NULL) == NULL);
    CHECK_NUMBER(WSAGetLastError(), WSANOTINITIALISED);
    CHECK_FAILS(WSAUnhookBlockingHook(), WSANOTINITIALISED);
    CHECK_FAILS(WSACancelBlockingCall(), WSANOTINITIALISED);
    CHECK_FAILS(WSACleanup(), WSANOTINITIALISED);
}

/* S-S1, S-S2: the requested version and the granted one, 0 for none. */
static void versions(void)
{
    static const WORD asked_and_granted[][2] = {
        {MAKEWORD(1, 0), MAKEWORD(1, 0)}, {MAKEWORD(1, 1), MAKEWORD(1, 1)},     {MAKEWORD(2, 0), MAKEWORD(2, 0)},
        {MAKEWORD(2, 1), MAKEWORD(2, 1)}, {MAKEWORD(2, 2), MAKEWORD(2, 2)},     {MAKEWORD(2, 3), MAKEWORD(2, 2)},
        {MAKEWORD(3, 0), MAKEWORD(2, 2)}, {MAKEWORD(255, 255), MAKEWORD(2, 2)}, {MAKEWORD(0, 0), 0},
        {MAKEWORD(0, 1), 0},              {MAKEWORD(0, 255), 0},
    };
    static char vendor;
    size_t i;

    for (i = 0; i < sizeof asked_and_granted / sizeof *asked_and_granted; i++) {
        WORD asked = asked_and_granted[i][0], granted = asked_and_granted[i][1];
        WSADATA data;
        memset(&data, 0xa5, sizeof data);
        data.lpVendorInfo = &vendor;
        CHECK_NUMBER(WSAStartup(asked, &data), granted ? 0 : WSAVERNOTSUPPORTED);
        if (granted)
            CHECK_NUMBER(data.wVersion, granted);
        CHECK_NUMBER(data.wHighVersion, MAKEWORD(2, 2));
        CHECK(strcmp(data.szDescription, "WinSock 2.0") == 0);
        CHECK(strcmp(data.szSystemStatus, "Running") == 0);
        if (granted) {
            CHECK_NUMBER(data.iMaxSockets, LOBYTE(granted) < 2 ? 32767 : 0);
            CHECK_NUMBER(data.iMaxUdpDg, LOBYTE(granted) < 2 ? 65467 : 0);
            CHECK_NUMBER(WSACleanup(), 0);
        }
        CHECK(data.lpVendorInfo == &vendor);
        /* The version precedes the pointer. */
        CHECK_NUMBER(WSAStartup(asked, NULL), granted ? WSAEFAULT : WSAVERNOTSUPPORTED);
        CHECK_NUMBER(WSAGetLastError(), granted ? WSAEFAULT : WSAVERNOTSUPPORTED);
        /* S-S3 */
        CHECK_FAILS(WSACleanup(), WSANOTINITIALISED);
    }
}

/* S-S3, S-S4: only the last clean-up, one for each start-up, ends the requests. */
static void counted(void)
{
    HWND window = plain_window();
    char buffer[MAXGETHOSTSTRUCT];
    HANDLE request;
    MSG message;

    start_up(MAKEWORD(2, 2));
    start_up(MAKEWORD(1, 1));
    start_up(MAKEWORD(2, 0));
    request = WSAAsyncGetHostByName(window, DONE, "slow.test", buffer, sizeof buffer);
    CHECK_NUMBER(WSACleanup(), 0);
    CHECK_NUMBER(WSACleanup(), 0);
    CHECK_NUMBER(error_of(request, window), 0);
    /* S-S4: the last clean-up removes the posted messages of requests, and no others. */
    CHECK(WSAAsyncGetHostByName(window, DONE, "known.test", buffer, sizeof buffer) != NULL);
    CHECK(PeekMessageA(&message, NULL, 0, 0, PM_NOREMOVE));
    CHECK(PostMessageA(window, WM_APP, 0, 0));
    CHECK_NUMBER(WSACleanup(), 0);
    CHECK_NUMBER(next_message(window).message, WM_APP);
    CHECK(!PeekMessageA(&message, NULL, 0, 0, PM_REMOVE));
    CHECK_FAILS(WSACleanup(), WSANOTINITIALISED);
    CHECK(DestroyWindow(window));
}

/* S-S6: Winsock and Windows share the last error. The outcome of a request is never there. */
static void last_error(void)
{
    HWND window = plain_window();
    char buffer[MAXGETHOSTSTRUCT];

    start_up(MAKEWORD(2, 2));
    WSASetLastError(WSAEMFILE);
    CHECK_NUMBER(GetLastError(), WSAEMFILE);
    SetLastError(ERROR_INVALID_WINDOW_HANDLE);
    CHECK_NUMBER(WSAGetLastError(), ERROR_INVALID_WINDOW_HANDLE);
    CHECK_NUMBER(error_of(WSAAsyncGetHostByName(window, DONE, "nobody.test", buffer, sizeof buffer), window),
                 WSAHOST_NOT_FOUND);
    CHECK_NUMBER(WSAGetLastError(), ERROR_INVALID_WINDOW_HANDLE);
    CHECK_FAILS(WSACancelAsyncRequest(NULL), WSAEINVAL);
    CHECK_NUMBER(GetLastError(), WSAEINVAL);
    CHECK(gethostbyname("nobody.test") == NULL);
    CHECK_NUMBER(h_errno, HOST_NOT_FOUND);
    CHECK_NUMBER(WSACleanup(), 0);
    CHECK(DestroyWindow(window));
}

int main(void)
{
    MSG message;

    before_start_up();
    versions();
    counted();
    last_error();
    CHECK(!PeekMessageA(&message, NULL, 0, 0, PM_NOREMOVE));
    return check_result();
}
