//! The blocking calls and their hook.

mod in_progress;

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use super::support::{ms, recorder};
use crate::host::{Current, Host, fake};
use crate::*;

fn entry() -> HostEntry {
    HostEntry {
        name: "a.test".into(),
        aliases: vec![],
        addresses: vec![],
    }
}

fn host() -> Result<Answer, WsaError> {
    Ok(Answer::Host(entry()))
}

fn version_1() -> Winsock {
    Winsock::startup(makeword(1, 1)).unwrap()
}

/// Installs a hook that counts its calls.
fn counting(hook: impl Fn(u32) -> bool + 'static) -> Rc<Cell<u32>> {
    let calls = Rc::new(Cell::new(0));
    let former = wsa_set_blocking_hook({
        let calls = calls.clone();
        move || {
            calls.set(calls.get() + 1);
            hook(calls.get())
        }
    });
    assert!(former.unwrap().is_default());
    calls
}

#[test]
fn each_call_asks_its_question_and_returns_its_entry() {
    // S-B1, S-B5, S-R11
    let _winsock = version_1();
    let service = ServiceEntry {
        name: "http".into(),
        aliases: vec![],
        port: 80,
        protocol: "tcp".into(),
    };
    let protocol = ProtocolEntry {
        name: "tcp".into(),
        aliases: vec![],
        number: 6,
    };
    let answers = [
        Answer::Host(entry()),
        Answer::Service(service.clone()),
        Answer::Protocol(protocol.clone()),
    ];
    for answer in answers.iter().flat_map(|answer| [answer, answer]) {
        fake::plan(ms(1), Ok(answer.clone()));
    }
    assert_eq!(gethostbyname("a.test"), Ok(entry()));
    assert_eq!(gethostbyaddr(&[192, 0, 2, 1], AF_INET), Ok(entry()));
    assert_eq!(getservbyname("http", Some("tcp")), Ok(service.clone()));
    let port = i32::from(htons(80)) | 0x7fff << 16;
    assert_eq!(getservbyport(port, None), Ok(service));
    assert_eq!(getprotobyname(b"tcp"), Ok(protocol.clone()));
    assert_eq!(getprotobynumber(6), Ok(protocol));
    let asked = fake::queries();
    let blocking = asked;
    // The requests ask the same questions.
    let (window, _) = recorder();
    let w = window.hwnd();
    wsa_async_get_host_by_name(w, 0, "a.test").unwrap();
    wsa_async_get_host_by_addr(w, 0, &[192, 0, 2, 1], AF_INET).unwrap();
    wsa_async_get_serv_by_name(w, 0, "http", Some("tcp")).unwrap();
    wsa_async_get_serv_by_port(w, 0, port, None).unwrap();
    wsa_async_get_proto_by_name(w, 0, "tcp").unwrap();
    wsa_async_get_proto_by_number(w, 0, 6).unwrap();
    assert_eq!(fake::queries()[6..], blocking);
}

#[test]
fn an_error_of_the_answer_is_the_error_of_the_call_and_the_last_one() {
    // S-S6
    let _winsock = version_1();
    for error in [WSAHOST_NOT_FOUND, WSANO_DATA, WSAEACCES, WSAENETDOWN] {
        fake::plan(ms(1), Err(error));
        assert_eq!(gethostbyname("a.test"), Err(error));
        assert_eq!(wsa_get_last_error(), error.number());
    }
    // The answer is of another kind than the question, so the host is broken.
    fake::plan(ms(1), host());
    assert_eq!(getprotobynumber(6), Err(WSANO_RECOVERY));
    // S-R2
    fake::limit(0);
    assert_eq!(gethostbyname("a.test"), Err(WSAEWOULDBLOCK));
}

#[test]
fn an_answer_that_is_there_at_once_does_not_run_the_hook() {
    // S-B1
    let _winsock = version_1();
    let calls = counting(|_| false);
    // Its completion is behind more completions than one call takes.
    let (window, _) = recorder();
    for _ in 0..1000 {
        fake::plan(Duration::ZERO, Err(WSANO_DATA));
        wsa_async_get_host_by_name(window.hwnd(), WM_USER, "other.test").unwrap();
    }
    fake::plan(Duration::ZERO, host());
    assert_eq!(gethostbyname("a.test"), Ok(entry()));
    assert_eq!((calls.get(), fake::pauses()), (0, 0));
}

#[test]
fn the_hook_is_called_until_it_returns_false_and_again_after_each_period() {
    // S-B1
    let _winsock = version_1();
    fake::plan(ms(25), host());
    // The hook returns true three times, then false.
    let calls = counting(|calls| calls < 4);
    assert_eq!(gethostbyname("a.test"), Ok(entry()));
    // Four calls at the start, and one after 10 and 20 ms; then the completion ends the wait.
    assert_eq!(HOOK_PERIOD, ms(10));
    assert_eq!((calls.get(), Current::now()), (6, ms(25)));
    assert_eq!(fake::pauses(), 3);
}

