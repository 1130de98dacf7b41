/* The headers as programs for Windows spell them, with _WIN32, and the words and types that these
 * programs have in declarations. */

#define _WIN32 1
#define WIN32 1
#define _WINDOWS 1

#include <Windows.h>
#include <WINSOCK.H>
#include <WinSock2.h>
#include <Winsock.h>
#include <STDIO.H>
#include <string.h>
#include <TCHAR.H>
#include <time.h>
#include <tchar.h>
#include <windows.H>

#include "check.h"

typedef int(far pascal *lookup)(const char far *name);

static int cdecl near_call(LPCSTR name)
{
    return lstrlen(name);
}

static int far pascal far_call(const char far *name)
{
    return near_call(name);
}

static LRESULT CALLBACK __export procedure(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    return DefWindowProc(window, message, wparam, lparam);
}

int __cdecl main(void)
{
    char path[MAX_PATH];
    unsigned __int64 large = 1;
    __int32 small = -1;
    RECT rectangle = {0, 0, 3, 4};
    POINT point = {1, 2};
    SIZE size = {5, 6};
    LARGE_INTEGER number;
    FILETIME time_of_file = {0, 0};
    SYSTEMTIME time_of_system;
    HFONT font = NULL;
    HDC context = NULL;
    HGLOBAL memory = NULL;
    PHOSTENT host;
    SOCKET none = INVALID_SOCKET;
    lookup call = far_call;
    WSADATA data;

    CHECK(sizeof path == 260 && sizeof large == 8 && sizeof small == 4);
    CHECK(sizeof rectangle == 16 && sizeof point == 8 && sizeof size == 8 && sizeof time_of_file == 8);
    CHECK(sizeof time_of_system == 16 && font == NULL && context == NULL && memory == NULL);
    number.QuadPart = (LONGLONG)large << 32;
    CHECK(number.u.HighPart == 1 && number.u.LowPart == 0);
    CHECK(rectangle.right + point.y + size.cx == 10 && time_of_file.dwLowDateTime == 0);
#ifndef __cplusplus
    CHECK(min(1, 2) == 1 && max(1, 2) == 2);
#endif
    CHECK(RGB(1, 2, 3) == 0x030201 && none == ~(SOCKET)0);
    CHECK(call("abc") == 3 && _tcslen(_T("ab")) == 2);
    CHECK(new_window(procedure) != NULL);
    require(WSAStartup(0x0101, &data) == 0, "start-up");
    host = gethostbyname("known.test");
    CHECK(host != NULL && host->h_addrtype == AF_INET);
    CHECK_NUMBER(WSACleanup(), 0);
    return check_result();
}
