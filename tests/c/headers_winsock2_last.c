/* winsock2.h after the C library's headers. */

#include <unistd.h>
#include <time.h>
#include <sys/types.h>
#if defined(__cplusplus) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 201112L)
/* The C library's own of these need C11. */
#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#endif
#include <string.h>
#include <stdio.h>
#include <errno.h>
#include <winsock2.h>

#include "both_sides.h"
