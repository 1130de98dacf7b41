/* The part of Windows that a program needs for messages, without drawing, for WebAssembly.
 *
 * A program has one thread. Its windows are invisible, and there is no keyboard. The library has
 * nothing else of Windows. Narrow text is UTF-8, and WCHAR is wchar_t, which has 32 bits. */

#ifndef _WINDOWS_
#define _WINDOWS_

#include <windef.h>

#include <winbase.h>
#include <wingdi.h>
#include <winuser.h>

#ifndef WIN32_LEAN_AND_MEAN
#include <winsock.h>
#endif

#endif
