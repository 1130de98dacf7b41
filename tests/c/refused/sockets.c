/* A call of a socket does not compile, and the message says what to do. clang checks the errors of
 * this file against the comments. */

#include <winsock2.h>

void sockets(void) {
    struct sockaddr *name = 0;
    socklen_t *length = 0;
    char *bytes = 0;
    u_long *number = 0;

    (void)socket(AF_INET, SOCK_STREAM, 0); /* expected-error {{leave the call out}} */
    (void)connect(1, name, 16); /* expected-error {{leave the call out}} */
    (void)bind(1, name, 16); /* expected-error {{leave the call out}} */
    (void)listen(1, 5); /* expected-error {{leave the call out}} */
    (void)accept(1, name, length); /* expected-error {{leave the call out}} */
    (void)send(1, bytes, 0, 0); /* expected-error {{leave the call out}} */
    (void)recv(1, bytes, 0, 0); /* expected-error {{leave the call out}} */
    (void)sendto(1, bytes, 0, 0, name, 16); /* expected-error {{leave the call out}} */
    (void)recvfrom(1, bytes, 0, 0, name, length); /* expected-error {{leave the call out}} */
    (void)shutdown(1, 1); /* expected-error {{leave the call out}} */
    (void)getsockopt(1, 0, 0, bytes, length); /* expected-error {{leave the call out}} */
    (void)setsockopt(1, 0, 0, bytes, 0); /* expected-error {{leave the call out}} */
    (void)getpeername(1, name, length); /* expected-error {{leave the call out}} */
    (void)getsockname(1, name, length); /* expected-error {{leave the call out}} */
    (void)select(0, 0, 0, 0, 0); /* expected-error {{leave the call out}} */
    (void)closesocket(1); /* expected-error {{leave the call out}} */
    (void)ioctlsocket(1, 0, number); /* expected-error {{leave the call out}} */
    (void)WSAAsyncSelect(1, 0, 0, 0); /* expected-error {{leave the call out}} */
}
/* expected-note@* 18 {{has been explicitly marked unavailable here}} */
