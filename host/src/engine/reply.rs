//! The way back of a lookup that no worker waits for.

use std::fmt;

use super::job::{Finished, Job, Lane};
use super::sync::{Arc, Fault, planted};
use crate::observe::RunsOn;
use crate::types::{ErrorCode, Outcome};

/// What came of a lookup goes into this, once, on any thread. One that is dropped fails the lookup with
/// [`ErrorCode::NoRecovery`].
pub struct Reply(Option<To>);

/// Where an outcome goes.
enum To {
    Session { job: Arc<Job>, lane: Arc<Lane> },
    Another(Box<dyn Receiver>),
}

/// Something else that an outcome goes to.
pub(crate) trait Receiver: Send {
    /// Whether anybody waits for it.
    fn is_wanted(&self) -> bool;

    /// Takes it, and must not wait.
    fn receive(self: Box<Self>, outcome: Outcome) -> Delivered;

    /// Whose it is.
    fn owner(&self) -> Owner {
        Owner::default()
    }
}

/// Whose a reply is: one session of one engine, or nobody's that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Owner {
    engine: usize,
    session: u64,
}

#[cfg(all(test, feature = "dns"))]
impl Owner {
    /// A session of no engine.
    pub(crate) fn of_session(session: u64) -> Owner {
        Owner { engine: 0, session }
    }
}

impl<F: FnOnce(Outcome) + Send> Receiver for F {
    fn is_wanted(&self) -> bool {
        true
    }

    fn receive(self: Box<Self>, outcome: Outcome) -> Delivered {
        self(outcome);
        Delivered::NOBODY
    }
}

impl Reply {
    /// To the session that waits for it.
    pub(crate) fn to(job: Arc<Job>, lane: Arc<Lane>) -> Reply {
        Reply(Some(To::Session { job, lane }))
    }

    /// To a function: for resolvers that ask others, and for their tests. It must not wait.
    pub fn new(reply: impl FnOnce(Outcome) + Send + 'static) -> Reply {
        Reply::to_another(reply)
    }

    /// To something that may lose interest.
    pub(crate) fn to_another(receiver: impl Receiver + 'static) -> Reply {
        Reply(Some(To::Another(Box::new(receiver))))
    }

    /// Sends it. What comes after the request was cancelled reaches nobody (`S-C1`).
    pub fn send(self, outcome: Outcome) {
        drop(self.deliver(outcome));
    }

    /// Sends it, and wakes whoever waits for it only when what this gives is dropped: for many outcomes at once, for
    /// which a session need not be woken one by one.
    pub(crate) fn deliver(mut self, outcome: Outcome) -> Delivered {
        match self.0.take() {
            Some(to) => to.send(outcome),
            None => Delivered::NOBODY,
        }
    }

    /// Whether anybody waits for it: no once the request was cancelled.
    pub fn is_wanted(&self) -> bool {
        match &self.0 {
            Some(To::Session { job, .. }) => !job.is_cancelled(),
            Some(To::Another(receiver)) => receiver.is_wanted(),
            None => false,
        }
    }

    /// For resolvers that share out what they have among sessions.
    pub(crate) fn owner(&self) -> Owner {
        match &self.0 {
            Some(To::Session { lane, .. }) => Owner {
                engine: Arc::as_ptr(&lane.judge).addr(),
                session: lane.watch.session(),
            },
            Some(To::Another(receiver)) => receiver.owner(),
            None => Owner::default(),
        }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if let Some(to) = self.0.take() {
            drop(to.send(Err(ErrorCode::NoRecovery)));
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("owner", &self.owner())
            .field("is_wanted", &self.is_wanted())
            .finish()
    }
}

impl To {
    fn send(self, outcome: Outcome) -> Delivered {
        match self {
            To::Session { job, lane } => {
                lane.watch.finish(job.handle, RunsOn::Resolver);
                if job.finish_asked() && !planted(Fault::LoseReply) {
                    let conclusion = lane.judge.conclude(&job.lookup, outcome);
                    lane.finished.push(Finished { job, conclusion });
                    return Delivered(Some(lane));
                }
                Delivered::NOBODY
            }
            To::Another(receiver) => receiver.receive(outcome),
        }
    }
}

/// An outcome that is where it belongs; dropping this wakes whoever waits for it.
#[must_use]
pub(crate) struct Delivered(Option<Arc<Lane>>);

impl Delivered {
    /// Nobody is to be woken.
    pub(crate) const NOBODY: Delivered = Delivered(None);

    /// Leaves the waking to another, if that wakes the same session; it must be dropped later.
    #[cfg(feature = "dns")]
    pub(crate) fn leave_to(mut self, other: &Delivered) -> Result<(), Delivered> {
        match (&self.0, &other.0) {
            (Some(own), Some(others)) if !Arc::ptr_eq(own, others) => Err(self),
            (Some(_), None) => Err(self),
            _ => {
                self.0 = None;
                Ok(())
            }
        }
    }
}

impl Drop for Delivered {
    fn drop(&mut self) {
        if let Some(lane) = &self.0
            && !planted(Fault::ReplyQuietly)
        {
            lane.arrived.notify();
        }
    }
}
