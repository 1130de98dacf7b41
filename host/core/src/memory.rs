//! Checked access to a guest's memory.

use winsock_async_engine::Session;

use crate::error::{Error, Trap};
use crate::guest::{Guest, MAX_ARGUMENT_BYTES};

/// The memory of a guest that has called an import.
pub(crate) struct Memory<'a, G>(&'a mut G);

impl<'a, G: Guest> Memory<'a, G> {
    /// Begins a call of the guest.
    ///
    /// # Errors
    /// If the guest's allocator makes the call: a component's allocator may not either.
    pub(crate) fn begin(guest: &'a mut G) -> Result<Memory<'a, G>, Error<G::Error>> {
        if guest.ctx().allocating {
            return Err(Trap::CalledByAllocator.into());
        }
        Ok(Memory(guest))
    }

    pub(crate) fn session(&mut self) -> &mut Session {
        self.0.ctx().session()
    }

    /// Checks that bytes are aligned and inside memory, and returns their address.
    pub(crate) fn check(
        &mut self,
        address: u32,
        align: u32,
        bytes: u32,
    ) -> Result<u32, Error<G::Error>> {
        if !address.is_multiple_of(align) {
            return Err(Trap::Misaligned { address, align }.into());
        }
        let bytes = u64::from(bytes);
        if u64::from(address) + bytes > self.0.memory_bytes() {
            return Err(Trap::OutOfBounds { address, bytes }.into());
        }
        Ok(address)
    }

    /// Copies a list of bytes out of memory.
    pub(crate) fn bytes(&mut self, address: u32, bytes: u32) -> Result<Box<[u8]>, Error<G::Error>> {
        // Before the copy is allocated: a length is any number.
        self.check(address, 1, bytes)?;
        if bytes > MAX_ARGUMENT_BYTES {
            return Err(Trap::LongArgument { bytes }.into());
        }
        let mut copy = vec![0; bytes as usize].into_boxed_slice();
        self.0.read(address, &mut copy).map_err(Error::Guest)?;
        Ok(copy)
    }

    /// Copies `bytes` to an address that was checked.
    pub(crate) fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), Error<G::Error>> {
        self.0.write(address, bytes).map_err(Error::Guest)
    }

    /// Allocates memory by the guest's allocator, as the canonical ABI does: also 0 bytes.
    pub(crate) fn allocate(&mut self, align: u32, bytes: usize) -> Result<u32, Error<G::Error>> {
        let bytes = u32::try_from(bytes).map_err(|_| Trap::LongResult)?;
        self.0.ctx().allocating = true;
        let allocated = self.0.allocate(align, bytes);
        self.0.ctx().allocating = false;
        // Memory may have grown, so its size is asked for again.
        self.check(allocated.map_err(Error::Guest)?, align, bytes)
    }

    /// Allocates memory and copies `bytes` into it.
    pub(crate) fn allocated(&mut self, align: u32, bytes: &[u8]) -> Result<u32, Error<G::Error>> {
        let address = self.allocate(align, bytes.len())?;
        self.write(address, bytes)?;
        Ok(address)
    }
}
