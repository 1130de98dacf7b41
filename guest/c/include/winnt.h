/* windef.h has the base types. */

#include <windef.h>
