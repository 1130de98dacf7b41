/* Windows from WM_NCCREATE to WM_NCDESTROY. */

#include "check.h"

static char events[256];
static HWND refuse_at_create;
static UINT refuse;
static HWND to_destroy;

static HWND create(int letter, HWND parent, DWORD style);

/* Notes each message, with a letter for its window. */
static LRESULT CALLBACK note(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    char event[8];
    LPARAM letter = GetWindowLongA(window, GWL_USERDATA);

    if (message == WM_NCCREATE) {
        const CREATESTRUCTA *details = (const CREATESTRUCTA *)lparam;
        letter = (LPARAM)details->lpCreateParams;
        SetWindowLongA(window, GWL_USERDATA, letter);
        CHECK(strcmp(details->lpszClass, "Note") == 0);
        CHECK(strcmp(details->lpszName, "title") == 0);
        CHECK(details->x == 1 && details->y == 2 && details->cx == 3 && details->cy == 4);
        CHECK(details->dwExStyle == WS_EX_TOPMOST);
        CHECK(details->hInstance == GetModuleHandle(NULL));
    }
    sprintf(event, "%c%x ", (char)letter, message);
    strcat(events, event);
    CHECK(IsWindow(window));
    if (message == WM_DESTROY) {
        /* The destruction is already under way. */
        SetLastError(0);
        CHECK(!DestroyWindow(window));
        CHECK_NUMBER(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
    }
    if (message == WM_CREATE && letter == 'S')
        CHECK(DestroyWindow(window));
    if (message == WM_DESTROY && letter == 'K' && to_destroy != NULL)
        CHECK(!DestroyWindow(to_destroy));
    if (message == refuse) {
        refuse_at_create = window;
        return message == WM_CREATE ? -1 : FALSE;
    }
    if (letter == 'L' && (message == WM_DESTROY || message == WM_NCDESTROY)) {
        /* A window under destruction gets no more children. */
        SetLastError(0);
        CHECK(create('X', window, WS_CHILD) == NULL);
        CHECK_NUMBER(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
    }
    return DefWindowProcA(window, message, wparam, lparam);
}

static HWND create(int letter, HWND parent, DWORD style)
{
    return CreateWindowExA(WS_EX_TOPMOST, "Note", "title", style, 1, 2, 3, 4, parent, NULL, GetModuleHandle(NULL),
                           (LPVOID)(LONG_PTR)letter);
}

static void events_are(const char *expected, int line)
{
    check(strcmp(events, expected) == 0, events, __FILE__, line);
    events[0] = 0;
}

int main(void)
{
    WNDCLASSA window_class;
    HWND window, child, grandchild, owned;
    MSG message;

    ZeroMemory(&window_class, sizeof window_class);
    window_class.lpfnWndProc = note;
    window_class.lpszClassName = "Note";
    CHECK(RegisterClassA(&window_class) != 0);

    window = create('W', NULL, 0);
    CHECK(IsWindow(window));
    events_are("W81 W1 ", __LINE__);
    CHECK(!ShowWindow(window, SW_SHOW));
    CHECK(ShowWindow(window, SW_HIDE));
    CHECK(!ShowWindow(window, SW_SHOW));
    CHECK(UpdateWindow(window));
    CHECK_NUMBER(SendMessageA(window, WM_NULL, 0, 0), 0);
    events_are("W0 ", __LINE__);

    /* Children end between WM_DESTROY and WM_NCDESTROY, and cannot end their parent then. */
    child = create('C', window, WS_CHILD);
    grandchild = create('G', child, WS_CHILD);
    owned = create('K', window, WS_POPUP);
    to_destroy = window;
    events[0] = 0;
    CHECK(PostMessageA(window, WM_USER, 0, 0));
    CHECK_NUMBER(SendMessageA(window, WM_CLOSE, 0, 0), 0);
    events_are("W10 W2 C2 G2 G82 C82 K2 K82 W82 ", __LINE__);
    CHECK(!IsWindow(window) && !IsWindow(child) && !IsWindow(grandchild) && !IsWindow(owned));
    CHECK(!PeekMessageA(&message, NULL, 0, 0, PM_REMOVE));

    /* The handle of a destroyed window is invalid. */
    SetLastError(0);
    CHECK(!DestroyWindow(window));
    CHECK_NUMBER(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
    CHECK(!ShowWindow(window, SW_SHOW) && !UpdateWindow(window));
    /* S-M3 */
    SetLastError(0);
    CHECK(!PostMessageA(window, WM_USER, 0, 0));
    CHECK_NUMBER(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
    CHECK_NUMBER(SendMessageA(window, WM_USER, 0, 0), 0);
    CHECK(!IsWindow(NULL) && !IsWindow((HWND)(LONG_PTR)-1) && !IsWindow((HWND)0x12345678));
    CHECK(!DestroyWindow(NULL) && !DestroyWindow((HWND)(LONG_PTR)-1));

    /* The procedure refuses the window, or destroys it. */
    refuse = WM_NCCREATE;
    CHECK(create('N', NULL, 0) == NULL);
    events_are("N81 N82 ", __LINE__);
    CHECK(!IsWindow(refuse_at_create));
    refuse = WM_CREATE;
    CHECK(create('M', NULL, 0) == NULL);
    events_are("M81 M1 M2 M82 ", __LINE__);
    CHECK(!IsWindow(refuse_at_create));
    refuse = 0xffff;
    CHECK(create('S', NULL, 0) == NULL);
    events_are("S81 S1 S2 S82 ", __LINE__);

    /* Parents. */
    refuse = 0;
    window = create('L', NULL, 0);
    events[0] = 0;
    CHECK(DestroyWindow(window));
    events_are("L2 L82 ", __LINE__);
    CHECK(create('X', window, WS_CHILD) == NULL);
    CHECK_NUMBER(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
    CHECK(create('X', NULL, WS_CHILD) == NULL);
    CHECK_NUMBER(GetLastError(), ERROR_TLW_WITH_WSCHILD);
    CHECK(create('X', HWND_MESSAGE, 0) != NULL);
    CHECK(FindWindowA("Note", NULL) == NULL);
    return check_result();
}
