//! The blocking call of a thread, and its hook.

use std::rc::Rc;

use super::effect::{Dropped, Effect};
use super::pending::WaiterId;
use super::program::Hook;

/// The state of a thread's blocking calls.
#[derive(Default)]
pub(crate) struct Blocking {
    /// The hook of the program. `None` is the default hook.
    hook: Option<Rc<Hook>>,
    /// The call that blocks; Winsock 1.1 has one at a time.
    call: Option<Call>,
    /// The number of clean-ups that wait for the blocking call to end.
    owed: u32,
    /// Whether one of the start-ups that count was granted version 1.
    version_1: bool,
}

struct Call {
    waiter: WaiterId,
    is_cancelled: bool,
}

impl Blocking {
    /// Notes that a start-up was granted this version.
    pub(crate) fn started(&mut self, version: u16) {
        self.version_1 |= version.to_le_bytes()[0] == 1;
    }

    /// Restores the default hook after the last clean-up.
    pub(crate) fn ended(&mut self) -> Option<Effect> {
        self.version_1 = false;
        let hook = self.hook.take()?;
        Some(Effect::Drop(Dropped::Hook(hook)))
    }

    /// Returns whether one of the start-ups that count was granted version 1.
    pub(crate) fn has_version_1(&self) -> bool {
        self.version_1
    }

    /// Sets the hook, and returns the former one.
    pub(crate) fn replace_hook(&mut self, hook: Option<Rc<Hook>>) -> Option<Rc<Hook>> {
        std::mem::replace(&mut self.hook, hook)
    }

    /// Begins a blocking call, and returns its hook.
    pub(crate) fn enter(&mut self, waiter: WaiterId) -> Option<Rc<Hook>> {
        self.call = Some(Call {
            waiter,
            is_cancelled: false,
        });
        self.hook.clone()
    }

    /// Ends the blocking call, and returns how many clean-ups have waited for that.
    pub(crate) fn leave(&mut self) -> u32 {
        self.call = None;
        std::mem::take(&mut self.owed)
    }

    /// Returns whether a call blocks.
    pub(crate) fn is_blocking(&self) -> bool {
        self.call.is_some()
    }

    /// Returns the waiter of the call that blocks.
    pub(crate) fn waiter(&self) -> Option<WaiterId> {
        self.call.as_ref().map(|call| call.waiter)
    }

    /// Notes that the blocking call was cancelled.
    pub(crate) fn cancel(&mut self) {
        if let Some(call) = &mut self.call {
            call.is_cancelled = true;
        }
    }

    /// Returns whether the blocking call was cancelled.
    pub(crate) fn is_cancelled(&self) -> bool {
        self.call.as_ref().is_some_and(|call| call.is_cancelled)
    }

    /// Returns whether a call blocks, so that a dropped guard must clean up later. Counts that
    /// clean-up for [`leave`](Blocking::leave).
    pub(crate) fn defers_cleanup(&mut self) -> bool {
        let defers = self.call.is_some();
        self.owed += u32::from(defers);
        defers
    }
}
