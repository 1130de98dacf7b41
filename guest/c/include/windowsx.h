/* Macros over windows.h: memory, and messages taken apart for handlers. */

#ifndef _INC_WINDOWSX
#define _INC_WINDOWSX

#include <windows.h>

/* Memory by its address */

#define GlobalPtrHandle(start) GlobalHandle(start)
#define GlobalAllocPtr(flags, bytes) GlobalLock(GlobalAlloc((flags), (bytes)))
#define GlobalReAllocPtr(start, bytes, flags) GlobalLock(GlobalReAlloc(GlobalHandle(start), (bytes), (flags)))
#define GlobalFreePtr(start) ((BOOL)(LONG_PTR)GlobalFree(GlobalHandle(start)))

/* The parts of WM_COMMAND and of positions */

#define GET_WM_COMMAND_ID(wparam, lparam) ((int)LOWORD(wparam))
#define GET_WM_COMMAND_HWND(wparam, lparam) ((HWND)(lparam))
#define GET_WM_COMMAND_CMD(wparam, lparam) ((UINT)HIWORD(wparam))
#define GET_X_LPARAM(lparam) ((int)(short)LOWORD(lparam))
#define GET_Y_LPARAM(lparam) ((int)(short)HIWORD(lparam))

/* HANDLE_MSG is a case of a window procedure whose parameters are named wParam and lParam. */

#define HANDLE_MSG(window, message, handler)                                                                           \
    case (message):                                                                                                    \
        return HANDLE_##message((window), (wParam), (lParam), (handler))
#define HANDLE_WM_CREATE(window, wparam, lparam, handler)                                                              \
    ((handler)((window), (LPCREATESTRUCT)(lparam)) ? (LRESULT)0 : (LRESULT)-1)
#define HANDLE_WM_DESTROY(window, wparam, lparam, handler) ((handler)(window), (LRESULT)0)
#define HANDLE_WM_CLOSE(window, wparam, lparam, handler) ((handler)(window), (LRESULT)0)
#define HANDLE_WM_TIMER(window, wparam, lparam, handler) ((handler)((window), (UINT)(wparam)), (LRESULT)0)
#define HANDLE_WM_COMMAND(window, wparam, lparam, handler)                                                             \
    ((handler)((window), GET_WM_COMMAND_ID(wparam, lparam), GET_WM_COMMAND_HWND(wparam, lparam),                       \
               GET_WM_COMMAND_CMD(wparam, lparam)),                                                                    \
     (LRESULT)0)

#endif
