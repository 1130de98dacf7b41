//! The lookups in a runtime without components. `Instance` stands for a guest in that runtime.

use winsock_async_core::engine::{LookupEngine, Policy};
use winsock_async_core::{Error, Guest, Import, Value, WinsockCtx};

/// A guest: its memory, the rest of its allocator, and the host's data for it.
struct Instance {
    memory: Vec<u8>,
    free: u32,
    winsock: WinsockCtx,
}

impl Guest for Instance {
    type Error = String;

    fn ctx(&mut self) -> &mut WinsockCtx {
        &mut self.winsock
    }

    fn memory_bytes(&mut self) -> u64 {
        self.memory.len() as u64
    }

    fn read(&mut self, address: u32, bytes: &mut [u8]) -> Result<(), String> {
        bytes.copy_from_slice(&self.memory[address as usize..][..bytes.len()]);
        Ok(())
    }

    fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), String> {
        self.memory[address as usize..][..bytes.len()].copy_from_slice(bytes);
        Ok(())
    }

    fn allocate(&mut self, align: u32, bytes: u32) -> Result<u32, String> {
        // A runtime calls the guest's export `cabi_realloc` with 0, 0, `align` and `bytes`.
        let address = self.free.next_multiple_of(align);
        self.free = address + bytes;
        Ok(address)
    }
}

fn main() -> Result<(), Error<String>> {
    // One engine for the process: it has the policy, the limits and the worker threads.
    let lookups = LookupEngine::builder().policy(Policy::deny_all()).build();
    // The linker of a runtime gets the names, the type and a function of each import.
    for import in Import::ALL {
        let (params, results) = (import.params(), import.results());
        println!(
            "{}.{}: {params:?} -> {results:?}",
            import.module(),
            import.name()
        );
    }
    // One context for each guest. Dropping it cancels the guest's pending requests.
    let mut guest = Instance {
        memory: vec![0; 65_536],
        free: 1024,
        winsock: WinsockCtx::new(&lookups),
    };
    // What such a function does with the values that the guest passed: here the start-up, whose
    // result the guest wants at address 16.
    Import::Startup.call(&mut guest, &[Value::I32(16)])?;
    assert_eq!(guest.memory[16..18], [0, 0], "the result is `ok`");
    Ok(())
}
