/* Invalid lengths, numbers and windows, and a class that is registered twice. */

#include "buffer.h"
#include "six.h"

/* S-R14, S-R4: the message has the error, and the call succeeds. */
static void addresses(HWND window)
{
    static const int lengths[] = {0, 1, 3, 5, 16, -1, -4, 1024, 0x7fffffff, (int)0x80000000};
    static const int families[] = {0, 1, 3, AF_INET6, -1, 0x7fffffff, (int)0x80000000, AF_INET + 0x10000};
    struct buffer buffer = new_buffer(MAXGETHOSTSTRUCT, 0);
    static const char address[16] = {(char)192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    size_t i;

    for (i = 0; i < sizeof lengths / sizeof *lengths; i++)
        CHECK_NUMBER(error_of(WSAAsyncGetHostByAddr(window, DONE, address, lengths[i], AF_INET, buffer.start,
                                                    buffer.length),
                              window),
                     WSAEINVAL);
    for (i = 0; i < sizeof families / sizeof *families; i++)
        CHECK_NUMBER(
            error_of(WSAAsyncGetHostByAddr(window, DONE, address, 4, families[i], buffer.start, buffer.length), window),
            WSAEINVAL);
    CHECK(is_unchanged(&buffer));
    free_buffer(&buffer);
}

/* S-R11: only the lower 16 bits of a port count. S-R12: no protocol has these numbers. */
static void numbers(HWND window)
{
    static const int protocols[] = {-1, 0x7fffffff, (int)0x80000000, 6 + 0x10000, 6 - 0x10000};
    char buffer[MAXGETHOSTSTRUCT];
    size_t i;

    for (i = 0; i < sizeof protocols / sizeof *protocols; i++)
        CHECK_NUMBER(error_of(WSAAsyncGetProtoByNumber(window, DONE, protocols[i], buffer, sizeof buffer), window),
                     WSANO_DATA);
    CHECK_NUMBER(error_of(WSAAsyncGetServByPort(window, DONE, -1, "none", buffer, sizeof buffer), window), WSANO_DATA);
    CHECK_NUMBER(
        error_of(WSAAsyncGetServByPort(window, DONE, htons(80) | 0x7fff0000, "tcp", buffer, sizeof buffer), window), 0);
    CHECK(is_answer(SERV_BY_PORT, buffer, sizeof buffer));
}

/* S-R7: the library accepts any length, and writes only the bytes of the answer. */
static void huge_lengths(HWND window)
{
    struct buffer buffer = new_buffer(MAXGETHOSTSTRUCT, 0);
    int kind;

    for (kind = 0; kind < SIX; kind++) {
        LPARAM result = completion_of(ask(kind, window, buffer.start, 0x7fffffff), window);
        CHECK_NUMBER(WSAGETASYNCERROR(result), 0);
        CHECK(guards_hold(&buffer));
        CHECK(is_answer(kind, buffer.start, WSAGETASYNCBUFLEN(result)));
    }
    free_buffer(&buffer);
}

/* S-M4: a request for a window that never existed ends silently. */
static void no_such_window(HWND window)
{
    static const unsigned long never[] = {0x4711, 0x7fffffff, 0x80000000, 0xffffffff, 0xdeadbeef};
    struct buffer buffer = new_buffer(MAXGETHOSTSTRUCT, 0);
    MSG message;
    size_t i;

    for (i = 0; i < sizeof never / sizeof *never; i++) {
        HWND none = (HWND)never[i];
        HANDLE request = WSAAsyncGetHostByName(none, DONE, "known.test", buffer.start, buffer.length);
        CHECK(request != NULL);
        CHECK_NUMBER(run_on(), 0);
        CHECK_FAILS(WSACancelAsyncRequest(request), WSAEALREADY);
        CHECK(guards_hold(&buffer));
        request = WSAAsyncGetHostByName(none, DONE, "never.test", buffer.start, buffer.length);
        CHECK_NUMBER(WSACancelAsyncRequest(request), 0);
        /* S-M2, S-M3 */
        CHECK(!IsWindow(none));
        /* For GetMessage, -1 is no window: it stands for the messages of the thread. */
        if (none != (HWND)0xffffffff) {
            CHECK_NUMBER(GetMessageA(&message, none, 0, 0), -1);
            CHECK_NUMBER(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
        }
        CHECK(!PostMessageA(none, WM_APP, 0, 0));
        CHECK_NUMBER(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
        CHECK(!DestroyWindow(none));
    }
    CHECK(IsWindow(window));
    free_buffer(&buffer);
}

/* A second registration of a class fails and leaves the first unchanged. */
static LRESULT CALLBACK other_procedure(HWND window, UINT number, WPARAM wparam, LPARAM lparam)
{
    return number == WM_APP ? 42 : DefWindowProcA(window, number, wparam, lparam);
}

static void class_twice(void)
{
    WNDCLASSA window_class;
    HWND window;

    memset(&window_class, 0, sizeof window_class);
    window_class.lpfnWndProc = other_procedure;
    window_class.lpszClassName = "twice";
    CHECK(RegisterClassA(&window_class) != 0);
    window_class.lpfnWndProc = DefWindowProcA;
    CHECK(RegisterClassA(&window_class) == 0);
    CHECK_NUMBER(GetLastError(), ERROR_CLASS_ALREADY_EXISTS);
    window = CreateWindowA("TWICE", "", 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL);
    CHECK_NUMBER(SendMessageA(window, WM_APP, 0, 0), 42);
    CHECK(DestroyWindow(window));
}

int main(void)
{
    HWND window;

    start_up(MAKEWORD(2, 2));
    window = plain_window();
    addresses(window);
    numbers(window);
    huge_lengths(window);
    no_such_window(window);
    class_twice();
    CHECK_NUMBER(run_on(), 0);
    CHECK_NUMBER(WSACleanup(), 0);
    return check_result();
}
