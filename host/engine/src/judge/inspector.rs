//! The embedder's own look at what guests ask and are answered.

use super::Lookup;
use crate::types::{ErrorCode, Outcome};

/// Sees every question that the policy allows, before a resolver does, and what came of it, before the guest does;
/// may answer, change or refuse either. One inspector serves all sessions of an engine, on several threads at
/// once; see [`LookupEngineBuilder::inspector`](crate::LookupEngineBuilder::inspector).
///
/// It comes after the policy, which holds whatever an inspector does (`S-R16`): a question that is forbidden is not shown
/// to it, one that it changes is judged again, and what it answers or makes of an answer loses the addresses
/// that answers may not have.
///
/// Its WSAEACCES counts as denied, as the policy's does: in statistics, and for observers. It is not told who asks; what
/// is to differ from guest to guest takes an engine each.
///
/// A panic in it is contained, and the request completes with WSANO_RECOVERY; its resolver is not asked
/// any more.
///
/// ```
/// use std::sync::mpsc;
///
/// use winsock_async_engine::resolvers::Tables;
/// use winsock_async_engine::{Inspection, Inspector, Lookup};
/// use winsock_async_engine::{ErrorCode, LookupEngine, Outcome, Policy, Query};
///
/// /// Writes down what is looked up, and refuses the hosts under `ads.test`.
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
///         // Nobody reads it any more only when the embedder ends.
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
    /// What is to become of a question. Called on the guest's thread, in the call that makes the request: it must
    /// not wait.
    ///
    /// Questions are shown as resolvers get them. A dotted address that is asked for as a name, which no
    /// resolver gets, is shown as [`Lookup::HostByName`]. One that needs a worker is refused at the call when all are
    /// stuck (`S-C7`), and has no outcome.
    fn question(&self, lookup: &Lookup) -> Inspection {
        let _ = lookup;
        Inspection::Pass
    }

    /// What the guest gets. `lookup` is the question as the resolver got it.
    ///
    /// Called on the thread that has the outcome: the guest's for what is known at once, a worker's after
    /// [`Resolver::resolve_blocking`](super::Resolver::resolve_blocking), and for a [`Responder`](super::Responder) the one that sends it. On a guest's it
    /// must not wait; on a worker's it may, as a resolver may.
    ///
    /// Not shown are outcomes of [`Inspection::Answer`], which are the inspector's own, and what the engine refuses before
    /// any resolver. One whose request is cancelled meanwhile may be shown, and reaches nobody.
    fn outcome(&self, lookup: &Lookup, outcome: Outcome) -> Outcome {
        let _ = lookup;
        outcome
    }
}

/// What an [`Inspector`] says to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Inspection {
    /// Let it go on to the resolver.
    Pass,
    /// This is the outcome, and no resolver is asked.
    Answer(Outcome),
    /// Ask this instead, if the policy allows it. It must be of the same kind, host, service or protocol; else the
    /// request completes with WSANO_RECOVERY.
    Ask(Lookup),
}

impl Inspection {
    /// The guest gets WSAEACCES.
    pub fn refused() -> Inspection {
        Inspection::Answer(Err(ErrorCode::AccessDenied))
    }
}
