//! Blocking hooks of the program, cancelling, and the calls that fail while a call blocks.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use winsock_async_guest::lookup::{Resolver, block_on};
use winsock_async_guest::*;
use winsock_async_test_guests::*;

fn main() {
    versions();
    let _winsock = Winsock::startup(makeword(1, 1)).unwrap();
    assert_eq!(wsa_cancel_blocking_call(), Err(WSAEINVAL));
    hooks_are_replaced();
    everything_else_fails();
    what_is_dropped_meanwhile();
    cancel_and_completion_race();
}

/// S-B4, S-S5: hooks need a start-up of version 1; one that counts is enough.
fn versions() {
    let calls = || {
        [
            wsa_set_blocking_hook(|| false).map(drop),
            wsa_unhook_blocking_hook(),
            wsa_cancel_blocking_call(),
        ]
    };
    assert_eq!(calls(), [Err(WSANOTINITIALISED); 3]);
    for version in [makeword(2, 0), makeword(2, 2)] {
        let _two = Winsock::startup(version).unwrap();
        assert_eq!(calls(), [Err(WSAEOPNOTSUPP); 3]);
        assert_eq!(wsa_get_last_error(), 10045);
        // The blocking calls work with both versions.
        assert_eq!(gethostbyname("quick.test").unwrap().name, "quick.test");
    }
    let two = Winsock::startup(makeword(2, 2)).unwrap();
    let one = Winsock::startup(makeword(1, 0)).unwrap();
    assert_eq!(calls(), [Ok(()), Ok(()), Err(WSAEINVAL)]);
    wsa_set_blocking_hook(|| panic!("from before the last clean-up")).unwrap();
    drop((one, two));
    let _two = Winsock::startup(makeword(2, 2)).unwrap();
    assert_eq!(calls(), [Err(WSAEOPNOTSUPP); 3]);
    assert_eq!(gethostbyname("quick.test").unwrap().name, "quick.test");
}

/// S-B4, S-B1: each hook is called until another is set, and never for an immediate answer.
fn hooks_are_replaced() {
    let calls = Rc::new(RefCell::new(Vec::new()));
    // A hook that cancels after `times` calls.
    let hook = |number: u32, times: u32| {
        let (calls, count) = (calls.clone(), Cell::new(0));
        move || {
            calls.borrow_mut().push(number);
            count.set(count.get() + 1);
            if count.get() == times {
                count.set(0);
                wsa_cancel_blocking_call().unwrap();
            }
            // S-B1: the call calls the hook again after it has returned false.
            false
        }
    };
    assert!(wsa_set_blocking_hook(hook(1, 3)).unwrap().is_default());
    assert_eq!(gethostbyname("known.test").unwrap().name, "known.test");
    assert!(calls.borrow().is_empty());
    assert_eq!(gethostbyname("never.test"), Err(WSAEINTR));
    assert_eq!(wsa_get_last_error(), 10004);
    let first = wsa_set_blocking_hook(hook(2, 2)).unwrap();
    assert_eq!(gethostbyname("never.test"), Err(WSAEINTR));
    assert!(!wsa_set_blocking_hook(first).unwrap().is_default());
    assert_eq!(gethostbyname("never.test"), Err(WSAEINTR));
    assert_eq!(*calls.borrow(), [1, 1, 1, 2, 2, 1, 1, 1]);
    wsa_unhook_blocking_hook().unwrap();
    assert_eq!(gethostbyname("quick.test").unwrap().name, "quick.test");
    assert_eq!(calls.borrow().len(), 8);
}

/// S-B2, S-R1, S-C5: every call of Winsock fails before its parameters are checked, except four.
fn everything_else_fails() {
    let window = Window::new(|_| 0);
    let request = wsa_async_get_host_by_name(window.hwnd(), DONE, "never.test").unwrap();
    let hook = move || {
        assert!(wsa_is_blocking());
        let requests = six_requests(&window);
        assert!(requests.iter().all(|r| *r == Err(WSAEINPROGRESS)));
        assert_eq!(wsa_get_last_error(), 10036);
        assert_eq!(six_blocking(), [Err(WSAEINPROGRESS); 6]);
        for handle in [request, 0] {
            assert_eq!(wsa_cancel_async_request(handle), Err(WSAEINPROGRESS));
        }
        assert_eq!(wsa_cleanup(), Err(WSAEINPROGRESS));
        for version in [makeword(2, 2), 0] {
            assert_eq!(wsa_startup(version), Err(WSAEINPROGRESS));
        }
        let hooks = [
            wsa_set_blocking_hook(|| true).map(drop),
            wsa_unhook_blocking_hook(),
        ];
        assert_eq!(hooks, [Err(WSAEINPROGRESS); 2]);
        wsa_set_last_error(5);
        assert_eq!(wsa_get_last_error(), 5);
        // Messages are no calls of Winsock.
        post_message(window.hwnd(), WM_APP, 0, 0).unwrap();
        assert_eq!(next(&window).message, WM_APP);
        assert_eq!(wsa_cancel_blocking_call(), Ok(()));
        assert_eq!(wsa_cancel_blocking_call(), Ok(()));
        true
    };
    wsa_set_blocking_hook(hook).unwrap();
    assert_eq!(gethostbyname("never.test"), Err(WSAEINTR));
    wsa_unhook_blocking_hook().unwrap();
    assert!(!wsa_is_blocking());
    assert_eq!(wsa_cancel_async_request(request), Ok(()));
}

/// S-S3, S-S4, S-C1: a future that is dropped in the hook is cancelled, and a start-up cleaned up.
fn what_is_dropped_meanwhile() {
    let resolver = Resolver::new().unwrap();
    let never = resolver.host("never.test");
    let handle = never.handle().unwrap();
    let held = RefCell::new(Some((never, Winsock::startup(makeword(1, 1)).unwrap())));
    wsa_set_blocking_hook(move || {
        held.take();
        assert!(block_on(resolver.host("quick.test")).is_ok());
        wsa_cancel_blocking_call().unwrap();
        false
    })
    .unwrap();
    assert_eq!(gethostbyname("never.test"), Err(WSAEINTR));
    assert_eq!(wsa_cancel_async_request(handle), Err(WSAEINVAL));
    // First the start-ups of `main` and of the resolver are left, and then that of `main`.
    wsa_unhook_blocking_hook().unwrap();
    wsa_cleanup().unwrap();
    assert_eq!(wsa_cleanup(), Err(WSANOTINITIALISED));
    wsa_startup(makeword(1, 1)).unwrap();
}

/// S-B3: a cancel that comes too late also succeeds, and the call returns its answer.
fn cancel_and_completion_race() {
    let (hooks, succeeded) = (Rc::new(Cell::new(0)), Cell::new(0));
    wsa_set_blocking_hook({
        let hooks = hooks.clone();
        move || {
            hooks.set(hooks.get() + 1);
            if hooks.get() % 3 == 0 {
                std::thread::yield_now();
            }
            assert_eq!(wsa_cancel_blocking_call(), Ok(()));
            false
        }
    })
    .unwrap();
    let rounds = 2000;
    for _ in 0..rounds {
        match gethostbyname("quick.test") {
            Ok(entry) => {
                assert_eq!(entry.name, "quick.test");
                succeeded.set(succeeded.get() + 1);
            }
            Err(error) => assert_eq!(error, WSAEINTR),
        }
    }
    // Every call that did not succeed was cancelled in the hook.
    assert!(rounds - succeeded.get() <= hooks.get());
    wsa_unhook_blocking_hook().unwrap();
    assert_eq!(gethostbyname("quick.test").unwrap().name, "quick.test");
}
