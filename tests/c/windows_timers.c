/* Timers. */

#include "check.h"

static int procedure_calls, messages;
static HWND window;
static UINT_PTR thread_timer;

static VOID CALLBACK on_timer(HWND of, UINT message, UINT_PTR id, DWORD time)
{
    CHECK(of == window && message == WM_TIMER && id == 3);
    CHECK(GetTickCount() - time < 1000);
    procedure_calls++;
}

static VOID CALLBACK on_thread_timer(HWND of, UINT message, UINT_PTR id, DWORD time)
{
    CHECK(of == NULL && message == WM_TIMER && id == thread_timer);
    UNREFERENCED_PARAMETER(time);
    procedure_calls++;
}

static VOID CALLBACK never(HWND of, UINT message, UINT_PTR id, DWORD time)
{
    UNREFERENCED_PARAMETER(of);
    UNREFERENCED_PARAMETER(message);
    UNREFERENCED_PARAMETER(id);
    UNREFERENCED_PARAMETER(time);
    CHECK(!"called");
}

static LRESULT CALLBACK procedure(HWND of, UINT message, WPARAM wparam, LPARAM lparam)
{
    if (message == WM_TIMER) {
        CHECK(of == window && wparam == 2 && lparam == 0);
        messages++;
    }
    return DefWindowProcA(of, message, wparam, lparam);
}

static void dispatch_one(void)
{
    MSG message = next_message(NULL);
    CHECK_NUMBER(message.message, WM_TIMER);
    DispatchMessage(&message);
}

int main(void)
{
    MSG message;
    DWORD start;
    UINT_PTR another;

    window = new_window(procedure);
    start = GetTickCount();
    CHECK(SetTimer(window, 2, 30, NULL) == 2);
    dispatch_one();
    dispatch_one();
    CHECK_NUMBER(messages, 2);
    CHECK(GetTickCount() - start >= 59);

    /* S-M6: WM_TIMER comes after all other messages, and only once. */
    Sleep(100);
    CHECK(PostMessage(window, WM_USER, 0, 0));
    CHECK_NUMBER(next_message(NULL).message, WM_USER);
    dispatch_one();
    CHECK(!PeekMessage(&message, NULL, 0, 0, PM_REMOVE));
    CHECK(KillTimer(window, 2));
    CHECK(!KillTimer(window, 2));
    CHECK_NUMBER(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK_NUMBER(messages, 3);

    /* A timer with a procedure does not call that of the window. */
    CHECK(SetTimer(window, 3, 0, on_timer) == 3);
    dispatch_one();
    CHECK(SetTimer(window, 3, 10, never) == 3);
    CHECK(SetTimer(window, 3, 10, on_timer) == 3);
    dispatch_one();
    CHECK_NUMBER(procedure_calls, 2);

    /* A posted WM_TIMER does not call the procedure that it names. */
    CHECK(PostMessage(window, WM_TIMER, 3, (LPARAM)never));
    dispatch_one();
    CHECK_NUMBER(procedure_calls, 2);
    CHECK(KillTimer(window, 3));
    CHECK(PostMessage(window, WM_TIMER, 3, (LPARAM)on_timer));
    CHECK(PostMessage(window, WM_TIMER, 3, 0x7ffffff));
    dispatch_one();
    dispatch_one();

    /* Without a window, the timer gets a new number. */
    thread_timer = SetTimer(NULL, 1234, 10, on_thread_timer);
    another = SetTimer(NULL, 0, 0x90000000, on_thread_timer);
    CHECK(thread_timer != 0 && another != 0 && thread_timer != another);
    CHECK(SetTimer(NULL, thread_timer, 20, on_thread_timer) == thread_timer);
    dispatch_one();
    dispatch_one();
    CHECK_NUMBER(procedure_calls, 4);
    CHECK(KillTimer(NULL, thread_timer));
    CHECK(!KillTimer(NULL, thread_timer));
    CHECK(KillTimer(NULL, another));

    /* A destroyed window loses its timers. */
    CHECK(SetTimer(window, 2, 10, NULL) == 2);
    CHECK(DestroyWindow(window));
    CHECK(!KillTimer(window, 2));
    CHECK_NUMBER(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
    CHECK(SetTimer(window, 2, 10, NULL) == 0);
    CHECK_NUMBER(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
    CHECK(GetMessage(&message, NULL, 0, 0) == -1);
    return check_result();
}
