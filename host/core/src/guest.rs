//! What the calls need of a runtime.

use crate::ctx::WinsockCtx;

/// The names of the export by which the host allocates memory of the guest, in the order to look
/// for them.
///
/// wit-bindgen and `libws2_32.a` export the second. A guest whose runtime must not run before
/// `_start`, such as Go's, exports the first. Both have the type `(i32 i32 i32 i32) -> i32`.
pub const REALLOC: [&str; 2] = ["cabi_import_realloc", "cabi_realloc"];

/// The most bytes of an argument: 128 MiB, as wasmtime has it by default. A guest that passes more
/// traps.
pub const MAX_ARGUMENT_BYTES: u32 = 1 << 27;

/// A guest while it calls an import: its context, its linear memory, and its allocator.
///
/// The memory is a 32-bit one. The calls check addresses before they read or write.
pub trait Guest {
    /// The runtime's error, such as a trap in the guest's allocator.
    type Error;

    /// The guest's context.
    fn ctx(&mut self) -> &mut WinsockCtx;

    /// The size of the memory in bytes, which may grow in [`allocate`](Self::allocate).
    fn memory_bytes(&mut self) -> u64;

    /// Copies memory from `address` on into all of `bytes`.
    ///
    /// # Errors
    /// If the runtime fails. The range is inside memory.
    fn read(&mut self, address: u32, bytes: &mut [u8]) -> Result<(), Self::Error>;

    /// Copies `bytes` into memory from `address` on.
    ///
    /// # Errors
    /// If the runtime fails. The range is inside memory.
    fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), Self::Error>;

    /// Calls the guest's export of [`REALLOC`] with 0, 0, `align` and `bytes`, and returns its
    /// result, which need not be valid.
    ///
    /// # Errors
    /// If the guest exports no allocator, or if the allocator traps or exits.
    fn allocate(&mut self, align: u32, bytes: u32) -> Result<u32, Self::Error>;
}
