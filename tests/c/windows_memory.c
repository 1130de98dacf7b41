/* Memory that a handle names: GlobalAlloc and its siblings. */

#include "check.h"
#include <windowsx.h>

static int is_zero(const char *start, size_t length)
{
    while (length > 0)
        if (start[--length] != 0)
            return 0;
    return 1;
}

int main(void)
{
    HGLOBAL memory = GlobalAlloc(GHND, 10);
    char *start = (char *)GlobalLock(memory);
    int i;

    require(start != NULL, "memory");
    CHECK(is_zero(start, 10) && GlobalSize(memory) >= 10);
    CHECK(GlobalHandle(start) == memory);
    CHECK(!GlobalUnlock(memory));

    /* What is new is zero, what was there stays. */
    for (i = 0; i < 100; i++) {
        memset(start, 'x', 10);
        memory = GlobalReAlloc(memory, 5, GMEM_MOVEABLE | GMEM_ZEROINIT);
        memory = GlobalReAlloc(memory, 10 + (SIZE_T)i * 100, GMEM_MOVEABLE | GMEM_ZEROINIT);
        start = (char *)GlobalLock(memory);
        require(start != NULL, "memory");
        CHECK(memcmp(start, "xxxxx", 5) == 0 && is_zero(start + 5, 5 + (size_t)i * 100));
    }
    CHECK(GlobalReAlloc(memory, 0, GMEM_MODIFY) == memory);
    CHECK(memcmp(start, "xxxxx", 5) == 0);
    CHECK(GlobalFree(memory) == NULL);

    /* Too much leaves what was there. */
    memory = LocalAlloc(LPTR, 4);
    require(memory != NULL, "memory");
    memcpy(LocalLock(memory), "abc", 4);
    SetLastError(NO_ERROR);
    CHECK(LocalReAlloc(memory, 0xfffffff0, LMEM_MOVEABLE) == NULL);
    CHECK_NUMBER(GetLastError(), ERROR_NOT_ENOUGH_MEMORY);
    CHECK(strcmp((char *)memory, "abc") == 0);
    CHECK(LocalFree(memory) == NULL);
    CHECK(GlobalAlloc(GPTR, 0xfffffff0) == NULL);
    CHECK(GlobalFree(NULL) == NULL);
    memory = GlobalAlloc(GMEM_MOVEABLE, 0);
    CHECK(memory != NULL && GlobalFree(memory) == NULL);

    start = (char *)GlobalAllocPtr(GHND, 8);
    require(start != NULL, "memory");
    CHECK(is_zero(start, 8));
    start = (char *)GlobalReAllocPtr(start, 800, GHND);
    require(start != NULL, "memory");
    CHECK(is_zero(start, 800));
    CHECK(!GlobalFreePtr(start));
    return check_result();
}
