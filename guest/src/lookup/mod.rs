//! Lookups as futures.
//!
//! A [`Resolver`] starts requests. A [`Request`] is a future of the answer, and cancels when it is
//! dropped. Any executor of this thread can poll it, as long as something waits for completions:
//! [`block_on`], [`get_message`](crate::get_message),
//! [`run_message_loop`](crate::run_message_loop), or a blocking call such as
//! [`gethostbyname`](crate::gethostbyname). Windows and futures share the one stream of completions
//! of the host.
//!
//! Lookups work while a call blocks, because they are no calls of Winsock (`S-B2`). Combinators are
//! in other crates, such as `futures-util`.
//!
//! ```no_run
#![doc = include_str!("../../examples/first-future.rs")]
//! ```

mod executor;
mod request;
mod resolver;
mod time;

pub use crate::answer::FromAnswer;
pub use executor::{block_on, block_on_timeout};
pub use request::Request;
pub use resolver::Resolver;
pub use time::{Elapsed, Sleep, sleep, timeout};
