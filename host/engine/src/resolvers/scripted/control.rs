//! The gate at which lookups wait for their delay or their release, and the test's handle to it.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crossbeam_queue::SegQueue;
use rustc_hash::FxHashMap;

use super::steps::Timing;
use crate::lookup::Lookup;

/// Shows a test which lookups reach a [`Scripted`](super::Scripted), and lets the test end them.
///
/// A lookup's name is its key as text: a host's name or address, a service's name or port, a
/// protocol's name or number. Case and a trailing dot do not matter.
#[derive(Clone, Debug)]
pub struct ScriptControl {
    gate: Arc<Gate>,
}

impl ScriptControl {
    pub(super) fn new(gate: Arc<Gate>) -> ScriptControl {
        gate.recording.store(true, Relaxed);
        ScriptControl { gate }
    }

    /// Waits until a worker has begun a lookup of this name. Each call counts one lookup: a second
    /// call waits for a second lookup. Lookups that are answered at once reach no worker, and do
    /// not count. Blocks for ever if no lookup comes.
    pub fn wait_until_started(&self, name: &str) {
        let name = label(name);
        let mut state = self.gate.lock();
        while !take_one(&mut state.started, &name) {
            state = self.gate.wait_for_change(state);
        }
    }

    /// Ends one waiting lookup of this name, with its answer. If none waits, ends the next one.
    pub fn release(&self, name: &str) {
        *self.gate.lock().released.entry(label(name)).or_default() += 1;
        self.gate.changed.notify_all();
    }

    /// Every lookup that has reached the resolver, in order. A lookup without a rule may be there
    /// twice if it comes through a [`Chain`](crate::resolvers::Chain).
    pub fn asked(&self) -> Vec<Lookup> {
        let mut state = self.gate.lock();
        while let Some(lookup) = self.gate.asked.pop() {
            state.record.push(lookup);
        }
        state.record.clone()
    }
}

/// Holds lookups until their delay is over or a test releases them, and records them.
#[derive(Debug, Default)]
pub(super) struct Gate {
    state: Mutex<State>,
    /// Notified of every change of the state.
    changed: Condvar,
    /// Whether a test has a control: without one, the record would grow for nothing.
    recording: AtomicBool,
    /// Lookups that are not in the state's record yet. Lock-free, as guests' threads push.
    asked: SegQueue<Lookup>,
}

#[derive(Debug, Default)]
struct State {
    /// Lookups that have begun and that no call has waited for, by name.
    started: FxHashMap<Box<str>, usize>,
    /// Releases that no lookup has used, by name.
    released: FxHashMap<Box<str>, usize>,
    record: Vec<Lookup>,
}

impl Gate {
    pub(super) fn record(&self, lookup: &Lookup) {
        if self.recording.load(Relaxed) {
            self.asked.push(lookup.clone());
        }
    }

    /// Marks the lookup as begun, and waits until it is to end.
    pub(super) fn wait(&self, lookup: &Lookup, timing: Timing) {
        let name = label_of(lookup);
        let mut state = self.lock();
        *state.started.entry(name.clone()).or_default() += 1;
        self.changed.notify_all();
        // A delay that no `Instant` can express never ends.
        let until = match timing {
            Timing::AtOnce => return,
            Timing::After(delay) => Instant::now().checked_add(delay),
            Timing::OnRelease => None,
        };
        while !take_one(&mut state.released, &name) {
            state = match until {
                None => self.wait_for_change(state),
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

    fn wait_for_change<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed
            .wait(state)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Decrements a count. Returns false if it is 0.
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
        Lookup::Addresses { name, .. } => label(name),
        Lookup::NameOf(address) => label(&address.to_string()),
    }
}

fn label(name: &str) -> Box<str> {
    name.strip_suffix('.')
        .unwrap_or(name)
        .to_ascii_lowercase()
        .into()
}
