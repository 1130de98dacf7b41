/* Base types, and the words that declarations use. Programs include windows.h. */

#ifndef _WINDEF_
#define _WINDEF_

#ifndef __wasm32__
#error "these headers are for wasm32"
#endif

#include <stdarg.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Calling conventions: there is only one */

#define FAR
#define NEAR
#define PASCAL
#define CDECL
#define CALLBACK
#define WINAPI
#define WINAPIV
#define APIENTRY WINAPI
#define APIPRIVATE WINAPI
#define WINBASEAPI
#define WINUSERAPI
#define CONST const
#define WINGDIAPI
#define WINADVAPI
#define DECLSPEC_IMPORT
#define IN
#define OUT
#define OPTIONAL
/* With -fms-extensions, clang has its own of these words. */
#ifndef _MSC_EXTENSIONS
#undef __stdcall
#undef __cdecl
#undef __fastcall
#undef __export
#define __stdcall
#define __cdecl
#define __fastcall
#define _stdcall
#define _cdecl
#define _fastcall
#define __pascal
#define _pascal
#define __far
#define __near
#define _far
#define _near
#define __huge
#define _huge
#define __export
#define _export
#define __loadds
#define _loadds
#define __int8 char
#define __int16 short
#define __int32 int
#define __int64 long long
#define __forceinline static __inline__ __attribute__((always_inline))
#endif
#ifndef cdecl
#define cdecl
#endif
#ifndef pascal
#define pascal
#endif
#ifndef far
#define far
#endif
#ifndef near
#define near
#endif
#ifndef huge
#define huge
#endif
#ifndef _cdecl
#define _cdecl
#endif

/* Base types */

#ifndef VOID
#define VOID void
#endif
#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif

/* C++ has functions with these names. */
#if !defined(__cplusplus) && !defined(NOMINMAX)
#ifndef min
#define min(a, b) ((a) < (b) ? (a) : (b))
#endif
#ifndef max
#define max(a, b) ((a) > (b) ? (a) : (b))
#endif
#endif

#define MAX_PATH 260

typedef char CHAR, CCHAR;
typedef short SHORT;
typedef int INT;
typedef long LONG;
typedef int BOOL;
typedef unsigned char UCHAR, BYTE, BOOLEAN;
typedef unsigned short USHORT, WORD, ATOM, LANGID;
typedef unsigned int UINT;
typedef unsigned long ULONG, DWORD, COLORREF;
typedef float FLOAT;
typedef wchar_t WCHAR;
__extension__ typedef long long LONGLONG;
__extension__ typedef unsigned long long ULONGLONG, DWORDLONG;
__extension__ typedef long long INT64;
__extension__ typedef unsigned long long UINT64, DWORD64;
typedef int INT32;
typedef unsigned int UINT32;
typedef int LONG32;
typedef unsigned int ULONG32;
__extension__ typedef long long LONG64;
__extension__ typedef unsigned long long ULONG64;
typedef signed char INT8;
typedef unsigned char UINT8;
typedef short INT16;
typedef unsigned short UINT16;
typedef unsigned long DWORD32;

typedef int INT_PTR;
typedef unsigned int UINT_PTR;
typedef long LONG_PTR;
typedef unsigned long ULONG_PTR, DWORD_PTR;
typedef ULONG_PTR SIZE_T, *PSIZE_T;
typedef LONG_PTR SSIZE_T;

typedef void *PVOID, FAR *LPVOID;
typedef CONST void FAR *LPCVOID;
typedef CHAR *PCHAR, *PSTR, *NPSTR, FAR *LPSTR;
typedef CONST CHAR *PCSTR, FAR *LPCSTR;
typedef WCHAR *PWCHAR, *PWSTR, *NWPSTR, FAR *LPWSTR;
typedef CONST WCHAR *PCWSTR, FAR *LPCWSTR;
typedef BYTE *PBYTE, FAR *LPBYTE;
typedef SHORT *PSHORT;
typedef INT *PINT, FAR *LPINT;
typedef LONG *PLONG, FAR *LPLONG;
typedef BOOL *PBOOL, FAR *LPBOOL;
typedef UCHAR *PUCHAR;
typedef USHORT *PUSHORT;
typedef WORD *PWORD, FAR *LPWORD;
typedef UINT *PUINT, FAR *LPUINT;
typedef ULONG *PULONG;
typedef DWORD *PDWORD, FAR *LPDWORD;

typedef UINT WPARAM;
typedef LONG LPARAM;
typedef LONG LRESULT;
typedef LONG HRESULT;

#ifdef UNICODE
typedef WCHAR TCHAR, *PTCHAR;
typedef LPWSTR PTSTR, LPTSTR;
typedef LPCWSTR PCTSTR, LPCTSTR;
#define __TEXT(quote) L##quote
#else
typedef CHAR TCHAR, *PTCHAR;
typedef LPSTR PTSTR, LPTSTR;
typedef LPCSTR PCTSTR, LPCTSTR;
#define __TEXT(quote) quote
#endif
#define TEXT(quote) __TEXT(quote)

/* A handle is a small number. It is a pointer only so that the compiler tells the kinds apart. */

