//! Effects: actions that a change of the tables leaves to its caller.

use std::rc::Rc;
use std::task::Waker;

use super::program::{Hook, Procedure, Recipient};
use crate::answer::Outcome;

/// An action that runs code of the program. It must wait until the tables are no longer borrowed,
/// because that code may call this library again.
#[must_use = "an effect does nothing until the runtime runs it"]
pub(crate) enum Effect {
    /// Wakes a task.
    Wake(Waker),
    /// Gives an outcome to its recipient, and posts the message that the recipient returns.
    Deliver {
        recipient: Box<dyn Recipient>,
        handle: u32,
        outcome: Outcome,
    },
    /// Drops something that the program made.
    Drop(Dropped),
}

/// What an [`Effect::Drop`] drops.
#[expect(dead_code, reason = "nothing reads what is only dropped")]
pub(crate) enum Dropped {
    Hook(Rc<Hook>),
    Procedure(Rc<Procedure>),
    Recipient(Box<dyn Recipient>),
    Waker(Waker),
}
