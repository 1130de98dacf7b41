//! Sends the outcomes of asynchronous lookups.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use super::timed::TimedOutcome;
use crate::policy::Policy;
use crate::types::{ErrorCode, Outcome};

/// Sends the outcome of one lookup, once, from any thread. Dropping it unsent fails the lookup with
/// [`ErrorCode::NoRecovery`].
pub struct Responder(Option<Box<dyn Receiver>>);

/// Where an outcome goes.
pub(crate) trait Receiver: Send {
    /// Whether the outcome is still wanted.
    fn is_wanted(&self) -> bool;

    /// Takes the outcome. Must not block.
    fn receive(self: Box<Self>, outcome: TimedOutcome) -> Delivered;

    /// Takes an outcome that other receivers take too. Must not block.
    #[cfg_attr(
        not(feature = "dns"),
        allow(dead_code, reason = "`Dns` alone has outcomes for several")
    )]
    fn receive_shared(self: Box<Self>, outcome: &mut SharedOutcome) -> Delivered {
        self.receive(outcome.outcome.clone())
    }

    /// The policy that the lookup was judged by, and that further names must be judged by.
    fn policy(&self) -> Option<&Arc<Policy>> {
        None
    }

    /// The client that the outcome is for.
    fn client(&self) -> Client {
        Client::default()
    }
}

/// An outcome for several receivers. What an engine makes of it is made once, and shared.
#[cfg_attr(
    not(feature = "dns"),
    allow(dead_code, reason = "`Dns` alone has outcomes for several")
)]
pub(crate) struct SharedOutcome {
    outcome: TimedOutcome,
    judged: Vec<Judged>,
}

/// What one judge has made of an outcome.
#[cfg_attr(
    not(feature = "dns"),
    allow(dead_code, reason = "`Dns` alone has outcomes for several")
)]
struct Judged {
    /// Kept alive, so that no other judge has its address.
    judge: Arc<dyn Any + Send + Sync>,
    outcome: Outcome,
    is_denied: bool,
}

#[cfg_attr(
    not(feature = "dns"),
    allow(dead_code, reason = "`Dns` alone has outcomes for several")
)]
impl SharedOutcome {
    /// The judges whose results are kept.
    pub(crate) const KEPT: usize = 3;

    #[cfg(feature = "dns")]
    pub(crate) fn new(outcome: impl Into<TimedOutcome>) -> SharedOutcome {
        SharedOutcome {
            outcome: outcome.into(),
            judged: Vec::new(),
        }
    }

    /// The outcome, before anybody has judged it.
    pub(crate) fn outcome(&self) -> &TimedOutcome {
        &self.outcome
    }

    /// What `judge` makes of the outcome, and whether it is a denial. Calls `make` the first time.
    pub(crate) fn judged(
        &mut self,
        judge: &Arc<impl Any + Send + Sync>,
        make: impl FnOnce(Outcome) -> (Outcome, bool),
    ) -> (Outcome, bool) {
        let judge: Arc<dyn Any + Send + Sync> = judge.clone();
        let is_same =
            |other: &&Judged| std::ptr::addr_eq(Arc::as_ptr(&other.judge), Arc::as_ptr(&judge));
        if let Some(found) = self.judged.iter().find(is_same) {
            return (found.outcome.clone(), found.is_denied);
        }
        let (outcome, is_denied) = make(self.outcome.outcome.clone());
        if self.judged.len() == SharedOutcome::KEPT {
            self.judged.remove(0);
        }
        self.judged.push(Judged {
            judge,
            outcome: outcome.clone(),
            is_denied,
        });
        (outcome, is_denied)
    }
}

/// The client of a lookup: one session of one engine. The default stands for an unknown client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Client {
    pub(crate) engine: usize,
    pub(crate) session: u64,
}

#[cfg(all(test, feature = "dns"))]
impl Client {
    /// A session of no engine.
    pub(crate) fn of_session(session: u64) -> Client {
        Client { engine: 0, session }
    }
}

impl<F: FnOnce(Outcome) + Send> Receiver for F {
    fn is_wanted(&self) -> bool {
        true
    }

    fn receive(self: Box<Self>, outcome: TimedOutcome) -> Delivered {
        self(outcome.outcome);
        Delivered::NOBODY
    }
}

/// A receiver without a session.
struct WithPolicy<F> {
    policy: Arc<Policy>,
    respond: F,
}

impl<F: FnOnce(Outcome) + Send> Receiver for WithPolicy<F> {
    fn is_wanted(&self) -> bool {
        true
    }

    fn receive(self: Box<Self>, outcome: TimedOutcome) -> Delivered {
        (self.respond)(outcome.outcome);
        Delivered::NOBODY
    }

    fn policy(&self) -> Option<&Arc<Policy>> {
        Some(&self.policy)
    }
}

impl Responder {
    /// Makes a responder that calls `respond` with the outcome. `respond` must not block.
    ///
    /// It has no [policy](Self::policy), so no search list applies to the lookup. A resolver that
    /// asks another resolver uses [`with_policy`](Self::with_policy).
    pub fn new(respond: impl FnOnce(Outcome) + Send + 'static) -> Responder {
        Responder::to(respond)
    }

