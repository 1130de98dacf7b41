//! What becomes of what a resolver said: the one place that every outcome passes, whichever way it came.

use std::net::Ipv4Addr;
use std::sync::Arc;

use crate::contained::contained;
use crate::policy::Policy;
use crate::resolve::{Inspector, Lookup, Verdict};
use crate::types::{Answer, ErrorCode, HostEntry, Outcome};

/// Judges questions and answers for an engine.
pub(crate) struct Judge {
    pub(crate) policy: Policy,
    pub(crate) inspector: Option<Box<dyn Inspector>>,
    /// See [`Limits::answer_bytes`](super::Limits::answer_bytes).
    pub(crate) answer_bytes: usize,
}

/// How a request ends.
pub(crate) struct Conclusion {
    pub(crate) outcome: Outcome,
    /// Whether it is a refusal: the policy's or the inspector's.
    pub(crate) is_denied: bool,
}

impl Conclusion {
    /// The policy or the inspector forbids it (`S-R16`).
    pub(crate) fn denied() -> Conclusion {
        Conclusion {
            outcome: Err(ErrorCode::AccessDenied),
            is_denied: true,
        }
    }
}

impl From<Outcome> for Conclusion {
    fn from(outcome: Outcome) -> Conclusion {
        Conclusion {
            outcome,
            is_denied: false,
        }
    }
}

impl From<ErrorCode> for Conclusion {
    fn from(error: ErrorCode) -> Conclusion {
        Err(error).into()
    }
}

impl Judge {
    /// What the embedder's inspector says to a question that the policy allows.
    pub(crate) fn inspect(&self, lookup: &Lookup) -> Verdict {
        let Some(inspector) = &self.inspector else {
            return Verdict::Pass;
        };
        contained(|| inspector.question(lookup))
            .unwrap_or(Verdict::Answer(Err(ErrorCode::NoRecovery)))
    }

    /// Concludes on an outcome that came from outside the engine, on whatever thread it came. The inspector
    /// sees what the policy leaves of it, and the policy judges what the inspector makes of that.
    pub(crate) fn conclude(&self, lookup: &Lookup, outcome: Outcome) -> Conclusion {
        let conclusion = self.judge(lookup, outcome);
        let Some(inspector) = &self.inspector else {
            return conclusion;
        };
        let shown = conclusion.outcome.clone();
        let outcome =
            contained(|| inspector.outcome(lookup, shown)).unwrap_or(Err(ErrorCode::NoRecovery));
        if outcome == conclusion.outcome {
            return conclusion;
        }
        self.judge_inspector(lookup, outcome)
    }

    /// Concludes on what the inspector says itself: its WSAEACCES is as good a refusal as the policy's.
    pub(crate) fn judge_inspector(&self, lookup: &Lookup, outcome: Outcome) -> Conclusion {
        match outcome {
            Err(ErrorCode::AccessDenied) => Conclusion::denied(),
            other => self.judge(lookup, other),
        }
    }

    /// What the policy and the limits leave of an outcome.
    fn judge(&self, lookup: &Lookup, outcome: Outcome) -> Conclusion {
        let conclusion = match lookup.checked(outcome) {
            Ok(answer) => self.without_forbidden(lookup, answer),
            error => return error.into(),
        };
        match conclusion.outcome {
            Ok(answer) if answer.bytes() > self.answer_bytes => self.trimmed(answer).into(),
            _ => conclusion,
        }
    }

    /// As much of an answer as may be held.
    fn trimmed(&self, answer: Arc<Answer>) -> Outcome {
        let mut answer = Arc::unwrap_or_clone(answer);
        answer.trim(self.answer_bytes);
        if answer.bytes() > self.answer_bytes {
            return Err(ErrorCode::NoRecovery);
        }
        Ok(Arc::new(answer))
    }

    /// The answer without the addresses that it may not have (`S-R16`). Most have none, and stay shared.
    fn without_forbidden(&self, lookup: &Lookup, answer: Arc<Answer>) -> Conclusion {
        let Answer::Host(host) = &*answer else {
            return Ok(answer).into();
        };
        let is_allowed = |address: &Ipv4Addr| self.policy.allows_answer(lookup, *address);
        if host.addresses().all(|address| is_allowed(&address)) {
            return Ok(answer).into();
        }
        let left: Vec<Ipv4Addr> = host.addresses().filter(is_allowed).collect();
        if left.is_empty() {
            return Conclusion::denied();
        }
        let aliases = host.aliases.iter().cloned();
        let host = HostEntry::new(host.name.clone(), left).with_aliases(aliases);
        Ok(Arc::new(host.into())).into()
    }
}
