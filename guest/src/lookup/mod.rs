//! Lookups as futures, for those who never saw Winsock.
//!
//! A [`Resolver`] starts requests. A [`Request`] is a future of the answer, and cancels when it is
//! dropped. Any executor that this thread runs can poll it, if something also waits for completions:
//! [`block_on`] does, and so do [`get_message`](crate::get_message) and
//! [`run_message_loop`](crate::run_message_loop), as windows and futures share the host's one stream
//! of completions. A blocking call such as [`gethostbyname`](crate::gethostbyname) waits for them too;
//! while it blocks, all of this works, as none of it is a call of Winsock (`S-B2`). Combinators come
//! from the crates that have them, such as `futures-util`.
//!
//! ```no_run
#![doc = include_str!("../../examples/first-future.rs")]
//! ```

mod executor;
pub(crate) mod pending;
mod request;
mod resolver;
pub(crate) mod time;

pub use executor::{block_on, block_on_timeout};
pub use request::{FromAnswer, Request};
pub use resolver::Resolver;
pub use time::{Elapsed, Sleep, sleep, timeout};
