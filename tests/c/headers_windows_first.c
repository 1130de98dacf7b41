/* windows.h first, which includes winsock.h, and both again later. */

#include <windows.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <arpa/inet.h>
#include <winsock.h>
#include <netinet/in.h>
#include <sys/types.h>
#include <winsock2.h>
#include <windows.h>

#include "both_sides.h"
