//! Judges the outcomes of lookups: every outcome of a resolver passes here.

mod inspector;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Instant;

pub use self::inspector::{Inspection, Inspector};
use crate::lookup::{Lookup, SharedOutcome, TimedOutcome};
use crate::panics::catch_panic;
use crate::policy::Policy;
use crate::types::{AddressList, Answer, ErrorCode, HostEntry, Outcome};

/// What an engine or a tenant judges questions and answers by.
pub(crate) struct Judge {
    pub(crate) policy: Arc<Policy>,
    pub(crate) inspector: Option<Arc<dyn Inspector>>,
    /// See [`Limits::answer_bytes`](crate::Limits::answer_bytes).
    pub(crate) answer_bytes: usize,
}

/// How a request ends.
pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    /// Whether the policy or the inspector refused.
    pub(crate) is_denied: bool,
    /// Until when the answer lives. None if the resolver knows no time to live.
    pub(crate) expires: Option<Instant>,
}

impl Verdict {
    /// The policy or the inspector refuses (`S-R16`).
    pub(crate) fn denied() -> Verdict {
        Verdict {
            outcome: Err(ErrorCode::AccessDenied),
            is_denied: true,
            expires: None,
        }
    }
}

impl From<Outcome> for Verdict {
    fn from(outcome: Outcome) -> Verdict {
        Verdict {
            outcome,
            is_denied: false,
            expires: None,
        }
    }
}

impl From<ErrorCode> for Verdict {
    fn from(error: ErrorCode) -> Verdict {
        Err(error).into()
    }
}

impl Judge {
    /// Asks the inspector about a question that the policy allows.
    pub(crate) fn inspect(&self, lookup: &Lookup) -> Inspection {
        let Some(inspector) = &self.inspector else {
            return Inspection::Pass;
        };
        catch_panic(|| inspector.question(lookup))
            .unwrap_or(Inspection::Answer(Err(ErrorCode::NoRecovery)))
    }

    /// Judges an outcome of a resolver, on any thread. The policy judges first. The inspector sees
    /// the result, and the policy judges what the inspector changes.
    ///
    /// What they change of an answer does not change how long it lives.
    pub(crate) fn verdict(&self, lookup: &Lookup, outcome: impl Into<TimedOutcome>) -> Verdict {
        let TimedOutcome { outcome, expires } = outcome.into();
        Verdict {
            expires,
            ..self.inspected(lookup, self.judge(lookup, outcome))
        }
    }

    /// Judges an outcome like [`verdict`](Self::verdict). The policy judges it once for all
    /// receivers, and the inspector sees it for each.
    #[cfg_attr(
        not(feature = "dns"),
        allow(dead_code, reason = "`Dns` alone has outcomes for several")
    )]
    pub(crate) fn shared_verdict(
        self: &Arc<Self>,
        lookup: &Lookup,
        outcome: &mut SharedOutcome,
    ) -> Verdict {
        let expires = outcome.outcome().expires;
        let (outcome, is_denied) = outcome.judged(self, |outcome| {
            let verdict = self.judge(lookup, outcome);
            (verdict.outcome, verdict.is_denied)
        });
        let verdict = Verdict {
            outcome,
            is_denied,
            expires,
        };
        Verdict {
            expires,
            ..self.inspected(lookup, verdict)
        }
    }

    fn inspected(&self, lookup: &Lookup, verdict: Verdict) -> Verdict {
        let Some(inspector) = &self.inspector else {
            return verdict;
        };
        let shown = verdict.outcome.clone();
        let outcome =
            catch_panic(|| inspector.outcome(lookup, shown)).unwrap_or(Err(ErrorCode::NoRecovery));
        if outcome == verdict.outcome {
            return verdict;
        }
        self.judge_inspector(lookup, outcome)
    }

    /// Judges an outcome of the inspector, whose WSAEACCES is a denial.
    pub(crate) fn judge_inspector(&self, lookup: &Lookup, outcome: Outcome) -> Verdict {
        match outcome {
            Err(ErrorCode::AccessDenied) => Verdict::denied(),
            other => self.judge(lookup, other),
        }
    }

    /// Applies the policy and the limit on bytes to an outcome.
    fn judge(&self, lookup: &Lookup, outcome: Outcome) -> Verdict {
        let verdict = match lookup.checked(outcome) {
            Ok(answer) => self.without_forbidden(lookup, answer),
            error => return error.into(),
        };
        match verdict.outcome {
            Ok(answer) if answer.bytes() > self.answer_bytes => self.trimmed(answer).into(),
            _ => verdict,
        }
    }

    /// Trims an answer to the limit. `NoRecovery` if it cannot be trimmed that far.
    fn trimmed(&self, answer: Arc<Answer>) -> Outcome {
        let mut answer = Arc::unwrap_or_clone(answer);
        answer.trim(self.answer_bytes);
        if answer.bytes() > self.answer_bytes {
            return Err(ErrorCode::NoRecovery);
        }
        Ok(Arc::new(answer))
    }

    /// Removes the addresses that an answer may not have (`S-R16`), such as 127.0.0.1 by default.
    /// An answer that keeps all its addresses is not copied.
    fn without_forbidden(&self, lookup: &Lookup, answer: Arc<Answer>) -> Verdict {
        let is_allowed = |address: &IpAddr| self.policy.allows_answer(lookup, *address);
        let left = match &*answer {
            Answer::Host(host) => {
                if host
                    .addresses()
                    .map(IpAddr::from)
                    .all(|address| is_allowed(&address))
                {
                    return Ok(answer).into();
                }
                let is_allowed = |address: &Ipv4Addr| is_allowed(&IpAddr::from(*address));
                let aliases = host.aliases.iter().cloned();
                let left = host.addresses().filter(is_allowed);
                let left = HostEntry::new(host.name.clone(), left).with_aliases(aliases);
                if left.addresses().len() == 0 {
                    return Verdict::denied();
                }
                Answer::from(left)
            }
            Answer::Addresses(list) => {
                if list.addresses().all(|address| is_allowed(&address)) {
                    return Ok(answer).into();
                }
                let left = list.addresses().filter(is_allowed);
                let left = AddressList::new(list.canonical_name.clone(), left);
                if left.addresses().len() == 0 {
                    return Verdict::denied();
                }
                Answer::from(left)
            }
            Answer::Service(_) | Answer::Protocol(_) | Answer::Name(_) => return Ok(answer).into(),
        };
        Ok(Arc::new(left)).into()
    }
}
