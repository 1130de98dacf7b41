/* The lookups of Windows Sockets 1.1. winsock2.h declares them: there is one implementation. */

#ifndef _WINSOCKAPI_
#define _WINSOCKAPI_

#include <winsock2.h>

#endif
