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
/* A function needs no instance of the program. */
#define MakeProcInstance(function, instance) ((FARPROC)(function))
#define FreeProcInstance(function) ((void)(function))

VOID WINAPI ExitProcess(UINT uExitCode) __asm__("exit") __attribute__((noreturn)); /* is exit */

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

static __inline__ __attribute__((unused)) LPSTR WINAPI lstrcatA(LPSTR lpString1, LPCSTR lpString2) {
    return lstrcpyA(lpString1 + lstrlenA(lpString1), lpString2) ? lpString1 : NULL;
}

static __inline__ __attribute__((unused)) LPWSTR WINAPI lstrcatW(LPWSTR lpString1, LPCWSTR lpString2) {
    return lstrcpyW(lpString1 + lstrlenW(lpString1), lpString2) ? lpString1 : NULL;
}

/* Copies at most iMaxLength characters, with the null. */
#define WS2_32_COPY(name, text, constant_text, length_of)                                                              \
    static __inline__ __attribute__((unused)) text WINAPI name(text lpString1, constant_text lpString2,                \
                                                               int iMaxLength) {                                       \
        int length = length_of(lpString2);                                                                             \
        if (!lpString1 || !lpString2 || iMaxLength <= 0)                                                               \
            return NULL;                                                                                               \
        length = length < iMaxLength ? length : iMaxLength - 1;                                                        \
        memmove(lpString1, lpString2, (size_t)length * sizeof *lpString1);                                             \
        lpString1[length] = 0;                                                                                         \
        return lpString1;                                                                                              \
    }
WS2_32_COPY(lstrcpynA, LPSTR, LPCSTR, lstrlenA)
WS2_32_COPY(lstrcpynW, LPWSTR, LPCWSTR, lstrlenW)
#undef WS2_32_COPY

/* The C library declares some of these for some standards only. */
int strcasecmp(const char *one, const char *other);
int strncasecmp(const char *one, const char *other, size_t length);
int wcscmp(const wchar_t *one, const wchar_t *other);
int wcscasecmp(const wchar_t *one, const wchar_t *other);
size_t malloc_usable_size(void *start);

/* These compare the numbers of characters, and know no language. In narrow text, the functions
 * without case fold the letters of ASCII only. NULL is the least. */
#define WS2_32_COMPARE(name, text, compare)                                                                            \
    static __inline__ __attribute__((unused)) int WINAPI name(text lpString1, text lpString2) {                        \
        if (!lpString1 || !lpString2)                                                                                  \
            return (lpString1 != NULL) - (lpString2 != NULL);                                                          \
        return compare(lpString1, lpString2);                                                                          \
    }
WS2_32_COMPARE(lstrcmpA, LPCSTR, strcmp)
WS2_32_COMPARE(lstrcmpW, LPCWSTR, wcscmp)
WS2_32_COMPARE(lstrcmpiA, LPCSTR, strcasecmp)
WS2_32_COMPARE(lstrcmpiW, LPCWSTR, wcscasecmp)
#undef WS2_32_COMPARE

/* The C library of Windows has these names too. */
#ifndef stricmp
#define stricmp strcasecmp
#define strcmpi strcasecmp
#define strnicmp strncasecmp
#endif
#define _stricmp strcasecmp
#define _strcmpi strcasecmp
#define _strnicmp strncasecmp
#define _fmemcmp memcmp
#define _fmemcpy memcpy
#define _fmemmove memmove
#define _fmemset memset
#define _fstrcat strcat
#define _fstrchr strchr
#define _fstrcmp strcmp
#define _fstrcpy strcpy
#define _fstricmp strcasecmp
#define _fstrlen strlen
#define _fstrncpy strncpy
#define _fstrrchr strrchr
#define _fstrstr strstr

/* Memory that a handle names. Nothing moves: the handle is the address, and locks are not counted.
 * All new memory is zero, and the size may be larger than asked. */

#define GMEM_FIXED 0x0000
#define GMEM_MOVEABLE 0x0002
#define GMEM_NOCOMPACT 0x0010
#define GMEM_NODISCARD 0x0020
#define GMEM_ZEROINIT 0x0040
#define GMEM_MODIFY 0x0080
#define GMEM_DISCARDABLE 0x0100
#define GMEM_SHARE 0x2000
#define GMEM_DDESHARE 0x2000
#define GHND (GMEM_MOVEABLE | GMEM_ZEROINIT)
#define GPTR (GMEM_FIXED | GMEM_ZEROINIT)

static __inline__ __attribute__((unused)) SIZE_T WINAPI GlobalSize(HGLOBAL hMem) {
    return (SIZE_T)malloc_usable_size(hMem);
}

static __inline__ __attribute__((unused)) HGLOBAL WINAPI GlobalReAlloc(HGLOBAL hMem, SIZE_T dwBytes, UINT uFlags) {
    SIZE_T old = GlobalSize(hMem), kept = old < dwBytes ? old : dwBytes;
    HGLOBAL memory = hMem;
    if (!(uFlags & GMEM_MODIFY)) {
        memory = __builtin_realloc(hMem, dwBytes ? dwBytes : 1);
        if (memory)
            memset((char *)memory + kept, 0, GlobalSize(memory) - kept);
        else
            SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    }
    return memory;
}

static __inline__ __attribute__((unused)) HGLOBAL WINAPI GlobalAlloc(UINT uFlags, SIZE_T dwBytes) {
    return GlobalReAlloc(NULL, dwBytes, uFlags & ~(UINT)GMEM_MODIFY);
}

static __inline__ __attribute__((unused)) HGLOBAL WINAPI GlobalFree(HGLOBAL hMem) {
    __builtin_free(hMem);
    return NULL;
}

static __inline__ __attribute__((unused)) LPVOID WINAPI GlobalLock(HGLOBAL hMem) {
    return hMem;
}

/* FALSE: no lock is left. The last error, which is Winsock's too, stays. */
static __inline__ __attribute__((unused)) BOOL WINAPI GlobalUnlock(HGLOBAL hMem) {
    (void)hMem;
    return FALSE;
}

static __inline__ __attribute__((unused)) HGLOBAL WINAPI GlobalHandle(LPCVOID pMem) {
    return (HGLOBAL)pMem;
}

#define LMEM_FIXED GMEM_FIXED
#define LMEM_MOVEABLE GMEM_MOVEABLE
#define LMEM_ZEROINIT GMEM_ZEROINIT
#define LMEM_MODIFY GMEM_MODIFY
#define LHND GHND
#define LPTR GPTR
#define LocalAlloc GlobalAlloc
#define LocalReAlloc GlobalReAlloc
#define LocalFree GlobalFree
#define LocalLock GlobalLock
#define LocalUnlock GlobalUnlock
#define LocalHandle GlobalHandle
#define LocalSize GlobalSize

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
#define lstrcat lstrcatW
#define lstrcmp lstrcmpW
#define lstrcmpi lstrcmpiW
#define lstrcpy lstrcpyW
#define lstrcpyn lstrcpynW
#define lstrlen lstrlenW
#define wsprintf wsprintfW
#define wvsprintf wvsprintfW
#else
#define GetModuleHandle GetModuleHandleA
#define OutputDebugString OutputDebugStringA
#define lstrcat lstrcatA
#define lstrcmp lstrcmpA
#define lstrcmpi lstrcmpiA
#define lstrcpy lstrcpyA
#define lstrcpyn lstrcpynA
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
