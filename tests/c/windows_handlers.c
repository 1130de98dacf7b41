/* A program as they were: a class with an icon, a cursor and a brush, and handlers that windowsx.h
 * calls. */

#include "check.h"
#include <windowsx.h>

static int calls;

static BOOL on_create(HWND window, LPCREATESTRUCT details)
{
    calls |= 1;
    return window != NULL && details->lpCreateParams == &calls;
}

static void on_command(HWND window, int id, HWND control, UINT code)
{
    CHECK(id == 7 && control == window && code == 9);
    CHECK(SetCursor(LoadCursor(NULL, IDC_WAIT)) == NULL);
    calls |= 2;
}

static void on_timer(HWND window, UINT id)
{
    CHECK(KillTimer(window, id));
    calls |= 4;
}

static BOOL CALLBACK hook(void)
{
    return FALSE;
}

static void on_close(HWND window)
{
    calls |= 8;
    CHECK(DestroyWindow(window));
}

static void on_destroy(HWND window)
{
    CHECK(IsWindow(window));
    /* A window that on_create refuses is destroyed too. */
    if (calls & 8)
        PostQuitMessage(3);
    calls |= 16;
}

static LRESULT CALLBACK procedure(HWND window, UINT message, WPARAM wParam, LPARAM lParam)
{
    switch (message) {
        HANDLE_MSG(window, WM_CREATE, on_create);
        HANDLE_MSG(window, WM_COMMAND, on_command);
        HANDLE_MSG(window, WM_TIMER, on_timer);
        HANDLE_MSG(window, WM_CLOSE, on_close);
        HANDLE_MSG(window, WM_DESTROY, on_destroy);
    case WM_ERASEBKGND:
    case WM_QUERYENDSESSION:
        return 1;
    }
    return DefWindowProc(window, message, wParam, lParam);
}

int main(void)
{
    FARPROC instance = MakeProcInstance(hook, NULL);
    char huge *memory = (char huge *)GlobalAllocPtr(GHND, 70000);
    WNDCLASS window_class;
    HWND window;
    MSG message;

    require(memory != NULL && instance == (FARPROC)hook, "memory");
    CHECK(memory[69999] == 0 && !GlobalFreePtr(memory));
    FreeProcInstance(instance);
    ZeroMemory(&window_class, sizeof window_class);
    window_class.lpfnWndProc = procedure;
    window_class.hInstance = GetModuleHandle(NULL);
    window_class.hIcon = LoadIcon(window_class.hInstance, MAKEINTRESOURCE(1));
    window_class.hCursor = LoadCursor(NULL, IDC_ARROW);
    window_class.hbrBackground = (HBRUSH)GetStockObject(WHITE_BRUSH);
    window_class.lpszClassName = TEXT("handlers");
    CHECK(window_class.hIcon == NULL && window_class.hCursor == NULL && window_class.hbrBackground == NULL);
    require(RegisterClass(&window_class) != 0, "class");
    CHECK(CreateWindow(TEXT("handlers"), NULL, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL) == NULL);
    calls = 0;
    window = CreateWindow(TEXT("handlers"), NULL, 0, 0, 0, 0, 0, NULL, NULL, NULL, &calls);
    require(window != NULL, "window");
    CHECK(PostMessage(window, WM_COMMAND, MAKEWPARAM(7, 9), (LPARAM)window));
    CHECK(SetTimer(window, 5, 10, NULL) != 0);
    while (calls != 7 && GetMessage(&message, NULL, 0, 0) > 0)
        DispatchMessage(&message);
    CHECK(PostMessage(window, WM_CLOSE, 0, 0));
    while (GetMessage(&message, NULL, 0, 0) > 0)
        DispatchMessage(&message);
    CHECK_NUMBER(calls, 31);
    CHECK_NUMBER(message.wParam, 3);
    CHECK(GET_X_LPARAM(MAKELPARAM(0xffff, 2)) == -1 && GET_Y_LPARAM(MAKELPARAM(0xffff, 2)) == 2);
    CHECK(WSAGETSELECTEVENT(WSAMAKESELECTREPLY(FD_CLOSE, WSAECONNRESET)) == FD_CLOSE);
    CHECK(WSAGETSELECTERROR(WSAMAKESELECTREPLY(FD_CLOSE, WSAECONNRESET)) == WSAECONNRESET);
    CHECK_NUMBER(IPPORT_FINGER, 79);
    if (check_result() == 0)
        ExitProcess(0);
    return 1;
}