    /// Makes a responder like [`new`](Self::new), with a policy for the names of a search list.
    pub fn with_policy(
        policy: Arc<Policy>,
        respond: impl FnOnce(Outcome) + Send + 'static,
    ) -> Responder {
        Responder::to(WithPolicy { policy, respond })
    }

    /// Makes a responder that sends to a receiver.
    pub(crate) fn to(receiver: impl Receiver + 'static) -> Responder {
        Responder(Some(Box::new(receiver)))
    }

    /// Sends the outcome. An outcome of a cancelled request is dropped (`S-C1`).
    pub fn send(self, outcome: Outcome) {
        drop(self.deliver(outcome.into()));
    }

    /// Sends the outcome like [`send`](Self::send), with the time until which its answer lives.
    pub fn send_until(self, outcome: Outcome, expires: Instant) {
        drop(self.deliver(TimedOutcome {
            outcome,
            expires: Some(expires),
        }));
    }

    /// Sends the outcome and leaves waking the session to the drop of the result, so that one
    /// wake-up serves many outcomes.
    pub(crate) fn deliver(mut self, outcome: TimedOutcome) -> Delivered {
        self.0
            .take()
            .map_or(Delivered::NOBODY, |receiver| receiver.receive(outcome))
    }

    /// Like [`deliver`](Self::deliver), for an outcome that other requests get too.
    #[cfg_attr(
        not(feature = "dns"),
        allow(dead_code, reason = "`Dns` alone has outcomes for several")
    )]
    pub(crate) fn deliver_shared(mut self, outcome: &mut SharedOutcome) -> Delivered {
        self.0.take().map_or(Delivered::NOBODY, |receiver| {
            receiver.receive_shared(outcome)
        })
    }

    /// Whether the request still waits for the outcome: false after a cancel, and after the request
    /// ended otherwise. A resolver may then drop the lookup.
    pub fn is_wanted(&self) -> bool {
        self.0.as_ref().is_some_and(|receiver| receiver.is_wanted())
    }

    /// The policy of the engine that asks. A resolver with a search list asks for a completed name
    /// only if this policy allows it (`S-R16`). Without a policy, it completes no name.
    pub fn policy(&self) -> Option<&Arc<Policy>> {
        self.0.as_ref()?.policy()
    }

    /// The client that waits, for resolvers that share their resources among clients.
    pub(crate) fn client(&self) -> Client {
        self.0
            .as_ref()
            .map_or(Client::default(), |receiver| receiver.client())
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        if let Some(receiver) = self.0.take() {
            drop(receiver.receive(Err(ErrorCode::NoRecovery).into()));
        }
    }
}

impl fmt::Debug for Responder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Responder")
            .field("client", &self.client())
            .field("is_wanted", &self.is_wanted())
            .finish()
    }
}

/// A session that waits for outcomes.
pub(crate) trait Notify: Send + Sync {
    /// Wakes the session.
    fn notify(&self);
}

/// An outcome that was received. Dropping this wakes the session.
#[must_use]
pub(crate) struct Delivered(Option<Arc<dyn Notify>>);

impl Delivered {
    /// Wakes no session.
    pub(crate) const NOBODY: Delivered = Delivered(None);

    /// Wakes `session` on drop.
    pub(crate) fn to(session: Arc<dyn Notify>) -> Delivered {
        Delivered(Some(session))
    }

    /// Leaves the wake-up to `other`, which must be dropped later. Fails if `other` does not wake
    /// the same session.
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
        if let Some(session) = &self.0 {
            session.notify();
        }
    }
}

#[cfg(all(test, feature = "dns"))]
mod tests {
    use super::*;
    use crate::types::{Answer, HostEntry};

    // S-S7: the cost of a judgement does not grow with those who wait.
    #[test]
    fn shared_outcome_is_made_once_for_each_judge() {
        let answer = Arc::new(Answer::from(HostEntry::new("a.test", [])));
        let mut outcome = SharedOutcome::new(Ok(answer));
        let judges = [(); SharedOutcome::KEPT].map(|()| Arc::new("a judge".to_owned()));
        let mut made = 0;
        for _ in 0..100 {
            for (n, judge) in judges.iter().enumerate() {
                let judged = outcome.judged(judge, |outcome| {
                    made += 1;
                    (
                        outcome.map(|_| Arc::new(HostEntry::new(n.to_string(), []).into())),
                        n > 0,
                    )
                });
                let expected = Answer::from(HostEntry::new(n.to_string(), []));
                assert_eq!(judged, (Ok(Arc::new(expected)), n > 0));
            }
        }
        assert_eq!(made, SharedOutcome::KEPT);
        // One more judge takes the place of the first.
        let _ = outcome.judged(&Arc::new("another".to_owned()), |outcome| (outcome, false));
        let (_, is_denied) = outcome.judged(&judges[0], |outcome| (outcome, true));
        assert!(is_denied, "judged again");
    }
}
