//! Whether the resolver side is up, and the sessions to be told when it goes down (`S-R18`).

use slotmap::{DefaultKey, SlotMap};

use super::job::Lane;
use super::sync::{Arc, AtomicBool, Fault, Mutex, Ordering, planted};

/// The place of a session among those that are told.
pub(crate) type Place = DefaultKey;

/// An engine's switch, and every session's lane. Locked when a session comes or goes and when it is
/// switched, and never on a guest's path.
#[derive(Default)]
pub(crate) struct Switch {
    is_down: AtomicBool,
    lanes: Mutex<SlotMap<Place, Arc<Lane>>>,
}

impl Switch {
    /// Has a session told.
    pub(crate) fn enter(&self, lane: Arc<Lane>) -> Place {
        self.lanes.lock().expect("no holder panics").insert(lane)
    }

    /// Has it told no more.
    pub(crate) fn leave(&self, place: Place) {
        let lane = self.lanes.lock().expect("no holder panics").remove(place);
        drop(lane);
    }

    #[cfg(all(test, any(loom, shuttle)))]
    pub(crate) fn len(&self) -> usize {
        self.lanes.lock().expect("no holder panics").len()
    }

    pub(crate) fn is_down(&self) -> bool {
        self.is_down.load(Ordering::Relaxed)
    }

    /// Switches off. A session that sees its lane cut ends what is pending, also if all is up again by
    /// then; one that does not see it yet begins no request that would not be found pending.
    pub(crate) fn turn_off(&self) {
        let lanes: Vec<_> = {
            let lanes = self.lanes.lock().expect("no holder panics");
            if !planted(Fault::CutTooEarly) {
                self.is_down.store(true, Ordering::Relaxed);
            }
            lanes.values().map(Arc::clone).collect()
        };
        for lane in lanes {
            lane.cut.store(true, Ordering::Release);
            lane.arrived.notify();
        }
        if planted(Fault::CutTooEarly) {
            self.is_down.store(true, Ordering::Relaxed);
        }
    }

    pub(crate) fn turn_on(&self) {
        self.is_down.store(false, Ordering::Relaxed);
    }
}
