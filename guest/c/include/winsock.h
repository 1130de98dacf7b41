/* The lookups of Windows Sockets 1.1. They are those of winsock2.h: there is one implementation. */

#ifndef _WINSOCKAPI_
#define _WINSOCKAPI_

#include <winsock2.h>

#endif
