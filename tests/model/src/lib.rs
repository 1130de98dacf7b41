//! The model of a session, which judges the results of random calls.
//!
//! A [`Session`] is a list of outstanding requests and a map of those that have ended. It has no
//! thread and no queue. It does not predict what a call returns; it judges the result. For example,
//! the model does not know whether a request that the resolver may finish has completed. Once a
//! result shows it, later results must agree. So the model follows the subject, and sequences come
//! from a plain proptest strategy. `proptest-state-machine` does not fit: its reference knows each
//! state before the subject is called.
//!
//! A [`Player`] makes [calls](Call) on a [`Subject`] and has the model judge each result. The three
//! subjects are native sessions (`tests/engine.rs`), a guest behind the component boundary
//! (`tests/guests/src/bin/replay.rs`), and the fake host of the guest library's tests. Four bytes
//! make one call, so all subjects play the same sequences, proptest shrinks them, and a guest makes
//! them from a seed.
//!
//! `fuzz` and `tests/soak` make calls of their own, and use [`Session`] with their own [`Asked`].

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod call;
mod code;
#[cfg(feature = "host")]
mod gates;
#[cfg(feature = "host")]
mod native;
mod player;
mod question;
mod random;
mod session;

pub use call::{Call, Handle, Kind};
pub use code::Code;
#[cfg(feature = "host")]
pub use gates::Gates;
#[cfg(feature = "host")]
pub use native::Native;
pub use player::{Disagreement, Player, Settings, Subject};
pub use question::{Outcome, Question};
pub use random::Random;
pub use session::{Asked, Inspection, Pace, Room, Session, TakenCompletion};
