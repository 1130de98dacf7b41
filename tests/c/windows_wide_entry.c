/* wWinMain in place of WinMain and main. */

#include "check.h"

int PASCAL wWinMain(HINSTANCE instance, HINSTANCE previous, LPWSTR command_line, int show)
{
    CHECK(instance != NULL && instance == GetModuleHandleW(NULL));
    CHECK(previous == NULL);
    CHECK(command_line[0] == 0);
    CHECK_NUMBER(show, SW_SHOWNORMAL);
    return check_result();
}
