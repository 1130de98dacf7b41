//! Whether the resolver side is up, and the sessions: those to be told when it goes down (`S-R18`), and what
//! they have done.

use slotmap::{DefaultKey, SlotMap};

use crate::metrics::Metrics;
use crate::pool::job::{CUT, Lane};
use crate::sync::{Arc, AtomicBool, Fault, Mutex, MutexGuard, Ordering, planted};

/// The place of a session among those that are told.
pub(crate) type SessionKey = DefaultKey;

/// An engine's switch, and every session's lane. Locked when a session comes or goes, when it is
/// switched and when it is read, and never on a guest's path.
#[derive(Default)]
pub(crate) struct SessionRegistry {
    is_down: AtomicBool,
    sessions: Mutex<Sessions>,
}

/// Those that are there, and the counts of those that are gone.
#[derive(Default)]
struct Sessions {
    lanes: SlotMap<SessionKey, Arc<Lane>>,
    gone: Metrics,
}

impl SessionRegistry {
    /// Has a session told.
    pub(crate) fn register(&self, lane: Arc<Lane>) -> SessionKey {
        self.sessions().lanes.insert(lane)
    }

    /// Has it told no more. Its counts stay: with the same lock, so that who reads finds them once.
    pub(crate) fn unregister(&self, key: SessionKey) {
        let mut sessions = self.sessions();
        let lane = sessions.lanes.remove(key);
        if let Some(lane) = &lane {
            lane.tally.add_to(&mut sessions.gone);
        }
        drop(sessions);
        drop(lane);
    }

    /// What all sessions have done, and what waits for workers.
    pub(crate) fn metrics(&self) -> Metrics {
        let sessions = self.sessions();
        let mut sum = sessions.gone.clone();
        for lane in sessions.lanes.values() {
            lane.tally.add_to(&mut sum);
            sum.queued += lane.jobs.len();
        }
        sum.sessions = sessions.lanes.len();
        sum
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().expect("no holder panics")
    }

    #[cfg(all(test, any(loom, shuttle)))]
    pub(crate) fn len(&self) -> usize {
        self.sessions().lanes.len()
    }

    pub(crate) fn is_down(&self) -> bool {
        self.is_down.load(Ordering::Relaxed)
    }

    /// Switches off. A session that sees its lane cut ends what is pending, also if all is up again by
    /// then; one that does not see it yet begins no request that would not be found pending.
    pub(crate) fn take_down(&self) {
        let lanes: Vec<_> = {
            let sessions = self.sessions();
            if !planted(Fault::CutTooEarly) {
                self.is_down.store(true, Ordering::Relaxed);
            }
            sessions.lanes.values().map(Arc::clone).collect()
        };
        for lane in lanes {
            lane.signal(CUT);
        }
        if planted(Fault::CutTooEarly) {
            self.is_down.store(true, Ordering::Relaxed);
        }
    }

    pub(crate) fn bring_up(&self) {
        self.is_down.store(false, Ordering::Relaxed);
    }
}
