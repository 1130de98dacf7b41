//! The monitor's state: which sessions wait, and what each worker is at. All of it is under the
//! pool's one lock.

use std::collections::BTreeMap;

use slotmap::{SlotMap, new_key_type};

use super::list::LinkedQueue;
use super::session_queue::SessionQueue;
use super::thresholds::{Alarm, RETRY, Thresholds};
use crate::limits::Share;
use crate::sync::{Arc, Fault, nanoseconds, planted, spinners};

new_key_type! {
    /// A session in its pool.
    pub(crate) struct SessionKey;
}

/// What the lock protects.
pub(super) struct State {
    sessions: SlotMap<SessionKey, Seat>,
    /// Sessions that wait for a worker, the next one first.
    run_queue: LinkedQueue<SessionKey>,
    /// Sessions that have jobs, and all the workers that their share allows.
    throttled: LinkedQueue<SessionKey>,
    slots: Vec<Slot>,
    /// Slots that have no thread.
    free_slots: Vec<u32>,
    /// How many workers there are for one session.
    pub(super) share: Share,
    /// Workers in a turn.
    pub(super) busy: usize,
    /// Those of them that are slow or stuck, so that an extra worker may take their place.
    pub(super) replaced: usize,
    /// Those of them that are stuck.
    pub(super) stuck: usize,
    /// Threads beyond the workers that were started with the pool, those that are being started
    /// included. Below 0, a worker has ended in favour of a thread that could not be started.
    pub(super) extra: isize,
    max_extra: usize,
    /// Workers that wait on the condition variable.
    pub(super) idle: usize,
    /// Workers that look at the hint for some microseconds, and then take the lock by themselves.
    pub(super) spinning: usize,
    /// Whether a worker was woken or started, and has not taken the lock yet. It wakes the next
    /// one.
    is_waking: bool,
    /// Whether an extra worker could not be started, and nobody has tried again since.
    pub(super) starts_failed: bool,
    /// Whether the last sessions were scheduled soon after a worker had become idle.
    pub(super) spin_pays: bool,
    /// When a worker became idle last, in nanoseconds.
    pub(super) idle_since: u64,
    pub(super) is_closed: bool,
    pub(super) watchdog: WatchdogState,
}

/// What the watchdog's thread and all others share.
pub(super) struct WatchdogState {
    /// None: no worker is slow or stuck for the time that its lookup takes.
    pub(super) thresholds: Option<Thresholds>,
    pub(super) alarms: BTreeMap<Alarm, Arc<SessionQueue>>,
    is_started: bool,
    /// Whether the thread could not be started, and nobody has tried again since.
    pub(super) start_failed: bool,
    /// When the thread looks again by itself, in nanoseconds; `u64::MAX` if it rests.
    pub(super) looks_at: u64,
    /// Whether the thread must be woken, or started, when the lock is released.
    is_called: bool,
    /// Turns that began since the last scan.
    turns: u64,
}

impl WatchdogState {
    /// The thread could not be started. The next request or wait tries again.
    pub(super) fn note_failed_start(&mut self) {
        self.is_started = false;
        self.start_failed = true;
        self.looks_at = u64::MAX;
    }
}

/// A session, as the pool knows it.
struct Seat {
    queue: Arc<SessionQueue>,
    place: Place,
    /// Workers in a turn of this session.
    workers: usize,
    /// Those of them that are stuck.
    stuck: usize,
}

/// Where a session is.
#[derive(Clone, Copy)]
enum Place {
    /// It has no jobs, or a worker or guest is about to look or schedule.
    Unscheduled,
    Queued(u32),
    Throttled(u32),
}

/// What one thread is at.
#[derive(Clone, Copy)]
struct Slot {
    work: Work,
    session: SessionKey,
    /// When the turn began, in nanoseconds.
    since: u64,
}

/// A worker's states. See the README.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    Idle,
    Running,
    /// Replaced, and not stuck yet.
    Slow,
    /// Replaced: its job was cancelled, or takes longer than `stuck_after`.
    Stuck,
}

/// One worker's stay with one session.
pub(super) struct Turn {
    pub(super) queue: Arc<SessionQueue>,
    pub(super) session: SessionKey,
    /// Whether the session stayed in the run queue, as more than one of its jobs waited.
    pub(super) is_queued: bool,
    /// Units: nanoseconds.
    pub(super) since: u64,
    /// Whether the worker may spin for the session's next job.
    pub(super) spin_pays: bool,
}

/// What the one who releases the lock must do afterwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Calls {
    pub(super) worker: Call,
    pub(super) watchdog: Call,
}

/// Who must be called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Call {
    #[default]
    Nobody,
    /// A thread that waits.
    Wake,
    /// A thread that is not there yet.
    Start,
}

