/* The blocking calls, with the default hook. */

#include "check.h"

/* S-B1, S-R11 to S-R13: six answers. */
static void six_answers(void)
{
    HOSTENT *host;
    SERVENT *service;
    PROTOENT *protocol;

    host = gethostbyname("quick.test");
    CHECK(host != NULL && strcmp(host->h_name, "quick.test") == 0 && host->h_addrtype == AF_INET);
    host = gethostbyaddr("\300\000\002\001", 4, AF_INET);
    CHECK(host != NULL && strcmp(host->h_name, "quick.test") == 0 && host->h_length == 4);
    service = getservbyname("www", NULL);
    CHECK(service != NULL && strcmp(service->s_name, "http") == 0 && service->s_port == (short)htons(80));
    service = getservbyport(htons(53), "udp");
    CHECK(service != NULL && strcmp(service->s_proto, "udp") == 0);
    protocol = getprotobyname("TCP");
    CHECK(protocol != NULL && protocol->p_proto == 6);
    protocol = getprotobynumber(17);
    CHECK(protocol != NULL && strcmp(protocol->p_name, "udp") == 0);
    CHECK(!WSAIsBlocking());
}

/* S-B5: each kind has a separate structure, which lives until the next call of its kind. */
static void structures_live_on(void)
{
    HOSTENT *host = gethostbyname("quick.test");
    SERVENT *service = getservbyname("http", "tcp");
    PROTOENT *protocol = getprotobyname("tcp");
    char buffer[MAXGETHOSTSTRUCT];
    int i;

    for (i = 0; i < 10; i++) {
        CHECK(getservbyport(htons(53), "tcp") != NULL);
        service = getservbyname("http", "tcp");
        CHECK_NUMBER(error_of(WSAAsyncGetHostByName(NULL, DONE, "known.test", buffer, sizeof buffer), NULL), 0);
    }
    CHECK(strcmp(host->h_name, "quick.test") == 0 && strcmp(host->h_aliases[1], "swift.test") == 0);
    CHECK(memcmp(host->h_addr_list[1], "\300\000\002\002", 4) == 0);
    CHECK(strcmp(service->s_aliases[0], "www") == 0 && strcmp(service->s_proto, "tcp") == 0);
    CHECK(strcmp(protocol->p_name, "tcp") == 0 && protocol->p_proto == 6);
    /* S-B5: a failed call also ends the life of the structure, so the test does not read it. */
    CHECK(gethostbyname("nobody.test") == NULL);
    CHECK(strcmp(protocol->p_aliases[0], "TCP") == 0);
}

static void fails(const void *result, int error)
{
    CHECK(result == NULL);
    CHECK_NUMBER(WSAGetLastError(), error);
}

/* S-R15, S-R16, S-R14, S-R12: the errors of the requests, as the last error (S-S6). */
static void errors(void)
{
    fails(gethostbyname("nobody.test"), WSAHOST_NOT_FOUND);
    fails(gethostbyname("again.test"), WSATRY_AGAIN);
    fails(gethostbyname("broken.test"), WSANO_RECOVERY);
    fails(gethostbyname("empty.test"), WSANO_DATA);
    fails(gethostbyname("::1"), WSANO_DATA);
    fails(gethostbyname("forbidden.invalid"), WSAEACCES);
    fails(gethostbyaddr("\300\000\002\001", 3, AF_INET), WSAEINVAL);
    fails(gethostbyaddr("\300\000\002\001", 4, AF_INET6), WSAEINVAL);
    fails(getservbyname("http", "none"), WSANO_DATA);
    fails(getservbyport(htons(1), "none"), WSANO_DATA);
    fails(getprotobyname("none"), WSANO_DATA);
    fails(getprotobynumber(-1), WSANO_DATA);
}

/* gethostname writes the host's name if it fits with its null. */
static void own_name(void)
{
    char name[12];

    memset(name, 'x', sizeof name);
    CHECK_NUMBER(gethostname(name, sizeof name), 0);
    CHECK(strcmp(name, "quick.test") == 0);
    CHECK_NUMBER(name[11], 'x');
    memset(name, 'x', sizeof name);
    CHECK_FAILS(gethostname(name, 10), WSAEFAULT);
    CHECK_NUMBER(name[10], 'x');
    CHECK_FAILS(gethostname(name, 0), WSAEFAULT);
    CHECK_FAILS(gethostname(name, -1), WSAEFAULT);
    CHECK_NUMBER(gethostname(name, 11), 0);
}

/* S-B1, S-B2, S-B3: a message, a completion and a timer come while a call blocks. The timer cancels
 * the call. */
static HANDLE under_way;
static char order[16];

static LRESULT CALLBACK living(HWND window, UINT number, WPARAM wparam, LPARAM lparam)
{
    char buffer[MAXGETHOSTSTRUCT];

    if (number != WM_APP && number != DONE && number != WM_TIMER)
        return DefWindowProcA(window, number, wparam, lparam);
    CHECK(WSAIsBlocking());
    fails(gethostbyname("known.test"), WSAEINPROGRESS);
    fails(WSAAsyncGetHostByName(window, DONE, "known.test", buffer, sizeof buffer), WSAEINPROGRESS);
    CHECK_FAILS(WSACancelAsyncRequest(under_way), WSAEINPROGRESS);
    CHECK_FAILS(WSACleanup(), WSAEINPROGRESS);
    if (number == WM_APP) {
        strcat(order, "m");
    } else if (number == DONE) {
        strcat(order, "c");
        CHECK(SetTimer(window, 7, 10, NULL) == 7);
    } else {
        strcat(order, "t");
        CHECK(KillTimer(window, 7));
        CHECK_NUMBER(WSACancelBlockingCall(), 0);
    }
    return 0;
}

static void windows_live_on(void)
{
    HWND window = new_window(living);
    char buffer[MAXGETHOSTSTRUCT];

    CHECK(PostMessageA(window, WM_APP, 0, 0));
    under_way = WSAAsyncGetHostByName(window, DONE, "quick.test", buffer, sizeof buffer);
    fails(gethostbyname("never.test"), WSAEINTR);
    CHECK(strcmp(order, "mct") == 0);
    CHECK(!WSAIsBlocking());
    CHECK_FAILS(WSACancelAsyncRequest(under_way), WSAEALREADY);
    CHECK(DestroyWindow(window));
}

int main(void)
{
    start_up(MAKEWORD(1, 1));
    six_answers();
    structures_live_on();
    errors();
    own_name();
    windows_live_on();
    CHECK_NUMBER(run_on(), 0);
    CHECK_NUMBER(WSACleanup(), 0);
    return check_result();
}
