//! WASI's own interfaces, by the engine: for guests that know nothing of this project.
//!
//! [`replace_name_lookup`] takes the place of `wasi:sockets/ip-name-lookup` in a linker to which
//! `wasmtime_wasi` has added its own. Each lookup of a guest is one of its session, under the same
//! policy, limits and statistics as those of `winsock:async-lookup` (`S-W1`).
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
//! Dropping the stream cancels the lookup (`S-W3`).

mod name_lookup;

pub use self::name_lookup::replace_name_lookup;
