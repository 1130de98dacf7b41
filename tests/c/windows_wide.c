/* The wide forms, by the names without A and W. */

#define UNICODE
#include "check.h"

static int creations;
static const char *narrow_name;

static LRESULT CALLBACK wide_procedure(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    if (message == WM_NCCREATE || message == WM_CREATE) {
        const CREATESTRUCT *details = (const CREATESTRUCT *)lparam;
        CHECK(lstrlen(details->lpszClass) == 5 && memcmp(details->lpszClass, L"W\357des", 24) == 0);
        CHECK(memcmp(details->lpszName, L"\x20ac", 8) == 0);
        creations++;
    }
    return DefWindowProc(window, message, wparam, lparam);
}

static LRESULT CALLBACK narrow_procedure(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    if (message == WM_CREATE) {
        const CREATESTRUCTA *details = (const CREATESTRUCTA *)lparam;
        CHECK(strcmp(details->lpszClass, "narrow") == 0);
        CHECK(strcmp(details->lpszName, narrow_name) == 0);
        creations++;
    }
    return DefWindowProcA(window, message, wparam, lparam);
}

static int equal(LPCWSTR one, LPCWSTR other)
{
    return lstrlen(one) == lstrlen(other) && memcmp(one, other, ((size_t)lstrlen(one) + 1) * sizeof *one) == 0;
}

int main(void)
{
    TCHAR text[1100];
    WNDCLASSEX window_class;
    WNDCLASS plain;
    WNDCLASSA narrow;
    HWND window, other;
    MSG message;
    ATOM atom;

    ZeroMemory(&window_class, sizeof window_class);
    window_class.cbSize = sizeof window_class;
    window_class.lpfnWndProc = wide_procedure;
    window_class.lpszClassName = TEXT("W\357des");
    atom = RegisterClassEx(&window_class);
    CHECK(atom != 0);
    ZeroMemory(&plain, sizeof plain);
    plain.lpfnWndProc = DefWindowProc;
    plain.lpszClassName = TEXT("w\317DES");
    CHECK(RegisterClass(&plain) == 0);
    CHECK_NUMBER(GetLastError(), ERROR_CLASS_ALREADY_EXISTS);
    ZeroMemory(&narrow, sizeof narrow);
    narrow.lpfnWndProc = narrow_procedure;
    narrow.lpszClassName = "narrow";
    CHECK(RegisterClassA(&narrow) != 0);

    /* A procedure gets text in the form of its class, even if a call of the other form made the
     * window. */
    window = CreateWindow(TEXT("W\357des"), TEXT("\x20ac"), 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL);
    other = CreateWindowExA(0, "W\303\257des", "\342\202\254", 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL);
    CHECK(window != NULL && other != NULL);
    CHECK_NUMBER(creations, 4);
    CHECK(FindWindow(TEXT("w\357des"), TEXT("\x20ac")) == window);
    CHECK(FindWindowA(NULL, "\342\202\254") == window);
    CHECK(FindWindow(MAKEINTATOM(atom), NULL) == window);
    narrow_name = "\303\251";
    CHECK(CreateWindowEx(0, TEXT("narrow"), TEXT("\351"), 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL) != NULL);
    CHECK_NUMBER(creations, 5);

    CHECK(PostMessage(window, WM_USER, 1, 2));
    CHECK(GetMessage(&message, NULL, 0, 0) == TRUE);
    CHECK_NUMBER(DispatchMessage(&message), 0);
    CHECK(DestroyWindow(window) && DestroyWindow(other));
    CHECK(UnregisterClass(TEXT("W\357des"), NULL));

    CHECK_NUMBER(wsprintf(text, TEXT("%s %S %c%C %hs %d"), TEXT("\x20ac"), "\303\251", L'x', 'y', "z", 5), 10);
    CHECK(equal(text, TEXT("\x20ac \351 xy z 5")));
    CHECK_NUMBER(wsprintf(text, TEXT("%1100d"), 1), 1023);
    CHECK_NUMBER(text[1023], 0);
    CHECK_NUMBER(lstrlen(TEXT("abc")), 3);
    CHECK_NUMBER(lstrlen(NULL), 0);
    CHECK(lstrcpy(text, TEXT("d\x20ac")) == text && equal(text, TEXT("d\x20ac")));
    CHECK(lstrcpy(text, NULL) == NULL);
    CHECK(lstrcat(text, TEXT("\351")) == text && equal(text, TEXT("d\x20ac\351")));
    CHECK(lstrcat(text, NULL) == NULL && lstrcat(NULL, text) == NULL);
    CHECK(lstrcpyn(text, TEXT("d\x20ac\351xyz"), 4) == text && equal(text, TEXT("d\x20ac\351")));
    CHECK(lstrcmp(text, text) == 0 && lstrcmp(TEXT("a"), TEXT("b")) < 0 && lstrcmp(NULL, text) < 0);
    CHECK(lstrcmpi(TEXT("D\x20ac\311"), text) == 0 && lstrcmpi(TEXT("b"), TEXT("A")) > 0 && lstrcmpi(text, NULL) > 0);

    CHECK_NUMBER(RegisterWindowMessage(TEXT("m\351")), RegisterWindowMessageA("M\303\211"));
    CHECK(GetModuleHandle(NULL) == GetModuleHandleA(NULL));
    CHECK(GetModuleHandle(TEXT("other")) == NULL);
    OutputDebugString(TEXT("This is no failure, "));
    CHECK_NUMBER(MessageBox(NULL, TEXT("and this is none"), TEXT("box"), MB_OKCANCEL | MB_DEFBUTTON2), IDCANCEL);
    return check_result();
}
