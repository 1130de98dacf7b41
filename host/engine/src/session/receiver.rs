//! Receives the outcomes of asynchronous lookups.

use crate::judge::{Judge, Verdict};
use crate::lookup::{Client, Delivered, Lookup, Notify, Receiver, SharedOutcome, TimedOutcome};
use crate::observe::RunsOn;
use crate::policy::Policy;
use crate::pool::SessionQueue;
use crate::pool::job::{Finished, Job};
use crate::sync::{Arc, Fault, planted};

/// Judges an outcome, and puts it into its session's queue of results.
pub(super) struct SessionReceiver {
    pub(super) job: Arc<Job>,
    pub(super) queue: Arc<SessionQueue>,
}

impl SessionReceiver {
    fn finish(self, verdict: impl FnOnce(&Arc<Judge>, &Lookup) -> Verdict) -> Delivered {
        let SessionReceiver { job, queue } = self;
        queue.observers.finish(job.handle, RunsOn::Resolver);
        if !job.finish_async() || planted(Fault::LoseOutcome) {
            return Delivered::NOBODY;
        }
        let verdict = verdict(&queue.judge, &job.lookup);
        let handle = job.handle;
        queue.finished.push(Finished { job, verdict });
        queue.lookups.wake(handle);
        Delivered::to(queue)
    }
}

impl Receiver for SessionReceiver {
    fn is_wanted(&self) -> bool {
        !self.job.is_cancelled()
    }

    fn receive(self: Box<Self>, outcome: TimedOutcome) -> Delivered {
        self.finish(|judge, lookup| judge.verdict(lookup, outcome))
    }

    fn receive_shared(self: Box<Self>, outcome: &mut SharedOutcome) -> Delivered {
        self.finish(|judge, lookup| judge.shared_verdict(lookup, outcome))
    }

    fn policy(&self) -> Option<&Arc<Policy>> {
        Some(&self.queue.judge.policy)
    }

    fn client(&self) -> Client {
        Client {
            engine: Arc::as_ptr(&self.queue.judge).addr(),
            session: self.queue.observers.session(),
        }
    }
}

impl Notify for SessionQueue {
    fn notify(&self) {
        if !planted(Fault::RespondQuietly) {
            self.arrived.notify();
        }
    }
}
