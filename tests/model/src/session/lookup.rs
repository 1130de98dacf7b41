//! A lookup as a future, beside the requests of the same guest.

use super::stage::{Asked, Cut, Inspection, Stage, is_right};
use crate::code::Code;

/// A lookup that has begun, and whose future exists.
#[derive(Clone, Debug)]
pub(super) struct Lookup<Q> {
    /// Names it in the test.
    pub(super) number: u64,
    asked: Q,
    pub(super) stage: Stage,
    pub(super) cut: Option<Cut>,
}

impl<Q: Asked> Lookup<Q> {
    pub(super) fn new(number: u64, asked: Q, now: u64) -> Lookup<Q> {
        let stage = Stage::begun(&asked, now);
        Lookup {
            number,
            asked,
            stage,
            cut: None,
        }
    }

    /// Judges a poll. `certain` says that the call waited for as long as it takes.
    pub(super) fn poll(
        &mut self,
        by: u64,
        certain: bool,
        got: Option<&Result<Q::Answer, Code>>,
    ) -> Inspection {
        let Some(outcome) = got else {
            return match self.stage {
                Stage::Completed { .. } => Err(format!("{self:?} has completed")),
                Stage::Finishing { .. } if certain => Err(format!("{self:?} must complete")),
                Stage::Finishing { .. } | Stage::Pending => Ok(()),
            };
        };
        let (Stage::Finishing { from } | Stage::Completed { from, .. }) = self.stage else {
            return Err("the resolver must not have finished it".into());
        };
        if !is_right(&self.asked, self.cut, outcome) {
            return Err(format!("{outcome:?} is not the outcome of {self:?}"));
        }
        // Each later poll returns the same.
        self.stage = Stage::Completed { from, by };
        self.cut = matches!(outcome, Err(Code::NetworkDown)).then_some(Cut {
            unseen: false,
            finished: false,
        });
        Ok(())
    }
}
