//! Code of the program that the tables hold. It neither runs nor is dropped while they are
//! borrowed.

use crate::answer::Answer;
use crate::error::WsaError;
use crate::message::{LResult, Message};

/// The procedure of a window.
pub(crate) type Procedure = dyn Fn(&Message) -> LResult;

/// A blocking hook of the program. It returns whether it has dispatched something.
pub(crate) type Hook = dyn Fn() -> bool;

/// Receives the outcome of a request.
///
/// Its methods run inside calls of this library, and must not call it.
pub trait Recipient {
    /// Takes the outcome, and returns the message to post. The message is dropped if its window is
    /// gone (`S-M4`).
    ///
    /// The library calls this once, before the program can see the message (`S-R10`: a visible
    /// message has its whole answer). The call that started the request has returned by then
    /// (`S-R5`). If the request is cancelled, the library drops the recipient instead (`S-C1`,
    /// `S-S4`).
    fn deliver(self: Box<Self>, handle: u32, outcome: Result<Answer, WsaError>) -> Message;

    /// Gives up the memory of the caller, although the outcome is still to come. The library calls
    /// this after it has refused a cancel, because the caller may then reuse the buffer (`S-C4`).
    fn withdraw(&mut self);
}
