/* The smallest program: start-up and clean-up. */

#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif
int WSAStartup(unsigned short version, void *data);
int WSACleanup(void);
#ifdef __cplusplus
}
#endif

int main(void) {
    unsigned short data[200];

    /* S-S1: start-up returns 0, and grants the requested version. */
    if (WSAStartup(0x0101, data) != 0 || data[0] != 0x0101) {
        fputs("WSAStartup failed\n", stderr);
        return 1;
    }
    if (WSACleanup() != 0) {
        fputs("WSACleanup failed\n", stderr);
        return 1;
    }
    return 0;
}
