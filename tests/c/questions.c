/* Queries and their answers: names, addresses, services, protocols, and their errors. */

#include "buffer.h"
#include "six.h"

static char buffer[MAXGETHOSTSTRUCT];
static const HOSTENT *const host = (const HOSTENT *)buffer;
static const SERVENT *const service = (const SERVENT *)buffer;
static const PROTOENT *const protocol = (const PROTOENT *)buffer;

static int host_error(HWND window, const char *name)
{
    memset(buffer, 0, sizeof buffer);
    return error_of(WSAAsyncGetHostByName(window, DONE, name, buffer, sizeof buffer), window);
}

static int service_error(HWND window, const char *name, const char *proto)
{
    memset(buffer, 0, sizeof buffer);
    return error_of(WSAAsyncGetServByName(window, DONE, name, proto, buffer, sizeof buffer), window);
}

/* S-R3: the program may change the arguments when the call has returned. */
static void arguments_are_copied(HWND window)
{
    char first[MAXGETHOSTSTRUCT], second[MAXGETHOSTSTRUCT], third[MAXGETHOSTSTRUCT];
    char name[16], proto[8], address[4];
    HANDLE requests[3];
    int i;

    strcpy(name, "quick.test");
    requests[0] = WSAAsyncGetHostByName(window, DONE, name, first, sizeof first);
    memcpy(address, "\300\000\002\001", 4);
    requests[1] = WSAAsyncGetHostByAddr(window, DONE, address, 4, AF_INET, second, sizeof second);
    strcpy(name, "http");
    strcpy(proto, "tcp");
    requests[2] = WSAAsyncGetServByName(window, DONE, name, proto, third, sizeof third);
    memset(name, 'x', sizeof name);
    memset(proto, 'x', sizeof proto);
    memset(address, 0, sizeof address);
    for (i = 0; i < 3; i++)
        CHECK_NUMBER(WSAGETASYNCERROR(next_message(window).lParam), 0);
    CHECK(requests[0] != requests[1] && requests[1] != requests[2] && requests[0] != requests[2]);
    CHECK(is_answer(HOST_BY_NAME, first, sizeof first));
    CHECK(is_answer(HOST_BY_ADDR, second, sizeof second));
    CHECK(is_answer(SERV_BY_NAME, third, sizeof third));
}

