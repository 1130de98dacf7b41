//! Whether the machine has room for a run.

use std::fs::File;

use anyhow::{Context, Result, bail};

/// Memory that a small run takes, with its stacks.
const MEMORY_BYTES: usize = 256 << 20;

/// Address space that a run takes where it is limited. The allocator reserves 64 MiB a thread.
const ADDRESS_SPACE_BYTES: u64 = 2 << 30;

/// Files that a run has open at a time, without those of its guest and of `--resolver dns`.
const FILES: usize = 12;

/// Takes what a run needs, and gives it back. So a run without room fails here, with one line.
/// Later the allocator would end the process, or each file that cannot be opened cause a warning.
///
/// # Errors
/// If there is not enough memory, or if too few files can be opened.
pub(crate) fn check() -> Result<()> {
    Vec::<u8>::new()
        .try_reserve_exact(MEMORY_BYTES)
        .with_context(|| format!("there are no {} MiB of memory", MEMORY_BYTES >> 20))?;
    if let Some(limit) = address_space().filter(|limit| *limit < ADDRESS_SPACE_BYTES) {
        let (limit, needed) = (limit >> 20, ADDRESS_SPACE_BYTES >> 20);
        bail!("the address space is limited to {limit} MiB; a run takes {needed} MiB");
    }
    if cfg!(unix) {
        let open = (0..FILES).map(|_| File::open("/dev/null"));
        open.collect::<Result<Vec<_>, _>>()
            .with_context(|| format!("cannot open {FILES} files at a time"))?;
    }
    Ok(())
}

/// Whether there is address space for guests' memories of 4 GiB, as wasmtime reserves it.
pub(crate) fn has_address_space() -> bool {
    const PLENTY: u64 = 64 << 30;
    address_space().is_none_or(|limit| limit >= PLENTY)
}

/// The limit of the process's address space, in bytes.
fn address_space() -> Option<u64> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit};
        getrlimit(Resource::As).current
    }
    #[cfg(not(unix))]
    None
}
