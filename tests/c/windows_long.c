/* The data that a program keeps with a window. */

#include "check.h"

struct data {
    int number;
};

int main(void)
{
    static struct data data = {5};
    WNDCLASSA window_class;
    HWND window, other;
    int i;

    ZeroMemory(&window_class, sizeof window_class);
    window_class.lpfnWndProc = DefWindowProcA;
    window_class.cbWndExtra = 10;
    window_class.lpszClassName = "data";
    CHECK(RegisterClassA(&window_class) != 0);
    window = CreateWindowA("data", "", 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL);
    other = CreateWindowA("data", "", 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL);

    CHECK_NUMBER(GetWindowLongPtr(window, GWLP_USERDATA), 0);
    CHECK_NUMBER(SetWindowLongPtr(window, GWLP_USERDATA, (LONG_PTR)&data), 0);
    CHECK(((struct data *)GetWindowLongPtr(window, GWLP_USERDATA))->number == 5);
    CHECK((struct data *)SetWindowLong(window, GWL_USERDATA, -1) == &data);
    CHECK_NUMBER(GetWindowLong(window, GWL_USERDATA), -1);
    CHECK_NUMBER(GetWindowLong(other, GWL_USERDATA), 0);

    CHECK_NUMBER(SetWindowLong(window, 0, 0x04030201), 0);
    CHECK_NUMBER(SetWindowLong(window, 4, 0x08070605), 0);
    CHECK_NUMBER(GetWindowLong(window, 3), 0x07060504);
    CHECK_NUMBER(SetWindowLong(window, 6, -2), 0x0807);
    CHECK_NUMBER(GetWindowLong(window, 4), (LONG)0xfffe0605);
    CHECK_NUMBER(GetWindowLong(other, 0), 0);

    for (i = 0; i < 6; i++) {
        static const int outside[] = {7, 10, -1, -4, 0x7fffffff, -0x7fffffff};
        SetLastError(0);
        CHECK_NUMBER(SetWindowLong(window, outside[i], 1), 0);
        CHECK_NUMBER(GetLastError(), ERROR_INVALID_INDEX);
        SetLastError(0);
        CHECK_NUMBER(GetWindowLong(window, outside[i]), 0);
        CHECK_NUMBER(GetLastError(), ERROR_INVALID_INDEX);
    }
    CHECK(DestroyWindow(window));
    CHECK_NUMBER(GetWindowLong(window, GWL_USERDATA), 0);
    CHECK_NUMBER(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
    CHECK_NUMBER(SetWindowLong(NULL, 0, 1), 0);
    CHECK_NUMBER(GetLastError(), ERROR_INVALID_WINDOW_HANDLE);
    return check_result();
}
