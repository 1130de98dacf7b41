/* A null or invalid pointer is an error in every call that takes one, and never a trap. */

#include "buffer.h"
#include "six.h"

/* Addresses outside of the memory, or so near its end that nothing fits. */
static const unsigned long wild[] = {0xffffffff, 0xfffffff0, 0xffff0000, 0xf0000000, 0x80000000};

#define WILD (sizeof wild / sizeof *wild)

/* S-R4: null arguments, with a valid buffer. */
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
    /* S-R4, S-R12: without a protocol, any protocol matches. */
    CHECK_NUMBER(error_of(WSAAsyncGetServByName(window, DONE, "http", NULL, out, length), window), 0);
    CHECK_NUMBER(error_of(WSAAsyncGetServByName(window, DONE, "http", "", out, length), window), 0);
    CHECK_NUMBER(error_of(WSAAsyncGetServByPort(window, DONE, htons(80), NULL, out, length), window), 0);
    CHECK(is_answer(SERV_BY_PORT, out, length));
    CHECK_NUMBER(error_of(WSAAsyncGetServByName(window, DONE, "", NULL, out, length), window), WSANO_DATA);
    free_buffer(&buffer);
}

/* S-R4: null buffers. */
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

/* An address outside of the memory counts as null. */
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
        /* S-R4, S-R7: a buffer outside of the memory counts as null too. */
        for (kind = 0; kind < SIX; kind++)
            CHECK_NUMBER(error_of(ask(kind, window, at, MAXGETHOSTSTRUCT), window), WSAEFAULT);
    }
    free_buffer(&buffer);
}

/* The blocking calls fail with WSAEFAULT as the last error, and other calls fail too. */
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
        /* S-S2, S-S1: the call returns the error. S-S3: it does not count as a start-up. */
        CHECK_NUMBER(WSAStartup(MAKEWORD(2, 2), (WSADATA *)at), WSAEFAULT);
        CHECK_NUMBER(WSAStartup(0, (WSADATA *)at), WSAVERNOTSUPPORTED);
    }
    CHECK(WSASetBlockingHook(NULL) == NULL);
    CHECK_NUMBER(WSAGetLastError(), WSAEFAULT);
    CHECK_NUMBER(WSAStartup(MAKEWORD(1, 1), &data), 0);
    CHECK_NUMBER(WSACleanup(), 0);
}

/* S-R4 does not say what a null service name is: invalid, or the name "". */
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
