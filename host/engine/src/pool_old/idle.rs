//! Workers that are parked.

use std::time::{Duration, Instant};

use crate::sync::{AtomicUsize, Fault, Mutex, Ordering, fence, planted, thread};

/// Parked workers. The last to park is the first to be woken: what it needs is still in its
/// processor's caches, and the others may sleep on.
#[derive(Default)]
pub(crate) struct Idle {
    count: AtomicUsize,
    stack: Mutex<Vec<thread::Thread>>,
}

impl Idle {
    /// Puts this thread among those that may be chosen. It then looks for work once more before it
    /// waits: whoever brings work either sees the thread here, or the thread sees the work.
    pub(crate) fn enter(&self) -> Parking<'_> {
        let me = thread::current();
        let parking = Parking {
            idle: self,
            me: me.id(),
            chosen: false,
        };
        let mut stack = self.stack.lock().expect("no holder panics");
        stack.push(me);
        self.count.store(stack.len(), Ordering::Relaxed);
        drop(stack);
        fence(Ordering::SeqCst);
        parking
    }

    /// Wakes a parked worker for work that was brought before; says whether there was one.
    pub(crate) fn wake_one(&self) -> bool {
        fence(Ordering::SeqCst);
        if self.count.load(Ordering::Relaxed) == 0 {
            return false;
        }
        let mut stack = self.stack.lock().expect("no holder panics");
        let chosen = stack.pop();
        self.count.store(stack.len(), Ordering::Relaxed);
        drop(stack);
        // Not under the lock, which the woken thread takes.
        chosen.inspect(thread::Thread::unpark).is_some()
    }

    /// Wakes all.
    pub(crate) fn wake_all(&self) {
        while self.wake_one() {}
    }
}

/// A thread's place among the parked. If it was chosen and leaves for another reason, another is
/// woken in its place.
pub(crate) struct Parking<'a> {
    idle: &'a Idle,
    me: thread::ThreadId,
    chosen: bool,
}

impl Parking<'_> {
    /// Parks until this thread is chosen.
    pub(crate) fn wait(mut self) {
        while !self.chosen {
            thread::park();
            self.chosen = !self.is_listed();
        }
    }

    /// The same for so long; says whether it was chosen.
    pub(crate) fn wait_timeout(mut self, time: Duration) -> bool {
        let deadline = Instant::now().checked_add(time);
        while !self.chosen && thread::park_until(deadline) {
            self.chosen = !self.is_listed();
        }
        self.chosen
    }

    fn is_listed(&self) -> bool {
        let stack = self.idle.stack.lock().expect("no holder panics");
        stack.iter().any(|thread| thread.id() == self.me)
    }

    /// Takes this thread out; false if it was chosen before.
    fn unlist(&self) -> bool {
        let mut stack = self.idle.stack.lock().expect("no holder panics");
        let place = stack.iter().rposition(|thread| thread.id() == self.me);
        if let Some(place) = place {
            stack.remove(place);
        }
        self.idle.count.store(stack.len(), Ordering::Relaxed);
        place.is_some()
    }
}

impl Drop for Parking<'_> {
    fn drop(&mut self) {
        if !self.chosen && !self.unlist() && !planted(Fault::LeaveWithoutPassingOn) {
            self.idle.wake_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Parks a thread at `idle`, and returns where it tells that it was chosen.
    fn park(idle: &std::sync::Arc<Idle>) -> mpsc::Receiver<()> {
        let (tell, told) = mpsc::channel();
        let (idle, before) = (
            std::sync::Arc::clone(idle),
            idle.count.load(Ordering::Relaxed),
        );
        std::thread::spawn({
            let idle = std::sync::Arc::clone(&idle);
            move || {
                idle.enter().wait();
                tell.send(()).unwrap();
            }
        });
        while idle.count.load(Ordering::Relaxed) == before {
            std::thread::yield_now();
        }
        told
    }

    #[test]
    fn the_last_to_park_is_the_first_to_be_woken() {
        let idle = std::sync::Arc::new(Idle::default());
        assert!(!idle.wake_one());
        let (first, second) = (park(&idle), park(&idle));
        assert!(idle.wake_one());
        second.recv().unwrap();
        assert!(first.try_recv().is_err());
        idle.wake_all();
        first.recv().unwrap();
        assert!(!idle.wake_one());
    }

    #[test]
    fn one_that_was_chosen_and_leaves_wakes_another() {
        let idle = std::sync::Arc::new(Idle::default());
        let other = park(&idle);
        let parking = idle.enter();
        assert!(idle.wake_one());
        drop(parking);
        other.recv().unwrap();
    }

    #[test]
    fn one_that_leaves_unchosen_wakes_nobody() {
        let idle = std::sync::Arc::new(Idle::default());
        let other = park(&idle);
        drop(idle.enter());
        assert!(!idle.enter().wait_timeout(Duration::ZERO));
        assert_eq!(idle.count.load(Ordering::Relaxed), 1);
        assert!(other.try_recv().is_err());
        idle.wake_all();
        other.recv().unwrap();
    }
}
