//! Receives the outcomes of lookups that no worker waits for.

use crate::lookup::{Client, Delivered, Notify, Receiver};
use crate::observe::RunsOn;
use crate::pool::job::{Finished, Job, Lane};
use crate::sync::{Arc, Fault, planted};
use crate::types::Outcome;

/// Puts an outcome into its session's queue of results.
pub(super) struct SessionReceiver {
    pub(super) job: Arc<Job>,
    pub(super) lane: Arc<Lane>,
}

impl Receiver for SessionReceiver {
    fn is_wanted(&self) -> bool {
        !self.job.is_cancelled()
    }

    fn receive(self: Box<Self>, outcome: Outcome) -> Delivered {
        let SessionReceiver { job, lane } = *self;
        lane.observers.finish(job.handle, RunsOn::Resolver);
        if !job.finish_asked() || planted(Fault::LoseReply) {
            return Delivered::NOBODY;
        }
        let verdict = lane.judge.verdict(&job.lookup, outcome);
        lane.finished.push(Finished { job, verdict });
        Delivered::to(lane)
    }

    fn client(&self) -> Client {
        Client {
            engine: Arc::as_ptr(&self.lane.judge).addr(),
            session: self.lane.observers.session(),
        }
    }
}

impl Notify for Lane {
    fn notify(&self) {
        if !planted(Fault::ReplyQuietly) {
            self.arrived.notify();
        }
    }
}
