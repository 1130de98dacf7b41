/* windows.h without winsock.h, and winsock2.h after it, as in later programs. */

#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#if defined(__cplusplus) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L)
/* The C library's own of these need C11. */
#include <arpa/inet.h>
#endif
#include <winsock.h>
#include <netinet/in.h>
#include <sys/types.h>
#include <winsock2.h>
#include <windows.h>

#include "both_sides.h"
