/* WinMain in place of main. Without arguments the command line is empty. */

#include "check.h"

int PASCAL WinMain(HINSTANCE instance, HINSTANCE previous, LPSTR command_line, int show)
{
    CHECK(instance != NULL && instance == GetModuleHandle(NULL));
    CHECK(previous == NULL);
    CHECK(strcmp(command_line, "") == 0);
    CHECK_NUMBER(show, SW_SHOWNORMAL);
    return check_result();
}
