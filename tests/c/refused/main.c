/* A main without a status does not compile: it would trap at its call. clang checks the error of
 * this file against the comment. */

#include <windows.h>

void main(int argc, char **argv) { /* expected-error {{'int'}} */
    (void)argc;
    (void)argv;
}
