//! Receives the outcomes of asynchronous lookups.

use crate::lookup::{Client, Delivered, Notify, Receiver};
use crate::observe::RunsOn;
use crate::policy::Policy;
use crate::pool::SessionQueue;
use crate::pool::job::{Finished, Job};
use crate::sync::{Arc, Fault, planted};
use crate::types::Outcome;

/// Judges an outcome, and puts it into its session's queue of results.
pub(super) struct SessionReceiver {
    pub(super) job: Arc<Job>,
    pub(super) queue: Arc<SessionQueue>,
}

impl Receiver for SessionReceiver {
    fn is_wanted(&self) -> bool {
        !self.job.is_cancelled()
    }

    fn receive(self: Box<Self>, outcome: Outcome) -> Delivered {
        let SessionReceiver { job, queue } = *self;
        queue.observers.finish(job.handle, RunsOn::Resolver);
        if !job.finish_async() || planted(Fault::LoseOutcome) {
            return Delivered::NOBODY;
        }
        let verdict = queue.judge.verdict(&job.lookup, outcome);
        queue.finished.push(Finished { job, verdict });
        Delivered::to(queue)
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
