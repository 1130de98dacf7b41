//! The imports: their names and types, and their calls.

use std::time::Duration;

use crate::error::Error;
use crate::guest::Guest;
use crate::lift;
use crate::lower::{self, HANDLE_RESULT, LIST, UNIT_RESULT};
use crate::memory::Memory;

/// A function that a core module imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Import {
    /// `lifecycle.startup`.
    Startup,
    /// `lifecycle.cleanup`.
    Cleanup,
    /// `requests.async-request`.
    AsyncRequest,
    /// `requests.cancel`.
    Cancel,
    /// `completions.take`.
    Take,
    /// `completions.wait`, the only one that waits: it blocks the thread.
    Wait,
}

/// The type of a flat value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// A 32-bit integer.
    I32,
    /// A 64-bit integer.
    I64,
}

/// A flat value: a parameter or a result of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// A 32-bit integer.
    I32(i32),
    /// A 64-bit integer.
    I64(i64),
}

impl Import {
    /// Every import, for the embedder to define in a loop.
    pub const ALL: [Import; 6] = [
        Import::Startup,
        Import::Cleanup,
        Import::AsyncRequest,
        Import::Cancel,
        Import::Take,
        Import::Wait,
    ];

    /// The name of the module that has the import: its interface, with the version.
    pub const fn module(self) -> &'static str {
        match self {
            Import::Startup | Import::Cleanup => "winsock:async-lookup/lifecycle@0.1.0",
            Import::AsyncRequest | Import::Cancel => "winsock:async-lookup/requests@0.1.0",
            Import::Take | Import::Wait => "winsock:async-lookup/completions@0.1.0",
        }
    }

    /// The name in the module.
    pub const fn name(self) -> &'static str {
        match self {
            Import::Startup => "startup",
            Import::Cleanup => "cleanup",
            Import::AsyncRequest => "async-request",
            Import::Cancel => "cancel",
            Import::Take => "take",
            Import::Wait => "wait",
        }
    }

    /// The types of the parameters.
    pub const fn params(self) -> &'static [ValueType] {
        use ValueType::{I32, I64};
        match self {
            Import::Startup | Import::Cleanup => &[I32],
            Import::AsyncRequest => &[I32, I32, I64, I64, I32, I32, I64, I32],
            Import::Cancel => &[I64, I32],
            Import::Take => &[I32, I32],
            Import::Wait => &[I32, I64],
        }
    }

    /// The types of the results: at most one.
    pub const fn results(self) -> &'static [ValueType] {
        match self {
            Import::Wait => &[ValueType::I32],
            _ => &[],
        }
    }

    /// Calls the guest's session, and returns the result, if the import has one.
    ///
    /// A call whose arguments are bad does not reach the session. [`Import::Wait`] blocks the
    /// thread. The embedder that must not block defines a function of its own instead, which awaits
    /// [`Session::completed`](winsock_async_engine::Session::completed). Its first parameter is 1
    /// if there is a time-out, and the second is the time-out in nanoseconds. The result is 1 if a
    /// completion can be taken, and else 0.
    ///
    /// # Errors
    /// If the guest broke the canonical ABI, the runtime failed, or `params` are of other types
    /// than [`params`](Self::params). The embedder ends the guest.
    pub fn call<G: Guest>(
        self,
        guest: &mut G,
        params: &[Value],
    ) -> Result<Option<Value>, Error<G::Error>> {
        use Value::{I32, I64};
        let mut memory = Memory::begin(guest)?;
        match (self, params) {
            (Import::Startup, &[I32(result)]) => {
                let result = place(&mut memory, result, UNIT_RESULT)?;
                let outcome = lower::unit_result(memory.session().startup());
                memory.write(result, &outcome)?;
            }
            (Import::Cleanup, &[I32(result)]) => {
                let result = place(&mut memory, result, UNIT_RESULT)?;
                let outcome = lower::unit_result(memory.session().cleanup());
                memory.write(result, &outcome)?;
            }
            (
                Import::AsyncRequest,
                &[
                    I32(case),
                    I32(a),
                    I64(b),
                    I64(c),
                    I32(d),
                    I32(e),
                    I64(tag),
                    I32(result),
                ],
            ) => {
                let result = place(&mut memory, result, HANDLE_RESULT)?;
                let query = lift::query(&mut memory, (case, a, b, c, d, e))?;
                let outcome = memory.session().request(query, tag as u64);
                memory.write(result, &lower::handle_result(outcome))?;
            }
            (Import::Cancel, &[I64(handle), I32(result)]) => {
                let result = place(&mut memory, result, UNIT_RESULT)?;
                let outcome = lower::unit_result(memory.session().cancel(handle as u64));
                memory.write(result, &outcome)?;
            }
            (Import::Take, &[I32(max), I32(result)]) => {
                let result = place(&mut memory, result, LIST)?;
                let max = usize::try_from(max as u32).unwrap_or(usize::MAX);
                let taken = memory.session().take(max);
                let list = lower::completions(&mut memory, &taken)?;
                memory.write(result, &list)?;
            }
            (Import::Wait, &[I32(case), I64(nanoseconds)]) => {
                let has_timeout = lift::is_some(case as u32)?;
                let timeout = has_timeout.then(|| Duration::from_nanos(nanoseconds as u64));
                let ready = memory.session().wait(timeout);
                return Ok(Some(I32(ready.into())));
            }
            _ => return Err(Error::Params),
        }
        Ok(None)
    }
}

/// Checks the place of a result.
fn place<G: Guest>(
    memory: &mut Memory<'_, G>,
    address: i32,
    (bytes, align): (u32, u32),
) -> Result<u32, Error<G::Error>> {
    memory.check(address as u32, align, bytes)
}
