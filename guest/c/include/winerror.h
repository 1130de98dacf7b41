/* windows.h has the error numbers that exist here. */

#include <windows.h>
