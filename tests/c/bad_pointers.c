/* Pointers that are null, or lead nowhere, in every call that takes one: an error, and never a trap. */

#include "buffer.h"
#include "six.h"

/* Places outside of memory, or so near its end that nothing fits. */
static const unsigned long wild[] = {0xffffffff, 0xfffffff0, 0xffff0000, 0xf0000000, 0x80000000};

#define WILD (sizeof wild / sizeof *wild)

/* S-R4: arguments that are null, with a buffer that is good. */
static void null_arguments(HWND window)
{
    struct buffer buffer = new_buffer(MAXGETHOSTSTRUCT, 0);
    char *out = buffer.start;
    int length = buffer.length;

    CHECK_NUMBER(error_of(WSAAsyncGetHostByName(window, DONE, NULL, out, length), window), WSAEFAULT);
    CHECK_NUMBER(error_of(WSAAsyncGetHostByAddr(window, DONE, NULL, 4, AF_INET, out, length), window), WSAEFAULT);
    CHECK_NUMBER(error_of(WSAAsyncGetHostByAddr(window, DONE, NULL, 0, AF_INET, out, length), window), WSAEFAULT);
    CHECK_NUMBER(error_of(WSAAsyncGetProtoByName(window, DONE, NULL, out, length), window), WSAEFAULT);
    CHECK(is_unchanged(&buffer));
    /* S-R4, S-R12: no protocol is any protocol. */
    CHECK_NUMBER(error_of(WSAAsyncGetServByName(window, DONE, "http", NULL, out, length), window), 0);
    CHECK_NUMBER(error_of(WSAAsyncGetServByName(window, DONE, "http", "", out, length), window), 0);
    CHECK_NUMBER(error_of(WSAAsyncGetServByPort(window, DONE, htons(80), NULL, out, length), window), 0);
    CHECK(is_answer(SERV_BY_PORT, out, length));
    CHECK_NUMBER(error_of(WSAAsyncGetServByName(window, DONE, "", NULL, out, length), window), WSANO_DATA);
    free_buffer(&buffer);
}

/* S-R4: buffers that are null. */
static void null_buffers(HWND window)
{
    int kind;

    for (kind = 0; kind < SIX; kind++) {
        LPARAM result = completion_of(ask(kind, window, NULL, 0), window);
        CHECK_NUMBER(WSAGETASYNCERROR(result), WSAENOBUFS);
        CHECK(WSAGETASYNCBUFLEN(result) >= structure_of(kind));
        CHECK_NUMBER(error_of(ask(kind, window, NULL, 1), window), WSAEFAULT);
        CHECK_NUMBER(error_of(ask(kind, window, NULL, MAXGETHOSTSTRUCT), window), WSAEFAULT);
        CHECK_NUMBER(error_of(ask(kind, window, NULL, -1), window), WSAEFAULT);
        CHECK_NUMBER(error_of(ask(kind, window, NULL, 0x7fffffff), window), WSAEFAULT);
    }
}

/* What is no memory is as good as null. */
static void wild_pointers(HWND window)
{
    struct buffer buffer = new_buffer(MAXGETHOSTSTRUCT, 0);
    char *out = buffer.start;
    int length = buffer.length, kind;
    size_t i;

    for (i = 0; i < WILD; i++) {
        char *at = (char *)wild[i];
        CHECK_NUMBER(error_of(WSAAsyncGetHostByName(window, DONE, at, out, length), window), WSAEFAULT);
        CHECK_NUMBER(error_of(WSAAsyncGetHostByAddr(window, DONE, at, 4, AF_INET, out, length), window), WSAEFAULT);
        CHECK_NUMBER(error_of(WSAAsyncGetServByName(window, DONE, at, NULL, out, length), window), WSAEFAULT);
        CHECK_NUMBER(error_of(WSAAsyncGetServByName(window, DONE, "http", at, out, length), window), WSAEFAULT);
        CHECK_NUMBER(error_of(WSAAsyncGetServByPort(window, DONE, 80, at, out, length), window), WSAEFAULT);
        CHECK_NUMBER(error_of(WSAAsyncGetProtoByName(window, DONE, at, out, length), window), WSAEFAULT);
        CHECK(is_unchanged(&buffer));
        /* S-R4, S-R7: a buffer there is as good as none. */
        for (kind = 0; kind < SIX; kind++)
            CHECK_NUMBER(error_of(ask(kind, window, at, MAXGETHOSTSTRUCT), window), WSAEFAULT);
    }
    free_buffer(&buffer);
}

/* The same of the blocking calls, where the error is the last one; and of those that only look. */
static void other_calls(void)
{
    WSADATA data;
    size_t i;

    for (i = 0; i <= WILD; i++) {
        char *at = i < WILD ? (char *)wild[i] : NULL;
        CHECK(gethostbyname(at) == NULL);
        CHECK_NUMBER(WSAGetLastError(), WSAEFAULT);
        CHECK(gethostbyaddr(at, 4, AF_INET) == NULL);
        CHECK_NUMBER(WSAGetLastError(), WSAEFAULT);
        CHECK(getservbyname(at, "tcp") == NULL);
        CHECK_NUMBER(WSAGetLastError(), WSAEFAULT);
        CHECK(getprotobyname(at) == NULL);
        CHECK_NUMBER(WSAGetLastError(), WSAEFAULT);
        if (at != NULL) {
            CHECK(getservbyname("http", at) == NULL);
            CHECK_NUMBER(WSAGetLastError(), WSAEFAULT);
            CHECK(getservbyport(htons(80), at) == NULL);
            CHECK_NUMBER(WSAGetLastError(), WSAEFAULT);
        }
        CHECK_FAILS(gethostname(at, 100), WSAEFAULT);
        CHECK_NUMBER(inet_addr(at), INADDR_NONE);
        /* S-S2, S-S1: the error is the call's own value. It counts as no start-up (S-S3). */
        CHECK_NUMBER(WSAStartup(MAKEWORD(2, 2), (WSADATA *)at), WSAEFAULT);
    }
    CHECK(WSASetBlockingHook(NULL) == NULL);
    CHECK_NUMBER(WSAGetLastError(), WSAEFAULT);
    CHECK_NUMBER(WSAStartup(MAKEWORD(1, 1), &data), 0);
    CHECK_NUMBER(WSACleanup(), 0);
}

/* S-R4: a service without a name has "" for one. */
static void null_service(HWND window)
{
    char buffer[MAXGETHOSTSTRUCT];
    int error = error_of(WSAAsyncGetServByName(window, DONE, NULL, "tcp", buffer, sizeof buffer), window);
    CHECK(error == WSAEFAULT || error == WSANO_DATA);
}

int main(void)
{
    HWND window;

    start_up(MAKEWORD(1, 1));
    window = plain_window();
    null_arguments(window);
    null_buffers(window);
    wild_pointers(window);
    other_calls();
    null_service(window);
    CHECK_NUMBER(run_on(), 0);
    CHECK_NUMBER(WSACleanup(), 0);
    CHECK_FAILS(WSACleanup(), WSANOTINITIALISED);
    return check_result();
}
