/* Windows Sockets 1.1, the lookups. There is one implementation and one header, winsock2.h. */

#ifndef _WINSOCKAPI_
#define _WINSOCKAPI_

#include <winsock2.h>

#endif
