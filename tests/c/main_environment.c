/* A main with three parameters. */

#include "check.h"

int main(int argc, char **argv, char **environment)
{
    CHECK_NUMBER(argc, 1);
    CHECK(argv[0] != NULL && argv[argc] == NULL);
    CHECK(environment != NULL && environment[0] == NULL);
    return check_result();
}
