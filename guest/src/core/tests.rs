//! The tables by themselves, without a host.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Wake, Waker};
use std::time::Duration;

use super::*;
use crate::error::{ERROR_INVALID_WINDOW_HANDLE, WSANO_DATA};
use crate::message::WM_USER;

/// A waker that notes whether it was called.
#[derive(Default)]
struct Noted(AtomicBool);

impl Wake for Noted {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Counts the calls to its procedure and hook, and the recipients that were dropped.
#[derive(Clone, Default)]
struct Counter(Rc<Cell<u32>>);

impl Counter {
    fn count(&self) {
        self.0.set(self.0.get() + 1);
    }
}

struct Counted(Counter);

impl Recipient for Counted {
    fn deliver(self: Box<Self>, _: u32, _: Outcome) -> Message {
        Message::new(None, WM_USER, 0, 0)
    }

    fn withdraw(&mut self) {}
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.count();
    }
}

fn window(core: &mut Core) -> Hwnd {
    core.windows.add(Rc::new(|_| 0))
}

#[test]
fn a_completion_for_a_window_is_posted_and_one_for_a_destroyed_window_is_not() {
    // S-M4
    let mut core = Core::default();
    let (kept, destroyed) = (window(&mut core), window(&mut core));
    assert!(core.destroy(destroyed).is_some());
    assert!(core.destroy(destroyed).is_none());
    for (hwnd, handle) in [(destroyed, 1), (kept, 2)] {
        let route = Route::Message {
            hwnd: Some(hwnd),
            message: WM_USER,
        };
        assert!(core.complete(route, handle, Err(WSANO_DATA)).is_none());
    }
    let found = core.queue.find(&Filter::all(), true).map(|m| m.wparam);
    assert_eq!(found, Some(2));
    assert!(core.queue.find(&Filter::all(), true).is_none());
}

#[test]
fn a_destroyed_window_loses_its_messages_and_timers_and_its_procedure_is_an_effect() {
    let mut core = Core::default();
    let owned = Rc::new(());
    let procedure = {
        let owned = owned.clone();
        move |_: &Message| Rc::strong_count(&owned) as isize
    };
    let hwnd = core.windows.add(Rc::new(procedure));
    core.post(Message::new(hwnd, WM_USER, 0, 0)).unwrap();
    let timer = |hwnd| Timer::new(hwnd, 1, Duration::ZERO, 0, Duration::ZERO);
    core.set_timer(timer(Some(hwnd))).unwrap();
    let effect = core.destroy(hwnd);
    assert!(core.queue.find(&Filter::all(), true).is_none());
    assert_eq!(core.timers.next(&Filter::all()), None);
    let gone = Err(ERROR_INVALID_WINDOW_HANDLE);
    assert_eq!(core.post(Message::new(hwnd, WM_USER, 0, 0)), gone);
    assert_eq!(core.set_timer(timer(Some(hwnd))), gone);
    // The procedure lives until the effect is run.
    assert_eq!(Rc::strong_count(&owned), 2);
    drop(effect);
    assert_eq!(Rc::strong_count(&owned), 1);
}

#[test]
fn an_outcome_is_kept_for_its_waiter_and_the_waker_is_an_effect() {
    let mut core = Core::default();
    let number = core.pending.number();
    core.pending.insert(number);
    let noted = Arc::new(Noted::default());
    let (poll, former) = core.pending.poll(number, Waker::from(noted.clone()));
    assert!(poll.is_pending() && former.is_none());
    let effect = core.complete(Route::Waiter(number), 1, Err(WSANO_DATA));
    assert!(!noted.0.load(Ordering::Relaxed));
    match effect {
        Some(Effect::Wake(waker)) => waker.wake(),
        _ => panic!("no waker"),
    }
    assert!(noted.0.load(Ordering::Relaxed));
    assert!(core.pending.is_finished(number));
}

#[test]
fn the_last_clean_up_ends_waiters_recipients_and_the_hook_and_an_earlier_one_nothing() {
    // S-S3, S-S4
    let mut core = Core::default();
    let counter = Counter::default();
    core.started(0x0101);
    core.started(0x0202);
    let number = core.pending.number();
    core.pending.insert(number);
    let _ = core.pending.poll(number, Waker::noop().clone());
    core.handles.begin(1, 1, Box::new(Counted(counter.clone())));
    let hook = counter.clone();
    core.blocking.replace_hook(Some(Rc::new(move || {
        hook.count();
        false
    })));
    let route = Route::Message {
        hwnd: None,
        message: WM_USER,
    };
    assert!(core.complete(route, 2, Err(WSANO_DATA)).is_none());
    assert!(core.cleaned_up().is_empty());
    let effects = core.cleaned_up();
    let wakes = effects.iter().filter(|e| matches!(e, Effect::Wake(_)));
    assert_eq!((wakes.count(), effects.len()), (1, 3));
    // No effect has run, so nothing was called or dropped.
    assert_eq!(counter.0.get(), 0);
    drop(effects);
    assert_eq!(counter.0.get(), 1);
    assert!(core.queue.find(&Filter::all(), true).is_none());
    assert!(!core.blocking.has_version_1());
}
