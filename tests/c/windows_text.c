/* wsprintf, strings, and the rest of the system, in narrow text. */

#include "check.h"

static char text[1100];

static void is(int length, const char *expected, int line)
{
    check(strcmp(text, expected) == 0 && length == (int)strlen(expected), text, __FILE__, line);
}

int main(void)
{
    char small[4], *end;
    CRITICAL_SECTION section;
    DWORD start;
    UINT first;

    is(wsprintf(text, "%d %i %u|%5d|%-5d|%05d|%.3d", -1, 2, -1, 42, 42, -42, 7), "-1 2 4294967295|   42|42   |-0042|007",
       __LINE__);
    is(wsprintf(text, "%x %X %#x %#X %p", 0xbeef, 0xbeef, 1, 10, (void *)0xabc), "beef BEEF 0x1 0XA 00000ABC", __LINE__);
    is(wsprintf(text, "%c%C%s %S %ls %hs %.2s", 'a', L'b', "cd", L"ef", L"gh", "ij", "klm"), "abcd ef gh ij kl", __LINE__);
    is(wsprintf(text, "%hd %ld %lu", 0x12345, -5L, 5UL), "9029 -5 5", __LINE__);
    /* Arguments of 64 bits lie at multiples of 8 bytes. */
    is(wsprintf(text, "%d %I64d %d %I64x", 1, (INT64)-2, 3, (UINT64)4 << 32), "1 -2 3 400000000", __LINE__);
    is(wsprintf(text, "%I64d %d %I64d", (INT64)5, 6, (INT64)7), "5 6 7", __LINE__);
    is(wsprintf(text, "%s %s", (char *)NULL, (char *)(LONG_PTR)-1), "(null) (null)", __LINE__);
    is(wsprintf(text, "100%%"), "100%", __LINE__);
    is(wsprintf(text, "%s", ""), "", __LINE__);
    memset(text, 'x', sizeof text);
    CHECK_NUMBER(wsprintf(text, "%2000d", 1), 1023);
    CHECK(text[1022] == ' ' && text[1023] == 0 && text[1024] == 'x');
    CHECK_NUMBER(wsprintf(NULL, "%d", 1), 0);
    CHECK_NUMBER(wsprintf(text, NULL), 0);

    /* A string that ends at the end of the memory. */
    end = (char *)(__builtin_wasm_memory_size(0) * 65536);
    memset(end - 8, 'x', 8);
    CHECK_NUMBER(lstrlen(end - 8), 0);
    CHECK(lstrcpy(text, end - 8) == NULL);
    CHECK(lstrcpy(end - 1, "ab") == NULL);
    memset(end - 8, 0, 8);
    CHECK_NUMBER(lstrlen("abc"), 3);
    CHECK_NUMBER(lstrlen(NULL), 0);
    CHECK(lstrcpy(small, "abc") == small && strcmp(small, "abc") == 0);
    CHECK(lstrcpy(NULL, "abc") == NULL && lstrcpy(small, NULL) == NULL);
    small[1] = 0;
    CHECK(lstrcat(small, "bc") == small && strcmp(small, "abc") == 0);
    CHECK(lstrcat(NULL, "abc") == NULL && lstrcat(small, NULL) == NULL);
    CHECK(lstrcpyn(small, "abcdef", 4) == small && strcmp(small, "abc") == 0);
    CHECK(lstrcpyn(small, "de", 4) == small && strcmp(small, "de") == 0);
    CHECK(lstrcpyn(small, "f", 1) == small && small[0] == 0 && lstrcpyn(small, "f", 0) == NULL);
    CHECK(lstrcpyn(NULL, "f", 2) == NULL && lstrcpyn(small, NULL, 2) == NULL);
    CHECK(lstrcmp("abc", "abc") == 0 && lstrcmp("a", "b") < 0 && lstrcmp("b", "a") > 0 && lstrcmp("a", "A") != 0);
    CHECK(lstrcmpi("aBc", "AbC") == 0 && lstrcmpi("a", "B") < 0 && lstrcmpi("B", "a") > 0);
    CHECK(lstrcmp(NULL, NULL) == 0 && lstrcmp(NULL, "") < 0 && lstrcmpi("", NULL) > 0);
    CHECK(stricmp("aB", "Ab") == 0 && _strnicmp("aBc", "Abd", 2) == 0 && strcmpi("a", "b") < 0);
    CHECK(_fmemcmp(_fstrcpy(small, "abc"), "abc", _fstrlen("abc") + 1) == 0);
    CopyMemory(small + 1, small, 2);
    CHECK(memcmp(small, "aab", 4) == 0);
    ZeroMemory(small, 2);
    CHECK(memcmp(small, "\0\0b", 4) == 0);

    /* S-S6: Winsock and Windows share the last error. */
    SetLastError(0xfedcba98);
    CHECK(GetLastError() == 0xfedcba98 && WSAGetLastError() == (int)0xfedcba98);
    WSASetLastError(5);
    CHECK_NUMBER(GetLastError(), 5);

    first = RegisterWindowMessage("first");
    CHECK(first >= 0xc000 && first <= 0xffff);
    CHECK_NUMBER(RegisterWindowMessage("FIRST"), first);
    CHECK(RegisterWindowMessage("second") != first);
    CHECK_NUMBER(RegisterWindowMessage(""), 0);
    CHECK_NUMBER(RegisterWindowMessage(NULL), 0);

    start = GetTickCount();
    Sleep(30);
    CHECK(GetTickCount() - start >= 29);
    Sleep(0);
    CHECK(GetModuleHandle(NULL) != NULL);
    CHECK(GetModuleHandle("other") == NULL);
    CHECK_NUMBER(GetLastError(), ERROR_MOD_NOT_FOUND);

    OutputDebugString("This is no failure, ");
    OutputDebugString(NULL);
    CHECK_NUMBER(MessageBox(NULL, "and this is none", "box", MB_YESNO | MB_DEFBUTTON2 | MB_ICONSTOP), IDNO);
    CHECK_NUMBER(MessageBox(NULL, NULL, NULL, MB_OK), IDOK);
    CHECK_NUMBER(MessageBox(NULL, "", "", 15), 0);
    CHECK_NUMBER(GetLastError(), ERROR_INVALID_MSGBOX_STYLE);
    CHECK_NUMBER(MessageBox((HWND)0x1234, "", "", MB_OK), 0);
    CHECK_NUMBER(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);

    InitializeCriticalSection(&section);
    EnterCriticalSection(&section);
    CHECK(TryEnterCriticalSection(&section));
    CHECK_NUMBER(section.RecursionCount, 2);
    LeaveCriticalSection(&section);
    LeaveCriticalSection(&section);
    CHECK_NUMBER(section.RecursionCount, 0);
    DeleteCriticalSection(&section);
    EnterCriticalSection(NULL);

    CHECK(MAKELONG(0x1234, 0x5678) == 0x56781234 && MAKEWORD(0x12, 0x34) == 0x3412);
    CHECK(LOWORD(0x56781234) == 0x1234 && HIWORD(0x56781234) == 0x5678);
    CHECK(LOBYTE(0x3412) == 0x12 && HIBYTE(0x3412) == 0x34);
    CHECK(MAKELPARAM(1, 0xffff) == (LPARAM)0xffff0001);
    return check_result();
}
