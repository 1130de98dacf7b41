/* Text that is wide with UNICODE or _UNICODE, and narrow without. */

#ifndef _TCHAR_H_
#define _TCHAR_H_

#if defined(_UNICODE) && !defined(UNICODE)
#define UNICODE
#endif
#if defined(UNICODE) && !defined(_UNICODE)
#define _UNICODE
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <windows.h>

#define _T(text) __TEXT(text)
#define _TEXT(text) __TEXT(text)

typedef TCHAR _TCHAR;

#ifdef _UNICODE
#define _tmain wmain
#define _tWinMain wWinMain
#define _fgetts fgetws
#define _fputts fputws
#define _ftprintf fwprintf
#define _putts(text) wprintf(L"%ls\n", text)
#define _tcscat wcscat
#define _tcschr wcschr
#define _tcscmp wcscmp
#define _tcscpy wcscpy
#define _tcslen wcslen
#define _tcsncmp wcsncmp
#define _tcsncpy wcsncpy
#define _tcsrchr wcsrchr
#define _tcsstr wcsstr
#define _tcstol wcstol
#define _tcstoul wcstoul
#define _tprintf wprintf
#else
#define _tmain main
#define _tWinMain WinMain
#define _fgetts fgets
#define _fputts fputs
#define _ftprintf fprintf
#define _putts puts
#define _tcscat strcat
#define _tcschr strchr
#define _tcscmp strcmp
#define _tcscpy strcpy
#define _tcslen strlen
#define _tcsncmp strncmp
#define _tcsncpy strncpy
#define _tcsrchr strrchr
#define _tcsstr strstr
#define _tcstol strtol
#define _tcstoul strtoul
#define _tprintf printf
#endif

#endif
