/* Helpers that the C test programs share: checks, windows, and waiting for messages.
 *
 * A program ends with status 0 if every check passes. Otherwise it prints the failed checks to
 * standard error. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winsock2.h>

/* The message of most requests here. */
#define DONE (WM_USER + 1)

/* For helpers that not every program uses. */
#define HELPER static __attribute__((unused))

static int check_failures;

HELPER void check(int holds, const char *what, const char *file, int line)
{
    if (!holds) {
        fprintf(stderr, "%s:%d: %s\n", file, line, what);
        check_failures++;
    }
}

HELPER void check_number(long found, long expected, const char *what, const char *file, int line)
{
    if (found != expected) {
        fprintf(stderr, "%s:%d: %s is %ld and not %ld\n", file, line, what, found, expected);
        check_failures++;
    }
}

#define CHECK(expression) check((expression) ? 1 : 0, #expression, __FILE__, __LINE__)
#define CHECK_NUMBER(found, expected) check_number((long)(found), (long)(expected), #found, __FILE__, __LINE__)
/* Checks that a call fails with this error. */
#define CHECK_FAILS(call, error) (CHECK_NUMBER(call, SOCKET_ERROR), CHECK_NUMBER(WSAGetLastError(), error))

/* Returns the status for main to return. */
HELPER int check_result(void)
{
    return check_failures != 0;
}

/* Ends a program that cannot go on. */
HELPER void require(int holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "no %s, last error %d\n", what, WSAGetLastError());
        exit(1);
    }
}

HELPER void start_up(WORD version)
{
    WSADATA data;
    require(WSAStartup(version, &data) == 0, "start-up");
}

/* Makes a window of a new class. */
HELPER HWND new_window(WNDPROC procedure)
{
    static int count;
    char name[32];
    WNDCLASSA window_class;
    HWND window;

    sprintf(name, "check%d", ++count);
    memset(&window_class, 0, sizeof window_class);
    window_class.lpfnWndProc = procedure;
    window_class.hInstance = GetModuleHandleA(NULL);
    window_class.lpszClassName = name;
    require(RegisterClassA(&window_class) != 0, "class");
    window = CreateWindowA(name, name, 0, 0, 0, 0, 0, NULL, NULL, window_class.hInstance, NULL);
    require(window != NULL, "window");
    return window;
}

/* Makes a window whose messages the test reads and never dispatches. */
HELPER HWND plain_window(void)
{
    return new_window(DefWindowProcA);
}

/* Waits for the next message. With a null window, takes the messages of all windows and of the
 * thread. */
HELPER MSG next_message(HWND window)
{
    MSG message;
    require(GetMessageA(&message, window, 0, 0) > 0, "message");
    return message;
}

/* Waits for the completion of a request, which must be the next message for its window. Returns its
 * lParam. */
HELPER LPARAM completion_of(HANDLE request, HWND window)
{
    MSG message;
    require(request != NULL, "request");
    message = next_message(window);
    /* S-R6 */
    CHECK(message.hwnd == window);
    CHECK_NUMBER(message.message, DONE);
    CHECK(message.wParam == (WPARAM)request);
    return message.lParam;
}

/* Returns the error of a request, whose completion must be the next message for its window. */
HELPER int error_of(HANDLE request, HWND window)
{
    LPARAM result = completion_of(request, window);
    /* S-R7 */
    if (WSAGETASYNCERROR(result) != 0 && WSAGETASYNCERROR(result) != WSAENOBUFS)
        CHECK_NUMBER(WSAGETASYNCBUFLEN(result), 0);
    return WSAGETASYNCERROR(result);
}

/* Dispatches messages during one slow lookup, so that wrong messages can arrive. Returns the number
 * of other completions (DONE). */
HELPER int run_on(void)
{
    char buffer[MAXGETHOSTSTRUCT];
    int completions = 0;
    MSG message;
    HANDLE last = WSAAsyncGetHostByName(NULL, DONE + 1, "slow.test", buffer, sizeof buffer);

    require(last != NULL, "request");
    do {
        message = next_message(NULL);
        completions += message.message == DONE;
        DispatchMessageA(&message);
    } while (message.message != DONE + 1 || message.wParam != (WPARAM)last);
    CHECK(!PeekMessageA(&message, NULL, 0, 0, PM_NOREMOVE));
    return completions;
}

#endif