impl State {
    pub(super) fn new(share: Share, max_extra: usize, thresholds: Option<Thresholds>) -> State {
        State {
            sessions: SlotMap::with_key(),
            run_queue: LinkedQueue::new(),
            throttled: LinkedQueue::new(),
            slots: Vec::new(),
            free_slots: Vec::new(),
            share,
            busy: 0,
            replaced: 0,
            stuck: 0,
            extra: 0,
            max_extra,
            idle: 0,
            spinning: 0,
            is_waking: false,
            starts_failed: false,
            spin_pays: true,
            idle_since: 0,
            is_closed: false,
            watchdog: WatchdogState {
                thresholds,
                alarms: BTreeMap::new(),
                is_started: false,
                start_failed: false,
                looks_at: u64::MAX,
                is_called: false,
                turns: 0,
            },
        }
    }

    /// Adds a session.
    pub(super) fn add(&mut self, queue: Arc<SessionQueue>) -> SessionKey {
        self.sessions.insert(Seat {
            queue,
            place: Place::Unscheduled,
            workers: 0,
            stuck: 0,
        })
    }

    /// Removes a session, wherever it is. The caller drops its queue, without the lock.
    pub(super) fn remove(&mut self, session: SessionKey) -> Option<Arc<SessionQueue>> {
        self.unschedule(session);
        self.sessions.remove(session).map(|seat| seat.queue)
    }

    /// Puts a session at the end of the run queue.
    pub(super) fn schedule(&mut self, session: SessionKey) {
        if let Some(seat) = self.sessions.get_mut(session) {
            seat.place = Place::Queued(self.run_queue.push_back(session));
        }
    }

    /// Takes a session out of the queue in which it is.
    fn unschedule(&mut self, session: SessionKey) {
        let Some(seat) = self.sessions.get_mut(session) else {
            return;
        };
        match std::mem::replace(&mut seat.place, Place::Unscheduled) {
            Place::Unscheduled => None,
            Place::Queued(place) => self.run_queue.remove(place),
            Place::Throttled(place) => self.throttled.remove(place),
        };
    }

    #[cfg(all(test, not(any(loom, shuttle))))]
    pub(super) fn sessions(&self) -> usize {
        self.sessions.len()
    }

    /// How many sessions wait in the run queue.
    pub(super) fn waiting(&self) -> usize {
        self.run_queue.len()
    }

    /// A thread's begin: gives it a slot.
    pub(super) fn open_slot(&mut self) -> u32 {
        self.is_waking = false;
        self.free_slots.pop().unwrap_or_else(|| {
            self.slots.push(Slot {
                work: Work::Idle,
                session: SessionKey::default(),
                since: 0,
            });
            (self.slots.len() - 1) as u32
        })
    }

    /// An idle thread's end, as there are more extra workers than replaced ones.
    pub(super) fn end_excess(&mut self, slot: u32) -> bool {
        let excess = self.extra > self.replaced as isize;
        if excess {
            self.extra -= 1;
            self.free_slots.push(slot);
        }
        excess
    }

    /// Begins a turn of the session that is next, if there is one.
    pub(super) fn begin_turn(&mut self, slot: u32, now: u64) -> Option<Turn> {
        let session = self.next_session()?;
        let seat = &mut self.sessions[session];
        seat.workers += 1;
        let queue = Arc::clone(&seat.queue);
        // Another worker may serve it too.
        let is_queued = queue.queued() > 1;
        if is_queued {
            self.schedule(session);
        }
        self.busy += 1;
        self.slots[slot as usize] = Slot {
            work: Work::Running,
            session,
            since: now,
        };
        self.watchdog.turns += 1;
        if let Some(thresholds) = self.watchdog.thresholds {
            self.look_at(now.saturating_add(thresholds.slow));
        }
        Some(Turn {
            queue,
            session,
            is_queued,
            since: now,
            spin_pays: self.spin_pays && self.busy <= spinners(),
        })
    }

    /// Ends the turn of a slot, if it has one.
    pub(super) fn end_turn(&mut self, slot: u32) {
        let slot = &mut self.slots[slot as usize];
        let work = std::mem::replace(&mut slot.work, Work::Idle);
        let session = slot.session;
        if work == Work::Idle {
            return;
        }
        let is_stuck = usize::from(work == Work::Stuck);
        self.busy -= 1;
        self.replaced -= usize::from(work != Work::Running);
        self.stuck -= is_stuck;
        if let Some(seat) = self.sessions.get_mut(session) {
            seat.workers -= 1;
            seat.stuck -= is_stuck;
            if matches!(seat.place, Place::Throttled(_)) && !planted(Fault::ThrottledForGood) {
                self.unschedule(session);
                self.schedule(session);
            }
        }
        // There is one worker more for the others.
        if self.share.is_ample(self.busy)
            && !planted(Fault::ThrottledForGood)
            && let Some(session) = self.throttled.pop_front()
        {
            self.schedule(session);
        }
    }

