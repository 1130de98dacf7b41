//! What a session does, as plainly as it can be said, and random calls that must come out the same in
//! the engine.
//!
//! A [`Session`] here is a list of what is outstanding and a map of what has ended, one thread, no queue
//! and no worker. It does not say what a call returns, but whether it may return what it did: a request
//! that the resolver was let finish may have become a completion or not, until a result tells, and
//! from then on exactly that must hold. So the model follows the subject and never runs ahead of it, and
//! the sequences come of a plain proptest strategy, not of `proptest-state-machine`, whose reference knows
//! every state before the subject is called.
//!
//! A [`Player`] makes the [calls](Call) on a [`Subject`] and has the model judge each result. Subjects are
//! native sessions on one engine (`tests/engine.rs`) and a guest, through the component boundary
//! (`tests/guests/src/bin/replay.rs`). A sequence is a list of four bytes a call, so that both draw
//! from the same calls, proptest can shrink them, and a guest can make them from a seed.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod call;
#[cfg(feature = "host")]
mod gates;
#[cfg(feature = "host")]
mod native;
mod player;
mod question;
mod random;
mod session;

pub use call::{Call, Handle, Kind};
#[cfg(feature = "host")]
pub use gates::Gates;
#[cfg(feature = "host")]
pub use native::Native;
pub use player::{Disagreement, Player, Settings, Subject};
pub use question::{Code, Outcome, Question};
pub use random::Random;
pub use session::{Session, Shown};
