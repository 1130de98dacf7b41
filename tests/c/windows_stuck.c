/* An old loop tests only for 0. If no message can come any more, the library ends the program. */

#include "check.h"

#include <unistd.h>

static int dispatched, ends;

static LRESULT CALLBACK procedure(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    dispatched += message == WM_USER;
    return DefWindowProcA(window, message, wparam, lparam);
}

/* The library ends the program. A return from main is a failure. */
static void at_exit(void)
{
    if (ends) {
        CHECK_NUMBER(dispatched, 2);
        _exit(check_result());
    }
}

int main(void)
{
    HWND window = new_window(procedure);
    MSG message;

    CHECK(atexit(at_exit) == 0);
    /* S-M2: the first call fails, and again the first call after a message. */
    CHECK(GetMessage(&message, NULL, 0, 0) == -1);
    CHECK(PostMessage(window, WM_USER, 0, 0));
    CHECK(GetMessage(&message, NULL, WM_APP, WM_APP) == -1);
    CHECK(GetMessage(&message, NULL, 0, 0) == TRUE);
    CHECK_NUMBER(DispatchMessage(&message), 0);
    CHECK(!WaitMessage());
    CHECK(SetTimer(window, 1, 10, NULL) == 1);
    CHECK(KillTimer(window, 1));
    CHECK(!WaitMessage());
    /* A lookup, and a message that WaitMessage has waited for, also count. */
    start_up(MAKEWORD(1, 1));
    CHECK_NUMBER(WSACancelAsyncRequest(WSAAsyncGetHostByName(NULL, DONE, "never.test", NULL, 0)), 0);
    CHECK(GetMessage(&message, NULL, 0, 0) == -1);
    CHECK(SetTimer(window, 1, 10, NULL) == 1);
    CHECK(GetMessage(&message, window, WM_APP, WM_APP) == -1);
    CHECK(WaitMessage());
    CHECK(KillTimer(window, 1));
    CHECK(GetMessage(&message, NULL, 0, 0) == -1);
    CHECK_NUMBER(WSACleanup(), 0);
    CHECK(PostMessage(window, WM_USER, 0, 0));
    ends = 1;
    while (GetMessage(&message, NULL, 0, 0)) {
        TranslateMessage(&message);
        DispatchMessage(&message);
    }
    return 1;
}
