//! How far a lookup is, and what its outcome may be.

use std::fmt::Debug;

use crate::code::Code;

/// The properties of a lookup that the model must know.
pub trait Asked: Debug {
    /// An answer.
    type Answer: Debug;

    /// When the request completes.
    fn pace(&self) -> Pace {
        Pace::Soon
    }

    /// Whether this may be the outcome, while the engine is up.
    fn allows(&self, outcome: &Result<Self::Answer, Code>) -> bool;
}

/// When a request completes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Before the call that asks has returned.
    AtOnce,
    /// At any time.
    Soon,
    /// Not before [`Session::finish`](super::Session::finish).
    Held,
}

/// The engine went down before the model knew that the request had completed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    /// Whether no call was made on the session since. Until then the request keeps its worker.
    pub(super) unseen: bool,
    /// Whether the resolver may have finished it before.
    pub(super) finished: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Stage {
    /// The request cannot have completed.
    Pending,
    /// It may have completed, not before `from`.
    Finishing { from: u64 },
    /// It has completed, not before `from` and not after `by`.
    Completed { from: u64, by: u64 },
}

impl Stage {
    /// The stage of a lookup that begins now.
    pub(super) fn begun(asked: &impl Asked, now: u64) -> Stage {
        let (from, by) = (now, now);
        match asked.pace() {
            Pace::Held => Stage::Pending,
            Pace::Soon => Stage::Finishing { from },
            Pace::AtOnce => Stage::Completed { from, by },
        }
    }
}

/// Whether a lookup may keep a worker until the resolver finishes it.
pub(super) fn is_held((stage, cut): &(Stage, Option<Cut>)) -> bool {
    match cut {
        None => matches!(stage, Stage::Pending),
        Some(cut) => cut.unseen && !cut.finished,
    }
}

/// The resolver may finish a lookup from now on.
pub(super) fn finish(stage: &mut Stage, cut: &mut Option<Cut>, now: u64) {
    if matches!(stage, Stage::Pending) {
        *stage = Stage::Finishing { from: now };
    }
    if let Some(cut) = cut {
        cut.finished |= cut.unseen;
    }
}

/// Whether this may be the outcome of a lookup that the engine may have cut.
pub(super) fn is_right<Q: Asked>(
    asked: &Q,
    cut: Option<Cut>,
    outcome: &Result<Q::Answer, Code>,
) -> bool {
    let down = matches!(outcome, Err(Code::NetworkDown));
    match cut {
        Some(cut) if down || !cut.finished => down,
        _ => asked.allows(outcome),
    }
}

/// The reason why a result is wrong, if it is.
pub type Inspection = Result<(), String>;

pub(super) fn expect<T: PartialEq + Debug>(got: T, right: T) -> Inspection {
    if got == right {
        return Ok(());
    }
    Err(format!("got {got:?}, and {right:?} is right"))
}
