/* The function by which the host allocates memory of the program. It is in C, because an object
 * file of Rust cannot name an export, and programs are linked without options. */

#include <stddef.h>

void *ws2_32_realloc(void *old, size_t old_size, size_t align, size_t size);

__attribute__((export_name("cabi_realloc"))) void *ws2_32_cabi_realloc(void *old, size_t old_size, size_t align,
                                                                       size_t size) {
    return ws2_32_realloc(old, old_size, align, size);
}
