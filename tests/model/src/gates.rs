//! The resolver of the engine in these tests.

use std::collections::HashSet;
use std::net::Ipv4Addr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use winsock_async_engine::policy::{Pattern, Policy};
use winsock_async_engine::{ErrorCode, HostEntry, Limits, LookupEngine, Outcome};
use winsock_async_engine::{Lookup, Resolution, Resolver};

use crate::code::Code;
use crate::player::Settings;
use crate::question::Question;

/// A resolver that answers as [`Question`] says. Each held lookup waits at its own gate. Clones
/// share their gates.
#[derive(Clone, Default)]
pub struct Gates(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Open gates, besides those up to and including `all_up_to`.
    open: HashSet<u64>,
    all_up_to: u64,
    /// Numbers asked for since [`Gates::open_all`].
    asked: HashSet<u64>,
    /// Numbers that a worker has looked up since [`Gates::open_all`].
    resolved: HashSet<u64>,
    wrong: Option<String>,
}

impl Gates {
    /// An engine with these limits and this resolver.
    pub fn engine(&self, settings: &Settings) -> LookupEngine {
        let allowed: Pattern = "*.test".parse().expect("a good pattern");
        LookupEngine::builder()
            .resolver(self.clone())
            .policy(Policy::deny_all().allow_private().allow(allowed))
            .limits(Limits {
                workers: settings.workers,
                stuck_after: Duration::MAX,
                max_requests: settings.max_requests,
                requests_per_engine: settings.requests_per_engine,
                ..Limits::default()
            })
            .build()
    }

    /// Lets the lookup with this number finish.
    pub fn open(&self, number: u64) {
        self.state().open.insert(number);
        self.0.changed.notify_all();
    }

    /// Lets every lookup so far finish. Their numbers must not come again.
    pub fn open_all(&self) {
        let mut state = self.state();
        let newest = state.asked.drain().max();
        state.all_up_to = state.all_up_to.max(newest.unwrap_or(0));
        state.open.clear();
        state.resolved.clear();
        drop(state);
        self.0.changed.notify_all();
    }

    /// Whether this number was asked for since [`Gates::open_all`].
    pub fn was_asked(&self, number: u64) -> bool {
        self.state().asked.contains(&number)
    }

    /// A description of a lookup that workers have begun twice, if there is one.
    pub fn wrong(&self) -> Option<String> {
        self.state().wrong.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the worker until the gate of a held question is open.
    fn resolving(&self, question: Question) {
        let number = question.number();
        let mut state = self.state();
        if !state.resolved.insert(number) {
            state.wrong = Some(format!("{question:?} is resolved twice"));
        }
        if !matches!(question, Question::Held(_)) {
            return;
        }
        let closed = |state: &mut State| number > state.all_up_to && !state.open.contains(&number);
        drop(self.0.changed.wait_while(state, closed));
    }
}

impl Resolver for Gates {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        let Some(question) = question(lookup) else {
            return Resolution::NotFound;
        };
        if let Question::Release(number) = question {
            self.open(number);
        } else {
            self.state().asked.insert(question.number());
        }
        match question {
            Question::Held(_) | Question::Quick(_) => Resolution::Blocking,
            Question::Nothing(_) => Resolution::NotFound,
            Question::Known(_) | Question::Release(_) | Question::Denied(_) => {
                Resolution::Ready(answer(question))
            }
        }
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        let question = question(lookup).ok_or(ErrorCode::NoRecovery)?;
        self.resolving(question);
        answer(question)
    }
}

fn question(lookup: &Lookup) -> Option<Question> {
    match lookup {
        Lookup::HostByName(name) => Question::from_name(name),
        _ => None,
    }
}

fn answer(question: Question) -> Outcome {
    match question.outcome() {
        Ok(address) => {
            let entry = HostEntry::new(question.name(), [Ipv4Addr::from_bits(address)]);
            Ok(Arc::new(entry.into()))
        }
        Err(Code::TryAgain) => Err(ErrorCode::TryAgain),
        Err(_) => Err(ErrorCode::NoRecovery),
    }
}