#[test]
fn a_hook_finishes_what_it_dispatches_before_the_request_is_looked_at() {
    // S-B1
    let _winsock = version_1();
    let calls = counting(|calls| {
        fake::complete_last();
        calls < 4
    });
    assert_eq!(gethostbyname("a.test"), Err(WSANO_DATA));
    assert_eq!(calls.get(), 4);
}

#[test]
fn a_hook_that_always_returns_true_does_not_keep_a_call_from_returning() {
    // S-B1
    let _winsock = version_1();
    counting(|calls| {
        if calls == 100 {
            fake::complete_last();
        }
        assert!(calls < 1000, "the call does not end");
        true
    });
    assert_eq!(gethostbyname("a.test"), Err(WSANO_DATA));
}

#[test]
fn the_default_hook_dispatches_messages_timers_and_completions_without_a_period() {
    // S-B1, S-M6: also after a start-up of version 2.
    let _winsock = Winsock::startup(makeword(2, 2)).unwrap();
    let (window, seen) = recorder();
    let hwnd = window.hwnd();
    post_message(hwnd, WM_USER, 1, 0).unwrap();
    set_timer(hwnd, 7, ms(400)).unwrap();
    fake::plan(ms(500), host());
    let request = wsa_async_get_host_by_name(hwnd, WM_USER + 1, "other.test").unwrap();
    fake::plan(ms(1000), host());
    assert_eq!(gethostbyname("a.test"), Ok(entry()));
    let numbers: Vec<_> = seen
        .borrow()
        .iter()
        .map(|m| (m.message, m.wparam))
        .collect();
    let timer = (WM_TIMER, 7);
    assert_eq!(
        numbers,
        [(WM_USER, 1), timer, (WM_USER + 1, request), timer]
    );
    // One pause for each message that was not there at the start, and one for the answer.
    assert_eq!((fake::pauses(), Current::now()), (4, ms(1000)));
}

#[test]
fn the_default_hook_leaves_wm_quit_and_dispatches_timers_behind_it() {
    // S-B1, S-M2
    let _winsock = version_1();
    let (window, seen) = recorder();
    post_quit_message(3);
    post_message(window.hwnd(), WM_QUIT, 4, 0).unwrap();
    post_message(window.hwnd(), WM_USER, 0, 0).unwrap();
    set_timer(window.hwnd(), 7, ms(10)).unwrap();
    fake::plan(ms(15), host());
    assert_eq!(gethostbyname("a.test"), Ok(entry()));
    let numbers: Vec<_> = seen.borrow().iter().map(|m| m.message).collect();
    assert_eq!(numbers, [WM_USER, WM_TIMER]);
    for code in [4, 3] {
        let quit = peek_message(None, .., true);
        assert_eq!(quit, Ok(Some(Retrieved::Quit(code))));
    }
    assert_eq!(peek_message(None, .., true), Ok(None));
}

#[test]
fn a_window_that_keeps_posting_to_itself_does_not_keep_a_call_from_returning() {
    // S-B1, S-M5
    let _winsock = version_1();
    let posts = Cell::new(0);
    let window = Window::new(move |m| {
        posts.set(posts.get() + 1);
        assert!(posts.get() < 1000, "the call does not end");
        if posts.get() == 100 {
            fake::complete_last();
        }
        post_message(m.hwnd, WM_USER, 0, 0).unwrap();
        0
    });
    post_message(window.hwnd(), WM_USER, 0, 0).unwrap();
    assert_eq!(gethostbyname("a.test"), Err(WSANO_DATA));
}

#[test]
fn cancelling_ends_the_call_with_wsaeintr_and_cancels_its_request() {
    // S-B3
    let _winsock = version_1();
    let calls = counting(|calls| {
        assert!(wsa_is_blocking());
        if calls == 3 {
            assert_eq!(wsa_cancel_blocking_call(), Ok(()));
            assert_eq!(fake::outstanding(), 0);
            // The call still blocks: a second cancel succeeds too.
            assert_eq!(wsa_cancel_blocking_call(), Ok(()));
            assert!(wsa_is_blocking());
        }
        // Even if the hook returns true, the call ends.
        calls == 3
    });
    assert_eq!(gethostbyname("a.test"), Err(WSAEINTR));
    assert_eq!((wsa_get_last_error(), calls.get()), (10004, 3));
    // The cancelled request leaves no outcome for the next call.
    fake::plan(Duration::ZERO, host());
    assert_eq!(gethostbyname("a.test"), Ok(entry()));
    assert!(!wsa_is_blocking());
}

