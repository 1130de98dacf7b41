//! The function by which the host allocates memory of the program, for lists and strings.
//!
//! wit-bindgen has the same function, in an object that also refers to the constructors of the
//! program. If the C library leaves the constructors to the linker, as wasi-libc did until 2022,
//! that reference keeps them from being called.

use std::alloc::{Layout, alloc, handle_alloc_error, realloc};

unsafe extern "C" {
    fn ws2_32_cabi_realloc(old: *mut u8, old_size: usize, align: usize, size: usize) -> *mut u8;
}

type Realloc = unsafe extern "C" fn(*mut u8, usize, usize, usize) -> *mut u8;

/// The linker leaves out an export that no linked object refers to.
#[used]
static EXPORT: Realloc = ws2_32_cabi_realloc;

/// The `realloc` of the canonical ABI.
#[unsafe(no_mangle)]
unsafe extern "C" fn ws2_32_realloc(
    old: *mut u8,
    old_size: usize,
    align: usize,
    size: usize,
) -> *mut u8 {
    if size == 0 {
        return std::ptr::without_provenance_mut(align);
    }
    // SAFETY: the canonical ABI gives valid alignments and sizes, and `old` of an earlier call.
    let (new, layout) = unsafe {
        if old_size == 0 {
            let layout = Layout::from_size_align_unchecked(size, align);
            (alloc(layout), layout)
        } else {
            let layout = Layout::from_size_align_unchecked(old_size, align);
            (realloc(old, layout, size), layout)
        }
    };
    if new.is_null() {
        handle_alloc_error(layout);
    }
    new
}
