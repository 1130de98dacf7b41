/* Errors, time, critical sections and text. Programs include windows.h. */

#ifndef _WINBASE_
#define _WINBASE_

#include <string.h>

#include <windef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Errors */

#define NO_ERROR 0L
#define ERROR_SUCCESS 0L
#define ERROR_NOT_ENOUGH_MEMORY 8L
#define ERROR_INVALID_PARAMETER 87L
#define ERROR_MOD_NOT_FOUND 126L
#define ERROR_NOACCESS 998L
#define ERROR_POSSIBLE_DEADLOCK 1131L
#define ERROR_INVALID_WINDOW_HANDLE 1400L
#define ERROR_TLW_WITH_WSCHILD 1406L
#define ERROR_CANNOT_FIND_WND_CLASS 1407L
#define ERROR_CLASS_ALREADY_EXISTS 1410L
#define ERROR_CLASS_DOES_NOT_EXIST 1411L
#define ERROR_CLASS_HAS_WINDOWS 1412L
#define ERROR_INVALID_INDEX 1413L
#define ERROR_INVALID_MSGBOX_STYLE 1438L
#define ERROR_INVALID_THREAD_ID 1444L
#define ERROR_NOT_ENOUGH_QUOTA 1816L

/* Winsock has the same last error. */
DWORD WINAPI GetLastError(VOID);
VOID WINAPI SetLastError(DWORD dwErrCode);

/* The system */

#define INFINITE 0xFFFFFFFFUL

DWORD WINAPI GetCurrentThreadId(VOID);
DWORD WINAPI GetTickCount(VOID);
VOID WINAPI Sleep(DWORD dwMilliseconds);
HMODULE WINAPI GetModuleHandleA(LPCSTR lpModuleName); /* NULL is the program; no other */
HMODULE WINAPI GetModuleHandleW(LPCWSTR lpModuleName);
VOID WINAPI OutputDebugStringA(LPCSTR lpOutputString); /* to standard error */
VOID WINAPI OutputDebugStringW(LPCWSTR lpOutputString);

typedef struct _RTL_CRITICAL_SECTION {
    PVOID DebugInfo;
    LONG LockCount;
    LONG RecursionCount;
    HANDLE OwningThread;
    HANDLE LockSemaphore;
    ULONG_PTR SpinCount;
} CRITICAL_SECTION, *PCRITICAL_SECTION, FAR *LPCRITICAL_SECTION;

VOID WINAPI InitializeCriticalSection(LPCRITICAL_SECTION lpCriticalSection);
VOID WINAPI EnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection);
BOOL WINAPI TryEnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection);
VOID WINAPI LeaveCriticalSection(LPCRITICAL_SECTION lpCriticalSection);
VOID WINAPI DeleteCriticalSection(LPCRITICAL_SECTION lpCriticalSection);

/* Text and memory */

#define ZeroMemory(destination, length) ((void)memset((destination), 0, (length)))
#define CopyMemory(destination, source, length) ((void)memmove((destination), (source), (length)))

LPSTR WINAPI lstrcpyA(LPSTR lpString1, LPCSTR lpString2);
LPWSTR WINAPI lstrcpyW(LPWSTR lpString1, LPCWSTR lpString2);
int WINAPI lstrlenA(LPCSTR lpString);
int WINAPI lstrlenW(LPCWSTR lpString);

/* These write at most 1024 characters, with the null. There is no floating point. */
int WINAPI wvsprintfA(LPSTR lpOutput, LPCSTR lpFormat, va_list arglist);
int WINAPI wvsprintfW(LPWSTR lpOutput, LPCWSTR lpFormat, va_list arglist);

static __inline__ __attribute__((unused)) int WINAPIV wsprintfA(LPSTR lpOutput, LPCSTR lpFormat, ...) {
    va_list arguments;
    int length;
    va_start(arguments, lpFormat);
    length = wvsprintfA(lpOutput, lpFormat, arguments);
    va_end(arguments);
    return length;
}

static __inline__ __attribute__((unused)) int WINAPIV wsprintfW(LPWSTR lpOutput, LPCWSTR lpFormat, ...) {
    va_list arguments;
    int length;
    va_start(arguments, lpFormat);
    length = wvsprintfW(lpOutput, lpFormat, arguments);
    va_end(arguments);
    return length;
}

#define FillMemory(destination, length, fill) ((void)memset((destination), (fill), (length)))
#define MoveMemory CopyMemory

/* The entry of a program without main is WinMain, without WinMain it is wWinMain, and without
 * wWinMain it is wmain. The string lpCmdLine has the arguments, quoted where they have blanks. */
int PASCAL WinMain(HINSTANCE hInstance, HINSTANCE hPrevInstance, LPSTR lpCmdLine, int nShowCmd);
int PASCAL wWinMain(HINSTANCE hInstance, HINSTANCE hPrevInstance, LPWSTR lpCmdLine, int nShowCmd);

/* A main without a status links, and traps at its call, so it does not compile. */
#pragma clang diagnostic error "-Wmain-return-type"

int wmain(int argc, WCHAR **argv);
/* The linker knows a function by its name alone, so a wmain with other parameters has another. */
#if defined(__cplusplus) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L)
int ws2_32_wmain_void(void);
int ws2_32_wmain_environment(int argc, WCHAR **argv, WCHAR **envp);
#define ws2_32_wmain_of(first, second, third, name, ...) name
#define wmain(...) ws2_32_wmain_of(__VA_ARGS__, ws2_32_wmain_environment, wmain, ws2_32_wmain_void, )(__VA_ARGS__)
#endif

/* The names without A and W */

#ifdef UNICODE
#define GetModuleHandle GetModuleHandleW
#define OutputDebugString OutputDebugStringW
#define lstrcpy lstrcpyW
#define lstrlen lstrlenW
#define wsprintf wsprintfW
#define wvsprintf wvsprintfW
#else
#define GetModuleHandle GetModuleHandleA
#define OutputDebugString OutputDebugStringA
#define lstrcpy lstrcpyA
#define lstrlen lstrlenA
#define wsprintf wsprintfA
#define wvsprintf wvsprintfA
#endif

#ifdef __cplusplus
}
#endif

/* The layouts that the library reads and writes. A wrong one makes an array of -1 elements, which
 * is an error. */
typedef char ws2_32_critical_section_is_24_bytes[sizeof(CRITICAL_SECTION) == 24 ? 1 : -1];

#endif
