/* wmain in place of main. */

#include "check.h"

int wmain(int argc, wchar_t **argv)
{
    CHECK_NUMBER(argc, 1);
    CHECK(argv[0] != NULL && argv[argc] == NULL);
    return check_result();
}
