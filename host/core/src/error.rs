//! Why a call ends the guest.

use crate::guest::MAX_ARGUMENT_BYTES;

/// How a guest broke the canonical ABI. The embedder ends the guest, as a component runtime does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Trap {
    /// An argument, the place of a result, or what the allocator returned is not inside memory.
    #[error("{bytes} bytes at {address:#x} are out of the bounds of memory")]
    OutOfBounds {
        /// The first byte.
        address: u32,
        /// The number of bytes.
        bytes: u64,
    },
    /// The place of a result, or what the allocator returned, is not aligned.
    #[error("the address {address:#x} is not a multiple of {align}")]
    Misaligned {
        /// The address.
        address: u32,
        /// The alignment in bytes.
        align: u32,
    },
    /// An argument is of no case of its type.
    #[error("{number} is no case of {kind}")]
    NoSuchCase {
        /// The type in the interface, such as `query`.
        kind: &'static str,
        /// The number.
        number: u32,
    },
    /// An argument has more than [`MAX_ARGUMENT_BYTES`] bytes.
    #[error("an argument has {bytes} bytes, and the most is {MAX_ARGUMENT_BYTES}")]
    LongArgument {
        /// The number of bytes.
        bytes: u32,
    },
    /// The result has 4 GiB or more, which no memory has room for.
    #[error("the result has 4 GiB or more")]
    LongResult,
    /// The guest's allocator called an import, while the host allocated a result with it.
    #[error("the allocator of the guest called the host")]
    CalledByAllocator,
}

/// Why a call has no result. `E` is the runtime's error, of [`Guest::Error`](crate::Guest::Error).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error<E> {
    /// The guest broke the canonical ABI.
    #[error("the guest trapped: {0}")]
    Trap(#[from] Trap),
    /// The runtime failed in a method of [`Guest`](crate::Guest), for example because the guest's
    /// allocator trapped. Pass the error on as it is.
    #[error("{0}")]
    Guest(E),
    /// The embedder gave other values than [`Import::params`](crate::Import::params).
    #[error("the call does not have the parameters of the import")]
    Params,
}
