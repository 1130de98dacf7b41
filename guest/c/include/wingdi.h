/* Nothing is drawn. Programs include windows.h. */

#ifndef _WINGDI_
#define _WINGDI_

#include <windef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WHITE_BRUSH 0
#define LTGRAY_BRUSH 1
#define GRAY_BRUSH 2
#define DKGRAY_BRUSH 3
#define BLACK_BRUSH 4
#define NULL_BRUSH 5
#define HOLLOW_BRUSH NULL_BRUSH

/* There are no brushes. NULL is what a class without a background has. */
static __inline__ __attribute__((unused)) HGDIOBJ WINAPI GetStockObject(int i) {
    (void)i;
    return NULL;
}

#ifdef __cplusplus
}
#endif

#endif
