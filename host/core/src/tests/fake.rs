//! A guest without a runtime.

use std::sync::LazyLock;

use winsock_async_engine::resolvers::{Chain, Script, Tables};
use winsock_async_engine::{LookupEngine, Policy};

use crate::{Error, Guest, Import, Trap, Value, WinsockCtx};

/// What the guest's allocator does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Allocator {
    /// Allocates the next bytes.
    Bumps,
    /// Returns this address.
    Returns(u32),
    /// Traps.
    Traps,
    /// Adds a page to memory and returns its first byte.
    Grows,
    /// Calls an import, and traps with what it returns.
    Calls(Import, Vec<Value>),
}

/// The runtime's error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The allocator trapped.
    Unreachable,
    /// An import that the allocator called has failed.
    Inner(Box<Error<Failure>>),
}

/// The size of a page of memory.
pub(super) const PAGE: u32 = 65_536;

/// A guest. Its methods panic if a call uses memory that it has not checked.
pub(super) struct Fake {
    pub(super) ctx: WinsockCtx,
    pub(super) memory: Vec<u8>,
    pub(super) allocator: Allocator,
    /// The alignment and the size of each allocation.
    pub(super) allocations: Vec<(u32, u32)>,
    /// The number of bytes that were copied out of memory, and into it.
    pub(super) copied: u64,
    next: u32,
}

/// The answers of the tests.
const SCRIPT: &str = r#"
    [[rule]]
    host = "web.test"
    aliases = ["www.test"]
    addresses = ["192.0.2.1", "192.0.2.2"]
    [[rule]]
    host = "never.test"
    never = true
"#;

/// An engine that answers from a script and from the embedded tables.
pub(super) fn engine() -> LookupEngine {
    let script = Script::parse(SCRIPT, "script.toml").expect("a good script");
    let tables = Tables::builder().build().expect("embedded tables");
    LookupEngine::builder()
        .resolver(Chain::new().then(script).then(tables))
        .policy(Policy::allow_all().allow_private())
        .build()
}

impl Fake {
    /// A guest of the engine that tests share. It has two pages of memory, of which the allocator
    /// has the second.
    pub(super) fn new() -> Fake {
        static SHARED: LazyLock<LookupEngine> = LazyLock::new(engine);
        Fake::of(&SHARED)
    }

    pub(super) fn of(engine: &LookupEngine) -> Fake {
        Fake {
            ctx: WinsockCtx::new(engine),
            memory: vec![0; 2 * PAGE as usize],
            allocator: Allocator::Bumps,
            allocations: Vec::new(),
            copied: 0,
            next: PAGE,
        }
    }

    /// A guest that has started up.
    pub(super) fn started() -> Fake {
        let mut fake = Fake::new();
        fake.call(Import::Startup, &[Value::I32(0)]).unwrap();
        fake
    }

    pub(super) fn call(
        &mut self,
        import: Import,
        params: &[Value],
    ) -> Result<Option<Value>, Error<Failure>> {
        import.call(self, params)
    }

    /// Calls an import, which traps, and returns the trap.
    #[track_caller]
    pub(super) fn traps(&mut self, import: Import, params: &[Value]) -> Trap {
        match self.call(import, params) {
            Err(Error::Trap(trap)) => trap,
            other => panic!("{import:?} {params:?}: {other:?}"),
        }
    }

    /// The `N` bytes at an address.
    pub(super) fn at<const N: usize>(&self, address: u32) -> [u8; N] {
        let address = address as usize;
        self.memory[address..address + N].try_into().unwrap()
    }

    /// Copies bytes into memory.
    pub(super) fn put(&mut self, address: u32, bytes: &[u8]) {
        let address = address as usize;
        self.memory[address..address + bytes.len()].copy_from_slice(bytes);
    }

    /// Allocates bytes as the guest does for itself. Memory grows if that takes it.
    pub(super) fn bump(&mut self, align: u32, bytes: u32) -> u32 {
        let address = self.next.next_multiple_of(align);
        self.next = address + bytes;
        let end = self.next.next_multiple_of(PAGE) as usize;
        let bytes = self.memory.len().max(end);
        self.memory.resize(bytes, 0);
        address
    }
}

impl Guest for Fake {
    type Error = Failure;

    fn ctx(&mut self) -> &mut WinsockCtx {
        &mut self.ctx
    }

    fn memory_bytes(&mut self) -> u64 {
        self.memory.len() as u64
    }

    fn read(&mut self, address: u32, bytes: &mut [u8]) -> Result<(), Failure> {
        self.copied += bytes.len() as u64;
        let address = address as usize;
        bytes.copy_from_slice(&self.memory[address..address + bytes.len()]);
        Ok(())
    }

    fn write(&mut self, address: u32, bytes: &[u8]) -> Result<(), Failure> {
        self.copied += bytes.len() as u64;
        self.put(address, bytes);
        Ok(())
    }

    fn allocate(&mut self, align: u32, bytes: u32) -> Result<u32, Failure> {
        self.allocations.push((align, bytes));
        match self.allocator.clone() {
            Allocator::Bumps => Ok(self.bump(align, bytes)),
            Allocator::Returns(address) => Ok(address),
            Allocator::Traps => Err(Failure::Unreachable),
            Allocator::Grows => {
                let end = self.memory.len();
                self.memory.resize(end + PAGE as usize, 0);
                Ok(end as u32)
            }
            Allocator::Calls(import, params) => match import.call(self, &params) {
                Ok(_) => Err(Failure::Unreachable),
                Err(error) => Err(Failure::Inner(Box::new(error))),
            },
        }
    }
}
