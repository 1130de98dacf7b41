/* winsock.h, and then windows.h, among the C library's headers. */

#if defined(__cplusplus) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L)
/* The C library's own of these need C11. */
#include <sys/socket.h>
#endif
#include <string.h>
#include <winsock.h>
#include <netinet/in.h>
#include <errno.h>
#include <windows.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "both_sides.h"
