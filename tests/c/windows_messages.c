/* The message queue in C. */

#include "check.h"

static WPARAM handled;

static LRESULT CALLBACK procedure(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    MSG nested;
    if (message == WM_USER + 9) {
        /* S-M5 */
        CHECK(PostMessageA(window, WM_USER + 10, 77, 0));
        CHECK(GetMessageA(&nested, window, 0, 0) > 0);
        CHECK_NUMBER(DispatchMessageA(&nested), 78);
    }
    if (message < WM_USER)
        return DefWindowProcA(window, message, wparam, lparam);
    handled = wparam;
    return (LRESULT)wparam + 1;
}

int main(void)
{
    HWND window = new_window(procedure), other = plain_window();
    MSG message;
    DWORD before;

    /* S-M1 */
    CHECK(!PeekMessage(&message, NULL, 0, 0, PM_REMOVE));
    CHECK(PostMessage(window, WM_USER + 1, 1, -1));
    CHECK(PostMessage(other, WM_USER + 1, 2, 0));
    CHECK(PostMessage(window, WM_USER + 2, 0xffffffff, 0x7fffffff));
    CHECK(PostMessage(NULL, WM_USER + 1, 4, 0));
    CHECK(PostThreadMessage(GetCurrentThreadId(), WM_APP, 5, 0));
    CHECK(PeekMessage(&message, NULL, WM_USER + 2, WM_USER + 2, PM_NOREMOVE));
    CHECK(message.hwnd == window && message.wParam == 0xffffffff && message.lParam == 0x7fffffff);
    before = GetTickCount();
    CHECK(GetMessage(&message, other, 0, 0) == TRUE);
    CHECK(message.hwnd == other && message.wParam == 2);
    CHECK(message.time - before < 1000 && message.pt.x == 0 && message.pt.y == 0);
    CHECK(GetMessage(&message, (HWND)(LONG_PTR)-1, 0, 0) == TRUE);
    CHECK(message.hwnd == NULL && message.wParam == 4);
    CHECK(!PeekMessage(&message, NULL, WM_USER + 3, WM_USER + 2, PM_REMOVE));
    CHECK(GetMessage(&message, NULL, 0, 0) == TRUE);
    CHECK(message.hwnd == window && message.message == WM_USER + 1 && message.lParam == -1);
    CHECK(!TranslateMessage(&message));
    CHECK_NUMBER(DispatchMessage(&message), 2);
    CHECK(GetMessage(&message, NULL, 0, 0) == TRUE);
    CHECK(message.hwnd == window && message.message == WM_USER + 2);
    CHECK(GetMessage(&message, NULL, 0, 0) == TRUE);
    CHECK(message.hwnd == NULL && message.message == WM_APP);
    CHECK_NUMBER(DispatchMessage(&message), 0);
    CHECK(!PeekMessage(&message, NULL, 0, 0, PM_REMOVE));
    CHECK(!PostThreadMessage(GetCurrentThreadId() + 1, WM_APP, 5, 0));
    CHECK_NUMBER(GetLastError(), ERROR_INVALID_THREAD_ID);

    /* S-M5 */
    CHECK(PostMessage(window, WM_USER + 9, 9, 0));
    CHECK(GetMessage(&message, NULL, 0, 0) == TRUE);
    CHECK_NUMBER(DispatchMessage(&message), 10);
    CHECK_NUMBER(handled, 9);

    /* S-M2: WM_QUIT comes last, whatever the filter. */
    PostQuitMessage(-5);
    CHECK(PostMessage(window, WM_USER, 0, 0));
    CHECK(GetMessage(&message, NULL, 0, 0) == TRUE);
    CHECK(PeekMessage(&message, other, WM_APP, WM_APP, PM_NOREMOVE));
    CHECK_NUMBER(message.message, WM_QUIT);
    CHECK(GetMessage(&message, other, WM_APP, WM_APP) == 0);
    CHECK(message.message == WM_QUIT && message.wParam == (WPARAM)-5 && message.hwnd == NULL);

    /* S-M2, S-M1: a posted WM_QUIT is a message like others, comes in order, and ends a loop. */
    CHECK(PostMessage(window, WM_QUIT, 3, 4));
    CHECK(PostMessage(window, WM_USER, 0, 0));
    CHECK(!PeekMessage(&message, other, 0, 0, PM_REMOVE));
    CHECK(GetMessage(&message, NULL, 0, 0) == 0);
    CHECK(message.hwnd == window && message.wParam == 3 && message.lParam == 4);
    CHECK(GetMessage(&message, NULL, 0, 0) == TRUE);

    /* S-M2: -1 for an invalid window, and error 1131 if no message can come. */
    SetLastError(0);
    CHECK(GetMessage(&message, (HWND)0x1234567, 0, 0) == -1);
    CHECK_NUMBER(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
    CHECK(!PeekMessage(&message, (HWND)0x1234567, 0, 0, PM_REMOVE));
    CHECK(GetMessage(&message, NULL, 0, 0) == -1);
    CHECK_NUMBER(GetLastError(), ERROR_POSSIBLE_DEADLOCK);
    CHECK(message.message == WM_NULL && message.hwnd == NULL);
    CHECK(PostMessage(window, WM_USER, 0, 0));
    CHECK(WaitMessage());
    CHECK(PeekMessage(&message, NULL, 0, 0, PM_REMOVE));
    SetLastError(0);
    CHECK(!WaitMessage());
    CHECK_NUMBER(GetLastError(), ERROR_POSSIBLE_DEADLOCK);

    /* With an invalid pointer, no message leaves the queue. */
    CHECK(PostMessage(window, WM_USER, 0, 0));
    CHECK(GetMessage(NULL, NULL, 0, 0) == -1);
    CHECK_NUMBER(GetLastError(), ERROR_NOACCESS);
    CHECK(!PeekMessage((MSG *)(LONG_PTR)-8, NULL, 0, 0, PM_REMOVE));
    CHECK_NUMBER(DispatchMessage(NULL), 0);
    CHECK(!TranslateMessage(NULL));
    CHECK(GetMessage(&message, NULL, 0, 0) == TRUE);
    return check_result();
}
