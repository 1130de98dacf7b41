//! WASI's own interfaces, by the engine: for guests that know nothing of this project.
//!
//! [`replace_in_linker`] takes the place of `wasi:sockets/ip-name-lookup` in a linker to which
//! `wasmtime_wasi` has added its own, for WASI 0.2. With the feature `p3`,
//! `wasi::p3::replace_in_linker` does so for WASI 0.3. Each lookup of a guest is one of its
//! session, under the same policy, limits and statistics as those of `winsock:async-lookup`
//! (`S-W1`).
//!
//! | the guest gets | when |
//! |---|---|
//! | addresses of both families | the name has some, in the order in which to try them |
//! | `access-denied` | the policy forbids the name, or every address of the answer |
//! | `name-unresolvable` | there is no such name, or it has no address |
//! | `temporary-resolver-failure` | a name server is silent or busy, or a limit is reached |
//! | `permanent-resolver-failure` | a name server refuses or fails |
//! | `invalid-argument` | the text can be no host's name and no address |
//!
//! Dropping the stream of 0.2, or the future of 0.3, cancels the lookup (`S-W3`).
//!
//! # Connections
//!
//! [`WinsockCtx::connection_check`](crate::WinsockCtx::connection_check) lets a guest connect to
//! what the policy allows, and to what the guest was answered for a name with a rule for
//! connections (`S-W4`). Without it, what `WasiCtxBuilder` says holds.
//!
//! `wasi:http` is not served here but, with the feature `http`, by `http::HttpHooks`. The default
//! hooks of `wasmtime-wasi-http` look names up and connect by themselves, past the policy. Do not
//! link them for a guest that the policy is to hold.
//!
//! # Example
//!
//! ```no_run
#![doc = include_str!("../../examples/embed-wasi.rs")]
//! ```

mod connections;
mod name_lookup;
#[cfg(feature = "p3")]
pub mod p3;

use wasmtime::Result;
use wasmtime::component::Linker;
use wasmtime_wasi::WasiView;

use crate::ctx::WinsockView;

/// Serves the lookups of `wasi:sockets` 0.2 from the guest's session, in place of the functions
/// that `wasmtime_wasi` has added to the linker. For sync and async stores.
///
/// The store's [`WinsockView`] and [`WasiView`] must give the same table. From then on
/// `WasiCtxBuilder::allow_ip_name_lookup` has no effect: the engine's policy decides.
///
/// Leaves shadowing forbidden in the linker.
///
/// # Errors
/// If a name in the linker is of another kind.
pub fn replace_in_linker<T>(linker: &mut Linker<T>) -> Result<()>
where
    T: WasiView + WinsockView + 'static,
{
    shadowing(linker, |linker| {
        name_lookup::replace(linker)?;
        connections::follow_sockets(linker)
    })
}

/// Replaces what is in the linker, and forbids shadowing again.
fn shadowing<T>(
    linker: &mut Linker<T>,
    replace: impl FnOnce(&mut Linker<T>) -> Result<()>,
) -> Result<()> {
    linker.allow_shadowing(true);
    let replaced = replace(linker);
    linker.allow_shadowing(false);
    replaced
}
