//! The embedder's inspector of questions and outcomes.

use crate::lookup::Lookup;
use crate::types::{ErrorCode, Outcome};

/// Sees each question that the policy allows, before the resolver, and each outcome, before the
/// guest. An inspector can answer, change or refuse questions, and change or refuse outcomes.
///
/// One inspector serves all sessions of an engine, on several threads at once: see
/// [`LookupEngineBuilder::inspector`](crate::LookupEngineBuilder::inspector). The engine does not
/// tell an inspector which session asks: guests that need different inspectors need different
/// engines.
///
/// An inspector can only narrow what the policy allows (`S-R16`). The engine does not show it
/// denied questions, and judges the questions that it makes like a guest's. Answers that it makes
/// or changes lose the addresses that answers may not have.
///
/// WSAEACCES from an inspector counts as denied, like the policy's, in statistics and for
/// observers. A panic in an inspector is caught: the request completes with WSANO_RECOVERY.
///
/// ```
/// use std::sync::mpsc;
///
/// use winsock_async_engine::resolvers::Tables;
/// use winsock_async_engine::{ErrorCode, LookupEngine, Outcome, Policy, Query};
/// use winsock_async_engine::{Inspection, Inspector, Lookup};
///
/// /// Logs what is looked up, and refuses the hosts under `ads.test`.
/// struct Audit(mpsc::Sender<String>);
///
/// impl Inspector for Audit {
///     fn question(&self, lookup: &Lookup) -> Inspection {
///         match lookup {
///             Lookup::HostByName(name) if name.ends_with(".ads.test") => Inspection::refused(),
///             _ => Inspection::Pass,
///         }
///     }
///
///     fn outcome(&self, lookup: &Lookup, outcome: Outcome) -> Outcome {
///         // Fails only when the embedder has dropped the log.
///         let _ = self.0.send(format!("{lookup:?}: {}", outcome.is_ok()));
///         outcome
///     }
/// }
///
/// let (sender, log) = mpsc::channel();
/// let hosts = "8.8.8.8 www.test\n8.8.4.4 buy.ads.test";
/// let engine = LookupEngine::builder()
///     .resolver(Tables::builder().hosts_text(hosts).build()?)
///     .policy(Policy::allow_all())
///     .inspector(Audit(sender))
///     .build();
/// let mut session = engine.session();
/// session.startup()?;
/// for name in ["www.test", "buy.ads.test"] {
///     session.request(Query::HostByName(name.as_bytes().into()), 0)?;
/// }
/// let completions = session.take(2);
/// assert!(completions[0].outcome.is_ok());
/// assert_eq!(completions[1].outcome, Err(ErrorCode::AccessDenied));
/// assert_eq!(log.try_iter().collect::<Vec<_>>(), [r#"HostByName("www.test"): true"#]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Inspector: Send + Sync + 'static {
    /// Decides what happens to a question. Default: [`Inspection::Pass`].
    ///
    /// Called on the guest's thread, in the call that makes the request: it must not block, nor use
    /// lookups of the same guest, whose lock is held. `lookup` is the question as the resolver gets
    /// it. A dotted address as a name, which no resolver gets, is a [`Lookup::HostByName`].
    ///
    /// A question can pass and have no outcome: when all workers are stuck, the guest's call fails
    /// (`S-C7`).
    fn question(&self, lookup: &Lookup) -> Inspection {
        let _ = lookup;
        Inspection::Pass
    }

    /// Returns what the guest gets. `lookup` is the question as the resolver got it. Default:
    /// `outcome`.
    ///
    /// Called on the thread that has the outcome. Unless that is a worker, it must not block:
    ///
    /// - the guest's thread, if the resolver answers at once;
    /// - a worker, after [`Resolver::resolve_blocking`](crate::Resolver::resolve_blocking);
    /// - the thread that sends to a [`Responder`](crate::Responder).
    ///
    /// Not called for outcomes of [`Inspection::Answer`], nor for the engine's errors for questions
    /// that reached no resolver. May be called for cancelled requests.
    fn outcome(&self, lookup: &Lookup, outcome: Outcome) -> Outcome {
        let _ = lookup;
        outcome
    }
}

/// An [`Inspector`]'s decision on a question.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Inspection {
    /// The question goes to the resolver.
    Pass,
    /// This is the outcome, and no resolver is asked.
    Answer(Outcome),
    /// This question is asked instead, if the policy allows it. It must be of the same kind: host,
    /// service or protocol. Otherwise the request completes with WSANO_RECOVERY.
    Ask(Lookup),
}

impl Inspection {
    /// Refuses the question: the guest gets WSAEACCES.
    pub fn refused() -> Inspection {
        Inspection::Answer(Err(ErrorCode::AccessDenied))
    }
}
