//! Where lookups wait for their delay or their release, and the test's handle to it.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crossbeam_queue::SegQueue;
use rustc_hash::FxHashMap;

use super::turns::Wait;
use crate::lookup::Lookup;

/// Lets a test see which lookups reach a [`Scripted`](super::Scripted), and decide when they end.
///
/// Lookups are named by what they ask for, as text: a host's name or address, a service's name or
/// port, a protocol's name or number. Case and a trailing dot do not matter.
#[derive(Clone, Debug)]
pub struct ScriptControl {
    stage: Arc<Stage>,
}

impl ScriptControl {
    pub(super) fn new(stage: Arc<Stage>) -> ScriptControl {
        stage.recording.store(true, Relaxed);
        ScriptControl { stage }
    }

    /// Waits until a worker has begun with a lookup of this name, one that no earlier call has waited
    /// for. Lookups that are answered at once are not begun by a worker, and do not count.
    pub fn wait_until_started(&self, name: &str) {
        let name = label(name);
        let mut state = self.stage.lock();
        while !take_one(&mut state.started, &name) {
            state = self.stage.wait(state);
        }
    }

    /// Ends one lookup of this name that waits, with its answer. If none does, the next one will not.
    pub fn release(&self, name: &str) {
        *self.stage.lock().released.entry(label(name)).or_default() += 1;
        self.stage.changed.notify_all();
    }

    /// Every lookup that has reached the resolver, in order. One that is not scripted and passes
    /// through a [`Chain`](crate::lookup::Chain) may be there twice.
    pub fn asked(&self) -> Vec<Lookup> {
        let mut state = self.stage.lock();
        while let Some(lookup) = self.stage.asked.pop() {
            state.seen.push(lookup);
        }
        state.seen.clone()
    }
}

/// Where lookups wait.
#[derive(Debug, Default)]
pub(super) struct Stage {
    state: Mutex<State>,
    /// Told of every change of the state.
    changed: Condvar,
    /// Whether anything wants to know what was asked; without, the record would grow for nothing.
    recording: AtomicBool,
    /// What was asked and is not in the state yet. Lock-free, as it is filled on guests' threads.
    asked: SegQueue<Lookup>,
}

#[derive(Debug, Default)]
struct State {
    /// How many lookups were begun that nobody has waited for.
    started: FxHashMap<Box<str>, usize>,
    /// How many releases nobody has used.
    released: FxHashMap<Box<str>, usize>,
    seen: Vec<Lookup>,
}

impl Stage {
    pub(super) fn record(&self, lookup: &Lookup) {
        if self.recording.load(Relaxed) {
            self.asked.push(lookup.clone());
        }
    }

    /// Says that the lookup has begun, and waits as long as it shall take.
    pub(super) fn play(&self, lookup: &Lookup, wait: Wait) {
        let name = label_of(lookup);
        let mut state = self.lock();
        *state.started.entry(name.clone()).or_default() += 1;
        self.changed.notify_all();
        // A time that is too far away to be told is never.
        let until = match wait {
            Wait::Now => return,
            Wait::For(delay) => Instant::now().checked_add(delay),
            Wait::Ever => None,
        };
        while !take_one(&mut state.released, &name) {
            state = match until {
                None => self.wait(state),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return;
                    }
                    let waited = self.changed.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed
            .wait(state)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes one from a count, if there is one.
fn take_one(counts: &mut FxHashMap<Box<str>, usize>, name: &str) -> bool {
    let Some(count) = counts.get_mut(name) else {
        return false;
    };
    *count -= 1;
    if *count == 0 {
        counts.remove(name);
    }
    true
}

fn label_of(lookup: &Lookup) -> Box<str> {
    match lookup {
        Lookup::HostByName(name) | Lookup::ProtocolByName(name) => label(name),
        Lookup::HostByAddress(address) => label(&address.to_string()),
        Lookup::ServiceByName { name, .. } => label(name),
        Lookup::ServiceByPort { port, .. } => label(&port.to_string()),
        Lookup::ProtocolByNumber(number) => label(&number.to_string()),
    }
}

fn label(name: &str) -> Box<str> {
    name.strip_suffix('.')
        .unwrap_or(name)
        .to_ascii_lowercase()
        .into()
}