typedef void *HANDLE;
typedef HANDLE *PHANDLE, FAR *LPHANDLE;
#ifdef NO_STRICT
#define DECLARE_HANDLE(name) typedef HANDLE name
#else
#define DECLARE_HANDLE(name)                                                                                           \
    struct name##__ {                                                                                                  \
        int unused;                                                                                                    \
    };                                                                                                                 \
    typedef struct name##__ *name
#endif
DECLARE_HANDLE(HWND);
DECLARE_HANDLE(HINSTANCE);
DECLARE_HANDLE(HICON);
DECLARE_HANDLE(HBRUSH);
DECLARE_HANDLE(HMENU);
DECLARE_HANDLE(HDC);
DECLARE_HANDLE(HFONT);
DECLARE_HANDLE(HPEN);
DECLARE_HANDLE(HBITMAP);
DECLARE_HANDLE(HPALETTE);
DECLARE_HANDLE(HRGN);
DECLARE_HANDLE(HRSRC);
DECLARE_HANDLE(HACCEL);
DECLARE_HANDLE(HKEY);
typedef HINSTANCE HMODULE;
typedef HICON HCURSOR;
typedef HANDLE HTASK;
typedef HANDLE HGLOBAL;
typedef HANDLE HLOCAL;
typedef HANDLE GLOBALHANDLE;
typedef HANDLE LOCALHANDLE;
typedef HANDLE HGDIOBJ;
typedef int HFILE;
#define INVALID_HANDLE_VALUE ((HANDLE)(LONG_PTR)-1)

typedef INT_PTR(WINAPI *FARPROC)(void);
typedef INT_PTR(WINAPI *PROC)(void);
typedef INT_PTR(WINAPI *NEARPROC)(void);
typedef INT_PTR(CALLBACK *DLGPROC)(HWND, UINT, WPARAM, LPARAM);
typedef BOOL(CALLBACK *WNDENUMPROC)(HWND, LPARAM);
typedef LRESULT(CALLBACK *WNDPROC)(HWND, UINT, WPARAM, LPARAM);
typedef VOID(CALLBACK *TIMERPROC)(HWND, UINT, UINT_PTR, DWORD);

/* Points and rectangles */

typedef struct tagPOINT {
    LONG x;
    LONG y;
} POINT, *PPOINT, NEAR *NPPOINT, FAR *LPPOINT;

typedef struct tagSIZE {
    LONG cx;
    LONG cy;
} SIZE, *PSIZE, FAR *LPSIZE;

typedef struct tagRECT {
    LONG left;
    LONG top;
    LONG right;
    LONG bottom;
} RECT, *PRECT, NEAR *NPRECT, FAR *LPRECT;
typedef CONST RECT FAR *LPCRECT;

#define RGB(red, green, blue) ((COLORREF)((BYTE)(red) | (WORD)(BYTE)(green) << 8 | (DWORD)(BYTE)(blue) << 16))

/* Times */

typedef struct _FILETIME {
    DWORD dwLowDateTime;
    DWORD dwHighDateTime;
} FILETIME, *PFILETIME, FAR *LPFILETIME;

typedef struct _SYSTEMTIME {
    WORD wYear;
    WORD wMonth;
    WORD wDayOfWeek;
    WORD wDay;
    WORD wHour;
    WORD wMinute;
    WORD wSecond;
    WORD wMilliseconds;
} SYSTEMTIME, *PSYSTEMTIME, FAR *LPSYSTEMTIME;

typedef union _LARGE_INTEGER {
    __extension__ struct {
        DWORD LowPart;
        LONG HighPart;
    };
    struct {
        DWORD LowPart;
        LONG HighPart;
    } u;
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

/* Numbers and their parts */

#define MAKEWORD(low, high) ((WORD)((BYTE)((DWORD_PTR)(low)&0xff) | (WORD)((BYTE)((DWORD_PTR)(high)&0xff)) << 8))
#define MAKELONG(low, high)                                                                                            \
    ((LONG)((DWORD)(WORD)((DWORD_PTR)(low)&0xffff) | (DWORD)(WORD)((DWORD_PTR)(high)&0xffff) << 16))
#define LOWORD(number) ((WORD)((DWORD_PTR)(number)&0xffff))
#define HIWORD(number) ((WORD)((DWORD_PTR)(number) >> 16 & 0xffff))
#define LOBYTE(number) ((BYTE)((DWORD_PTR)(number)&0xff))
#define HIBYTE(number) ((BYTE)((DWORD_PTR)(number) >> 8 & 0xff))
#define MAKEWPARAM(low, high) ((WPARAM)(DWORD)MAKELONG(low, high))
#define MAKELPARAM(low, high) ((LPARAM)(DWORD)MAKELONG(low, high))
#define MAKELRESULT(low, high) ((LRESULT)(DWORD)MAKELONG(low, high))
#define UNREFERENCED_PARAMETER(parameter) ((void)(parameter))
#define DBG_UNREFERENCED_PARAMETER(parameter) ((void)(parameter))

#ifdef __cplusplus
}
#endif

/* The layouts that the library reads and writes. A wrong one makes an array of -1 elements, which
 * is an error. */
typedef char ws2_32_long_is_4_bytes[sizeof(LONG) == 4 && sizeof(LPARAM) == 4 && sizeof(HWND) == 4 ? 1 : -1];
typedef char ws2_32_wchar_is_4_bytes[sizeof(WCHAR) == 4 ? 1 : -1];

#endif