    /// Takes the next session out of the run queue, and throttles those before it that have their
    /// share.
    fn next_session(&mut self) -> Option<SessionKey> {
        while let Some(session) = self.run_queue.pop_front() {
            let seat = &mut self.sessions[session];
            if self.share.has_room(seat.workers, self.busy) {
                seat.place = Place::Unscheduled;
                return Some(session);
            }
            seat.place = Place::Throttled(self.throttled.push_back(session));
        }
        if planted(Fault::ThrottledForGood) {
            return None;
        }
        // Each of these has a worker, so that they are no more than workers.
        let has_room = |session| {
            let workers = self.sessions[session].workers;
            self.share.has_room(workers, self.busy)
        };
        let mut throttled = self.throttled.iter();
        let (place, _) = throttled.find(|(_, session)| has_room(**session))?;
        drop(throttled);
        let session = self.throttled.remove(place)?;
        self.sessions[session].place = Place::Unscheduled;
        Some(session)
    }

    /// The job that a worker is in was cancelled.
    pub(super) fn mark_stuck(&mut self, slot: u32) {
        self.mark(slot as usize, Work::Stuck);
    }

    /// Marks a worker as slow or stuck, once.
    fn mark(&mut self, slot: usize, work: Work) {
        let slot = &mut self.slots[slot];
        if slot.work == Work::Idle || slot.work == work {
            return;
        }
        let was = std::mem::replace(&mut slot.work, work);
        self.replaced += usize::from(was == Work::Running || planted(Fault::ReplacedTwice));
        if work == Work::Stuck {
            self.stuck += 1;
            if let Some(seat) = self.sessions.get_mut(slot.session) {
                seat.stuck += 1;
            }
        }
    }

    /// Marks the workers that are slow or stuck by now, and returns when to look again; none if
    /// nothing can change before a turn begins.
    pub(super) fn scan(&mut self, now: u64) -> Option<u64> {
        let thresholds = self.watchdog.thresholds?;
        let turns = std::mem::take(&mut self.watchdog.turns);
        let mut next = u64::MAX;
        for slot in 0..self.slots.len() {
            let Slot { work, since, .. } = self.slots[slot];
            let passed = now.saturating_sub(since);
            let work = match work {
                Work::Idle | Work::Stuck => continue,
                _ if passed >= thresholds.stuck => Work::Stuck,
                Work::Running if passed >= thresholds.slow => Work::Slow,
                work => work,
            };
            self.mark(slot, work);
            next = next.min(match work {
                Work::Running => since.saturating_add(thresholds.slow),
                Work::Slow => since.saturating_add(thresholds.stuck),
                _ => u64::MAX,
            });
        }
        // A turn that begins now is not to wake the thread.
        if turns > 0 {
            next = next.min(now.saturating_add(thresholds.slow));
        }
        (next < u64::MAX).then_some(next)
    }

    /// Has the watchdog look at that time at the latest.
    pub(super) fn look_at(&mut self, at: u64) {
        if at < self.watchdog.looks_at {
            self.watchdog.looks_at = at;
            self.watchdog.is_called = true;
        }
    }

    /// Whether no worker is there for a session that needs one, nor will be before a stuck one
    /// comes back.
    pub(super) fn is_out_of_workers(&self, session: SessionKey) -> bool {
        if self.stuck >= self.share.workers {
            return true;
        }
        let Some(seat) = self.sessions.get(session) else {
            return false;
        };
        let all_stuck = seat.stuck > 0 && seat.stuck == seat.workers;
        seat.stuck >= self.share.per_session
            || all_stuck && !self.share.has_room(seat.workers, self.stuck)
    }

    /// An idle worker was woken.
    pub(super) fn woken(&mut self) {
        self.is_waking = false;
    }

    /// An extra worker could not be started. The watchdog tries again.
    pub(super) fn start_failed(&mut self, now: u64) {
        self.extra -= 1;
        self.is_waking = false;
        self.starts_failed = true;
        self.look_at(now.saturating_add(nanoseconds(RETRY)));
    }

    /// Decides who is called for what waits now. Called before the lock is released.
    pub(super) fn calls(&mut self) -> Calls {
        let watchdog = match std::mem::take(&mut self.watchdog.is_called) {
            false => Call::Nobody,
            true if std::mem::replace(&mut self.watchdog.is_started, true) => Call::Wake,
            true => {
                self.watchdog.start_failed = false;
                Call::Start
            }
        };
        Calls {
            worker: self.call_worker(),
            watchdog,
        }
    }

    /// Calls at most one worker, which calls the next.
    fn call_worker(&mut self) -> Call {
        if self.run_queue.is_empty() || self.is_waking || self.spinning > 0 {
            return Call::Nobody;
        }
        if self.idle > 0 {
            self.is_waking = true;
            return Call::Wake;
        }
        if self.extra < self.replaced.min(self.max_extra) as isize && !self.starts_failed {
            self.extra += 1;
            self.is_waking = true;
            return Call::Start;
        }
        Call::Nobody
    }
}
