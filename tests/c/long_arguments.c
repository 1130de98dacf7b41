/* S-R4: a request with an argument that is too long ends with an error. 64 KiB reach the host, and
 * a call that passed 128 MiB would trap. */

#include "check.h"

static void with_length(HWND window, size_t length)
{
    char buffer[MAXGETHOSTSTRUCT];
    char *text = (char *)malloc(length + 1);

    require(text != NULL, "memory");
    memset(text, 'a', length);
    text[length] = 0;
    CHECK_NUMBER(error_of(WSAAsyncGetHostByName(window, DONE, text, buffer, sizeof buffer), window), WSAHOST_NOT_FOUND);
    CHECK_NUMBER(error_of(WSAAsyncGetHostByAddr(window, DONE, text, (int)length, AF_INET, buffer, sizeof buffer), window),
                 WSAEINVAL);
    CHECK_NUMBER(error_of(WSAAsyncGetServByName(window, DONE, text, "tcp", buffer, sizeof buffer), window), WSANO_DATA);
    CHECK_NUMBER(error_of(WSAAsyncGetServByName(window, DONE, "http", text, buffer, sizeof buffer), window), WSANO_DATA);
    CHECK_NUMBER(error_of(WSAAsyncGetServByPort(window, DONE, htons(80), text, buffer, sizeof buffer), window), WSANO_DATA);
    CHECK_NUMBER(error_of(WSAAsyncGetProtoByName(window, DONE, text, buffer, sizeof buffer), window), WSANO_DATA);
    CHECK(gethostbyname(text) == NULL);
    CHECK_NUMBER(WSAGetLastError(), WSAHOST_NOT_FOUND);
    CHECK(getservbyname(text, NULL) == NULL);
    CHECK_NUMBER(WSAGetLastError(), WSANO_DATA);
    CHECK(getprotobyname(text) == NULL);
    CHECK_NUMBER(WSAGetLastError(), WSANO_DATA);
    free(text);
}

int main(void)
{
    HWND window;

    start_up(MAKEWORD(1, 1));
    window = plain_window();
    with_length(window, 65536);
    with_length(window, 65537);
    with_length(window, 140000000);
    CHECK_NUMBER(WSACleanup(), 0);
    return check_result();
}