/* S-R13 */
static void dotted_names(HWND window)
{
    static const char *const wrong[] = {"::1", "2001:db8::1", "192.0.2.256", "192.0.2", "0300.0.2.1", "0xc0.0.2.1"};
    size_t i;

    CHECK_NUMBER(host_error(window, "192.0.2.77"), 0);
    CHECK(strcmp(host->h_name, "192.0.2.77") == 0);
    CHECK(host->h_aliases[0] == NULL);
    CHECK(memcmp(host->h_addr, "\300\000\002\115", 4) == 0);
    CHECK(host->h_addr_list[1] == NULL);
    for (i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK_NUMBER(host_error(window, wrong[i]), WSANO_DATA);
    /* "" is the host's name. */
    CHECK_NUMBER(host_error(window, ""), 0);
    CHECK(strcmp(host->h_name, "quick.test") == 0);
}

/* S-R15, S-R16 */
static void errors(HWND window)
{
    CHECK_NUMBER(host_error(window, "nobody.test"), WSAHOST_NOT_FOUND);
    CHECK_NUMBER(host_error(window, "again.test"), WSATRY_AGAIN);
    CHECK_NUMBER(host_error(window, "broken.test"), WSANO_RECOVERY);
    CHECK_NUMBER(host_error(window, "empty.test"), WSANO_DATA);
    CHECK_NUMBER(host_error(window, "forbidden.invalid"), WSAEACCES);
    CHECK_NUMBER(host_error(window, "198.51.100.7"), WSAEACCES);
    CHECK_NUMBER(
        error_of(WSAAsyncGetHostByAddr(window, DONE, "\306\063\144\007", 4, AF_INET, buffer, sizeof buffer), window),
        WSAEACCES);
    CHECK_NUMBER(
        error_of(WSAAsyncGetHostByAddr(window, DONE, "\300\000\002\143", 4, AF_INET, buffer, sizeof buffer), window),
        WSAHOST_NOT_FOUND);
}

/* S-R11, S-R12 */
static void services(HWND window)
{
    CHECK_NUMBER(service_error(window, "WWW", "TCP"), 0);
    CHECK(strcmp(service->s_name, "http") == 0);
    CHECK_NUMBER(ntohs((u_short)service->s_port), 80);
    CHECK_NUMBER(service_error(window, "domain", "udp"), 0);
    CHECK(strcmp(service->s_proto, "udp") == 0);
    CHECK_NUMBER(service_error(window, "domain", NULL), 0);
    CHECK(strcmp(service->s_proto, "tcp") == 0);
    CHECK_NUMBER(service_error(window, "domain", ""), 0);
    CHECK_NUMBER(service_error(window, "domain", "none"), WSANO_DATA);
    CHECK_NUMBER(service_error(window, "nonesuch", NULL), WSANO_DATA);
    CHECK_NUMBER(
        error_of(WSAAsyncGetServByPort(window, DONE, htons(53), "udp", buffer, sizeof buffer), window), 0);
    CHECK(strcmp(service->s_name, "domain") == 0);
    CHECK_NUMBER(service->s_port, (short)htons(53));
}

/* S-R11, S-R12 */
static void protocols(HWND window)
{
    CHECK_NUMBER(error_of(WSAAsyncGetProtoByName(window, DONE, "UDP", buffer, sizeof buffer), window), 0);
    CHECK(strcmp(protocol->p_name, "udp") == 0);
    CHECK_NUMBER(protocol->p_proto, 17);
    CHECK_NUMBER(error_of(WSAAsyncGetProtoByNumber(window, DONE, 1, buffer, sizeof buffer), window), 0);
    CHECK(strcmp(protocol->p_name, "icmp") == 0);
    CHECK_NUMBER(error_of(WSAAsyncGetProtoByName(window, DONE, "none", buffer, sizeof buffer), window), WSANO_DATA);
}

/* S-R6: a program can make the lParam of a completion itself. */
static void made_replies(void)
{
    LPARAM reply = (LPARAM)WSAMAKEASYNCREPLY(1024, WSAENOBUFS);

    CHECK_NUMBER(WSAGETASYNCBUFLEN(reply), 1024);
    CHECK_NUMBER(WSAGETASYNCERROR(reply), WSAENOBUFS);
    reply = (LPARAM)WSAMAKEASYNCREPLY(65535, 0);
    CHECK_NUMBER(WSAGETASYNCBUFLEN(reply), 65535);
    CHECK_NUMBER(WSAGETASYNCERROR(reply), 0);
}

/* S-R5: the procedure is not called before the request has returned, even if the answer is
 * immediate. */
static int is_inside_call;
static int early;

static LRESULT CALLBACK watching(HWND window, UINT number, WPARAM wparam, LPARAM lparam)
{
    early += is_inside_call && number == DONE;
    return DefWindowProcA(window, number, wparam, lparam);
}

static void nothing_comes_early(void)
{
    HWND window = new_window(watching);
    struct buffer answer = new_buffer(MAXGETHOSTSTRUCT, 0);
    int i;

    for (i = 0; i < 20; i++) {
        poison(&answer);
        is_inside_call = 1;
        CHECK(WSAAsyncGetHostByName(window, DONE, "known.test", answer.start, answer.length) != NULL);
        is_inside_call = 0;
        CHECK(is_unchanged(&answer));
        CHECK_NUMBER(run_on(), 1);
        CHECK(!is_unchanged(&answer));
    }
    CHECK_NUMBER(early, 0);
    free_buffer(&answer);
    CHECK(DestroyWindow(window));
}

int main(void)
{
    HWND window;

    start_up(MAKEWORD(2, 2));
    window = plain_window();
    arguments_are_copied(window);
    dotted_names(window);
    errors(window);
    services(window);
    protocols(window);
    made_replies();
    nothing_comes_early();
    CHECK_NUMBER(run_on(), 0);
    CHECK_NUMBER(WSACleanup(), 0);
    return check_result();
}
