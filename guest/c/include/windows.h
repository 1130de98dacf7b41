/* The part of Windows that a message-driven program without drawing needs, for WebAssembly.
 *
 * A program has one thread, and nobody to see its windows or press its keys. What is not here is not there. Narrow text
 * is UTF-8, and WCHAR is wchar_t, of 32 bits. */

#ifndef _WINDOWS_
#define _WINDOWS_

#include <windef.h>

#include <winbase.h>
#include <winuser.h>

#ifndef WIN32_LEAN_AND_MEAN
#include <winsock.h>
#endif

#endif