#[test]
fn a_cancelled_call_returns_its_answer_if_the_library_has_taken_it() {
    // S-B3, S-C2
    let _winsock = version_1();
    for taken in [false, true] {
        let former = wsa_set_blocking_hook(move || {
            // The completion is in the host, or already in the guest.
            fake::complete_last();
            if taken {
                assert_eq!(peek_message(None, .., true), Ok(None));
                assert_eq!(fake::waiting(), 0);
            }
            assert_eq!(wsa_cancel_blocking_call(), Ok(()));
            false
        });
        assert!(former.is_ok());
        let ended = if taken { WSANO_DATA } else { WSAEINTR };
        assert_eq!(gethostbyname("a.test"), Err(ended));
    }
}

#[test]
fn outside_a_call_nothing_blocks_and_cancelling_fails() {
    // S-B3
    assert!(!wsa_is_blocking());
    let _winsock = version_1();
    assert!(!wsa_is_blocking());
    assert_eq!(wsa_cancel_blocking_call(), Err(WSAEINVAL));
    assert_eq!(wsa_get_last_error(), 10022);
}

#[test]
fn setting_returns_the_former_hook_and_unhooking_restores_the_default() {
    // S-B4
    let _winsock = version_1();
    let owned = Rc::new(());
    let first = counting({
        let owned = owned.clone();
        move |_| Rc::strong_count(&owned) == 0
    });
    let former = wsa_set_blocking_hook(|| false).unwrap();
    assert!(!former.is_default() && !former.call());
    assert_eq!(first.get(), 1);
    assert!(!wsa_set_blocking_hook(former).unwrap().is_default());
    fake::plan(ms(1), host());
    gethostbyname("a.test").unwrap();
    assert_eq!(first.get(), 2);
    assert_eq!(wsa_unhook_blocking_hook(), Ok(()));
    // No copy of the hook is kept.
    assert_eq!(Rc::strong_count(&owned), 1);
    fake::plan(ms(1), host());
    gethostbyname("a.test").unwrap();
    assert_eq!(first.get(), 2);
    assert!(wsa_set_blocking_hook(|| false).unwrap().is_default());
}

#[test]
fn the_former_hook_can_be_called_by_the_new_one() {
    // S-B1, S-B4
    let _winsock = version_1();
    let (window, seen) = recorder();
    let former = Rc::new(RefCell::new(BlockingHook::default()));
    let hook = {
        let former = former.clone();
        move || former.borrow().call()
    };
    let default = wsa_set_blocking_hook(hook).unwrap();
    assert_eq!(format!("{default:?}"), r#"BlockingHook("default")"#);
    former.replace(default);
    post_message(window.hwnd(), WM_USER, 0, 0).unwrap();
    fake::plan(ms(1), host());
    gethostbyname("a.test").unwrap();
    assert_eq!(seen.borrow().len(), 1);
}

#[test]
fn hooks_need_a_start_up_of_version_1() {
    // S-B4, S-S5
    let all = || {
        [
            wsa_set_blocking_hook(|| false).map(drop),
            wsa_unhook_blocking_hook(),
            wsa_cancel_blocking_call(),
        ]
    };
    assert_eq!(all(), [Err(WSANOTINITIALISED); 3]);
    let two = Winsock::startup(makeword(2, 2)).unwrap();
    assert_eq!(all(), [Err(WSAEOPNOTSUPP); 3]);
    assert_eq!(wsa_get_last_error(), 10045);
    drop(version_1());
    // A clean-up does not say which start-up it ends, so version 1 still counts.
    assert_eq!(all(), [Ok(()), Ok(()), Err(WSAEINVAL)]);
    wsa_set_blocking_hook(|| panic!("from before the last clean-up")).unwrap();
    drop(two);
    assert_eq!(all(), [Err(WSANOTINITIALISED); 3]);
    let _two = wsa_startup(makeword(2, 0)).unwrap();
    assert_eq!(all(), [Err(WSAEOPNOTSUPP); 3]);
    fake::plan(ms(1), host());
    assert_eq!(gethostbyname("a.test"), Ok(entry()));
    fake::set_down(true);
    assert_eq!(all(), [Err(WSAENETDOWN); 3]);
}

#[test]
fn after_a_hook_has_panicked_nothing_blocks() {
    let _winsock = version_1();
    counting(|_| panic!("on purpose"));
    let caught = catch_unwind(AssertUnwindSafe(|| gethostbyname("a.test")));
    assert!(caught.is_err());
    assert_eq!((wsa_is_blocking(), fake::outstanding()), (false, 0));
    wsa_unhook_blocking_hook().unwrap();
    fake::plan(ms(1), host());
    assert_eq!(gethostbyname("a.test"), Ok(entry()));
}

#[test]
fn a_call_whose_request_the_host_has_lost_fails_instead_of_hanging() {
    let _winsock = Winsock::startup(makeword(2, 2)).unwrap();
    let window = Window::new(|_| {
        Current::cancel(fake::last()).unwrap();
        0
    });
    post_message(window.hwnd(), WM_USER, 0, 0).unwrap();
    assert_eq!(gethostbyname("a.test"), Err(WSANO_RECOVERY));
}
