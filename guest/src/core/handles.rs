//! Maps 32-bit handles to the host's task handles, which have 64 bits.

use std::collections::{BTreeMap, VecDeque};

use super::effect::{Dropped, Effect};
use super::program::Recipient;
use crate::answer::Outcome;
use crate::handle::TaskHandle;

/// The number of completed requests that keep their handle (`S-C9`: a cancel of an older one is
/// WSAEINVAL).
const COMPLETED: usize = 65_536;

/// The requests of a face: the task handle of each, and the recipient of its outcome. Only the host
/// knows the state of a request.
#[derive(Default)]
pub(crate) struct Handles {
    last: u32,
    pending: BTreeMap<u32, Pending>,
    completed: BTreeMap<u32, TaskHandle>,
    /// The keys of `completed`, oldest first, at most [`COMPLETED`].
    by_age: VecDeque<u32>,
}

struct Pending {
    task: TaskHandle,
    recipient: Box<dyn Recipient>,
}

impl Handles {
    /// Returns an unused handle. Handles count up and wrap, and skip 0 and those that still name a
    /// request (`S-R17`).
    pub(crate) fn unused(&mut self) -> u32 {
        loop {
            self.last = self.last.wrapping_add(1);
            if self.last != 0 && self.task(self.last).is_none() {
                return self.last;
            }
        }
    }

    /// Adds a request that the host has begun.
    pub(crate) fn begin(&mut self, handle: u32, task: TaskHandle, recipient: Box<dyn Recipient>) {
        self.pending.insert(handle, Pending { task, recipient });
    }

    /// Returns the task handle that `handle` stands for.
    pub(crate) fn task(&self, handle: u32) -> Option<TaskHandle> {
        let pending = self.pending.get(&handle).map(|pending| pending.task);
        pending.or_else(|| self.completed.get(&handle).copied())
    }

    /// Returns whether the outcome has not been delivered.
    pub(crate) fn is_pending(&self, handle: u32) -> bool {
        self.pending.contains_key(&handle)
    }

    /// Withdraws the recipient of a request that is pending. Recipients do not call this library.
    pub(crate) fn withdraw(&mut self, handle: u32) {
        if let Some(pending) = self.pending.get_mut(&handle) {
            pending.recipient.withdraw();
        }
    }

    /// Forgets a request that was cancelled.
    pub(crate) fn cancelled(&mut self, handle: u32) -> Option<Effect> {
        self.pending.remove(&handle).map(drop_recipient)
    }

    /// Delivers the outcome of a request, and remembers it as completed.
    pub(crate) fn complete(&mut self, handle: u32, outcome: Outcome) -> Option<Effect> {
        let Pending { task, recipient } = self.pending.remove(&handle)?;
        if self.by_age.len() == COMPLETED
            && let Some(oldest) = self.by_age.pop_front()
        {
            self.completed.remove(&oldest);
        }
        self.by_age.push_back(handle);
        self.completed.insert(handle, task);
        Some(Effect::Deliver {
            recipient,
            handle,
            outcome,
        })
    }

    /// Forgets every request after the last clean-up, which has cancelled them (`S-S4`). No handle
    /// names anything afterwards (`S-C3`).
    pub(crate) fn end_all(&mut self) -> Vec<Effect> {
        self.completed.clear();
        self.by_age.clear();
        let pending = std::mem::take(&mut self.pending);
        pending.into_values().map(drop_recipient).collect()
    }
}

fn drop_recipient(pending: Pending) -> Effect {
    Effect::Drop(Dropped::Recipient(pending.recipient))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Answer;
    use crate::error::{WSANO_DATA, WsaError};
    use crate::message::Message;

    struct Nobody;

    impl Recipient for Nobody {
        fn deliver(self: Box<Self>, _: u32, _: Result<Answer, WsaError>) -> Message {
            Message::new(None, 0, 0, 0)
        }

        fn withdraw(&mut self) {}
    }

    fn begin(handles: &mut Handles) -> u32 {
        let handle = handles.unused();
        handles.begin(handle, u64::from(handle) << 32, Box::new(Nobody));
        handle
    }

    fn complete(handles: &mut Handles, handle: u32) {
        let effect = handles.complete(handle, Err(WSANO_DATA));
        assert!(matches!(effect, Some(Effect::Deliver { handle: of, .. }) if of == handle));
    }

    #[test]
    fn handles_that_wrap_skip_0_and_those_that_still_name_a_request() {
        // S-R17, S-C9
        let mut handles = Handles {
            last: u32::MAX - 1,
            ..Handles::default()
        };
        assert_eq!(begin(&mut handles), u32::MAX);
        assert_eq!([(); 2].map(|()| begin(&mut handles)), [1, 2]);
        complete(&mut handles, 1);
        handles.last = u32::MAX;
        assert_eq!(begin(&mut handles), 3);
    }

    #[test]
    fn only_the_last_65536_completed_requests_keep_their_handle() {
        // S-C9
        let mut handles = Handles::default();
        assert_eq!([(); 3].map(|()| begin(&mut handles)), [1, 2, 3]);
        complete(&mut handles, 1);
        for _ in 1..65_536 {
            let handle = begin(&mut handles);
            complete(&mut handles, handle);
        }
        assert_eq!(handles.task(1), Some(1 << 32));
        complete(&mut handles, 2);
        assert_eq!((handles.task(1), handles.task(2)), (None, Some(2 << 32)));
        assert!(handles.is_pending(3));
    }
}
