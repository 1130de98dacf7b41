//! What the host allocates the program's memory with, to put lists and strings there.
//!
//! wit-bindgen has the same, in an object that also refers to the program's constructors. Where the C library
//! leaves these to the linker, as wasi-libc did until 2022, they would then not be called.

use std::alloc::{Layout, alloc, handle_alloc_error, realloc};

unsafe extern "C" {
    fn ws2_32_cabi_realloc(old: *mut u8, old_size: usize, align: usize, size: usize) -> *mut u8;
}

type Realloc = unsafe extern "C" fn(*mut u8, usize, usize, usize) -> *mut u8;

/// Without a reference from an object that is linked, the linker would leave the export out.
#[used]
static EXPORT: Realloc = ws2_32_cabi_realloc;

/// The canonical ABI's `realloc`.
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
    // SAFETY: the canonical ABI has valid alignments and sizes, and `old` from an earlier call.
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
