/* Window classes, and FindWindow by class. */

#include "check.h"

static LRESULT CALLBACK procedure(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    return message == WM_USER ? 7 : DefWindowProcA(window, message, wparam, lparam);
}

static HWND create(LPCSTR name, LPCSTR title, HWND parent, DWORD style)
{
    return CreateWindowA(name, title, style, 0, 0, 0, 0, parent, NULL, NULL, NULL);
}

int main(void)
{
    WNDCLASSA plain;
    WNDCLASSEXA extended;
    HWND first, second, child;
    ATOM atom, other;
    char *name;

    ZeroMemory(&plain, sizeof plain);
    CHECK(RegisterClassA(&plain) == 0);
    CHECK_NUMBER(GetLastError(), ERROR_INVALID_PARAMETER);
    plain.lpszClassName = "Plain";
    SetLastError(0);
    CHECK(RegisterClassA(&plain) == 0);
    CHECK_NUMBER(GetLastError(), ERROR_INVALID_PARAMETER);
    plain.lpfnWndProc = procedure;
    plain.cbWndExtra = -1;
    CHECK(RegisterClassA(&plain) == 0);
    plain.cbWndExtra = 0;
    plain.cbClsExtra = -1;
    CHECK(RegisterClassA(&plain) == 0);
    plain.cbClsExtra = 8;
    CHECK(RegisterClassA(NULL) == 0 && RegisterClassA((WNDCLASSA *)(LONG_PTR)-8) == 0);

    /* The program may free the name and the structure after the registration. */
    name = (char *)malloc(6);
    strcpy(name, "pLAIN");
    plain.lpszClassName = name;
    atom = RegisterClassA(&plain);
    CHECK(atom >= 0xc000);
    strcpy(name, "other");
    free(name);
    plain.lpszClassName = "PLAIN";
    CHECK(RegisterClassA(&plain) == 0);
    CHECK_NUMBER(GetLastError(), ERROR_CLASS_ALREADY_EXISTS);

    ZeroMemory(&extended, sizeof extended);
    extended.lpfnWndProc = procedure;
    extended.lpszClassName = "Extended";
    CHECK(RegisterClassExA(&extended) == 0);
    extended.cbSize = sizeof extended;
    other = RegisterClassExA(&extended);
    CHECK(other >= 0xc000 && other != atom);

    CHECK(create("none", "", NULL, 0) == NULL);
    CHECK_NUMBER(GetLastError(), ERROR_CANNOT_FIND_WND_CLASS);
    CHECK(create(NULL, "", NULL, 0) == NULL && create((LPCSTR)(LONG_PTR)-1, "", NULL, 0) == NULL);
    first = create("Plain", "One", NULL, WS_VISIBLE);
    second = create((LPCSTR)MAKEINTATOM(other), NULL, NULL, 0);
    child = create("plain", "Child", first, WS_CHILD);
    CHECK(first != NULL && second != NULL && child != NULL && first != second);
    CHECK(ShowWindow(first, SW_SHOW));
    CHECK_NUMBER(SendMessageA(second, WM_USER, 0, 0), 7);

    CHECK(FindWindowA("PLAIN", NULL) == first);
    CHECK(FindWindowA(NULL, "oNE") == first);
    CHECK(FindWindowA("plain", "one") == first);
    CHECK(FindWindowA((LPCSTR)MAKEINTATOM(other), "") == second);
    CHECK(FindWindowA(NULL, NULL) == first);
    CHECK(FindWindowA("extended", "one") == NULL);
    CHECK(FindWindowA(NULL, "Child") == NULL);
    CHECK(FindWindowA("none", NULL) == NULL);
    CHECK_NUMBER(GetLastError(), ERROR_CANNOT_FIND_WND_CLASS);

    CHECK(!UnregisterClassA("none", NULL));
    CHECK_NUMBER(GetLastError(), ERROR_CLASS_DOES_NOT_EXIST);
    CHECK(!UnregisterClassA(NULL, NULL));
    CHECK(!UnregisterClassA("plain", NULL));
    CHECK_NUMBER(GetLastError(), ERROR_CLASS_HAS_WINDOWS);
    CHECK(DestroyWindow(first) && DestroyWindow(second));
    CHECK(UnregisterClassA("plain", NULL));
    CHECK(UnregisterClassA((LPCSTR)MAKEINTATOM(other), NULL));
    CHECK(create("plain", "", NULL, 0) == NULL);
    CHECK(RegisterClassA(&plain) == atom);
    return check_result();
}
