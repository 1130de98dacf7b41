//! The primitives of a model checker: loom's, which knows weak memory, or shuttle's, for larger
//! cases.
//!
//! Time does not pass in a model. A wait with a time-out may end at once, and a thread that spins
//! checks once.

use std::collections::VecDeque;
use std::time::Duration;

#[cfg(loom)]
use loom as model;
#[cfg(shuttle)]
use shuttle as model;

pub(crate) use self::model::sync::atomic::{
    AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering, fence,
};
pub(crate) use self::model::sync::{Condvar, Mutex, MutexGuard};
#[cfg(test)]
pub(crate) use self::model::thread as model_thread;

pub(crate) mod thread {
    pub(crate) use super::model::thread::{Builder, Thread, current, park, yield_now};
    use std::time::Instant;

    pub(crate) fn park_until(deadline: Option<Instant>) -> bool {
        match deadline {
            None => park(),
            Some(_) => yield_now(),
        }
        deadline.is_none()
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock;

impl Clock {
    pub(crate) fn start() -> Clock {
        Clock
    }

    pub(crate) fn given(_: fn() -> Duration) -> Clock {
        Clock
    }

    pub(crate) fn second_of(&self, _: std::time::Instant) -> Option<std::num::NonZeroU32> {
        None
    }

    pub(crate) fn now(&self) -> u64 {
        0
    }
}

pub(crate) fn spin_until(_: Duration, ready: impl Fn() -> bool) -> bool {
    ready()
}

pub(crate) fn spinners() -> usize {
    1
}

/// Stands for crossbeam's queues, which are not checked here. The checker does not see the
/// elements, only their count, with the orderings that crossbeam promises. A thread that takes an
/// element sees the writes before its push. A thread that reads the count may read an old one.
///
/// This promises more than crossbeam in one point: a thread that takes an element also sees the
/// writes before all earlier pushes.
struct Queue<T> {
    elements: std::sync::Mutex<VecDeque<T>>,
    count: AtomicUsize,
}

impl<T> Queue<T> {
    fn new() -> Queue<T> {
        Queue {
            elements: std::sync::Mutex::new(VecDeque::new()),
            count: AtomicUsize::new(0),
        }
    }

    fn push(&self, element: T) {
        self.elements
            .lock()
            .expect("one thread at a time")
            .push_back(element);
        self.count.fetch_add(1, Ordering::Release);
    }

    fn pop(&self) -> Option<T> {
        let fewer = |count: usize| count.checked_sub(1);
        self.count
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, fewer)
            .ok()?;
        self.elements
            .lock()
            .expect("one thread at a time")
            .pop_front()
    }

    fn len(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }
}

/// Stands for `SegQueue`.
pub(crate) struct SharedQueue<T>(Queue<T>);

impl<T> SharedQueue<T> {
    pub(crate) fn new() -> SharedQueue<T> {
        SharedQueue(Queue::new())
    }

    pub(crate) fn push(&self, element: T) {
        self.0.push(element);
    }

    pub(crate) fn pop(&self) -> Option<T> {
        self.0.pop()
    }

    /// In crossbeam a push and this load are sequentially consistent. Loom has no such load, but
    /// such a fence.
    pub(crate) fn len(&self) -> usize {
        fence(Ordering::SeqCst);
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
