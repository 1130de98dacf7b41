//! Calls while another call blocks.

use super::*;
use crate::lookup::{Resolver, block_on};

/// Runs `check` once in a hook, while a call blocks that then completes.
fn while_blocking(check: impl Fn() + 'static) {
    let calls = counting(move |calls| {
        if calls == 1 {
            check();
        }
        false
    });
    fake::plan(ms(5), host());
    assert_eq!(gethostbyname("a.test"), Ok(entry()));
    assert_eq!(calls.get(), 1);
}

/// Every call of Winsock that must fail while another blocks, with invalid arguments.
fn all_calls(window: &Window) -> Vec<Result<(), WsaError>> {
    let w = window.hwnd();
    let requests = [
        wsa_async_get_host_by_name(w, WM_USER, ""),
        wsa_async_get_host_by_addr(w, WM_USER, &[], -1),
        wsa_async_get_serv_by_name(w, WM_USER, "", None),
        wsa_async_get_serv_by_port(w, WM_USER, -1, None),
        wsa_async_get_proto_by_name(w, WM_USER, ""),
        wsa_async_get_proto_by_number(w, WM_USER, -1),
    ];
    let blocking = [
        gethostbyname("").map(drop),
        gethostbyaddr(&[], -1).map(drop),
        getservbyname("", None).map(drop),
        getservbyport(-1, None).map(drop),
        getprotobyname("").map(drop),
        getprotobynumber(-1).map(drop),
    ];
    let others = [
        wsa_cancel_async_request(0),
        wsa_set_blocking_hook(|| false).map(drop),
        wsa_unhook_blocking_hook(),
    ];
    let requests = requests.into_iter().map(|handle| handle.map(drop));
    requests.chain(blocking).chain(others).collect()
}

#[test]
fn errors_of_the_host_precede_those_of_parameters() {
    // S-S5, S-C5, S-R1, S-B2
    let (window, _) = recorder();
    let error = |expected: WsaError| {
        let all = all_calls(&window);
        assert!(all.iter().all(|call| *call == Err(expected)), "{all:?}");
        assert_eq!(wsa_get_last_error(), expected.number());
        wsa_set_last_error(0);
    };
    error(WSANOTINITIALISED);
    fake::set_down(true);
    // S-S5: WSANOTINITIALISED precedes WSAENETDOWN.
    error(WSANOTINITIALISED);
    fake::set_down(false);
    let _winsock = version_1();
    fake::set_down(true);
    error(WSAENETDOWN);
    assert!(fake::queries().is_empty());
}

#[test]
fn every_other_call_of_winsock_fails_while_one_blocks() {
    // S-B2, S-C5, S-R1
    let _winsock = version_1();
    let (window, _) = recorder();
    let request = wsa_async_get_host_by_name(window.hwnd(), WM_USER, "b").unwrap();
    while_blocking(move || {
        let mut all = all_calls(&window);
        all.push(wsa_cancel_async_request(request));
        all.push(wsa_cleanup());
        // S-B2: start-up checks this before the version.
        all.extend([makeword(1, 1), 0].map(|version| wsa_startup(version).map(drop)));
        assert!(all.iter().all(|c| *c == Err(WSAEINPROGRESS)), "{all:?}");
        assert_eq!(wsa_get_last_error(), 10036);
        // These four calls work.
        wsa_set_last_error(5);
        assert_eq!((wsa_get_last_error(), wsa_is_blocking()), (5, true));
    });
    assert_eq!(wsa_cancel_async_request(request), Ok(()));
    assert_eq!(fake::queries().len(), 2);
    assert_eq!(fake::startups(), 1);
}

#[test]
fn wsaenetdown_precedes_wsaeinprogress_and_ends_the_blocking_call() {
    // S-B2, S-C5, S-R1, S-R18
    let _winsock = version_1();
    let (window, _) = recorder();
    counting(move |_| {
        fake::set_down(true);
        let down = all_calls(&window);
        assert!(down.iter().all(|c| *c == Err(WSAENETDOWN)), "{down:?}");
        false
    });
    assert_eq!(gethostbyname("a.test"), Err(WSAENETDOWN));
    assert!(!wsa_is_blocking());
}

#[test]
fn calls_of_a_procedure_that_the_default_hook_runs_fail_too() {
    // S-B2
    let _winsock = version_1();
    let seen = Rc::new(Cell::new(None));
    let window = Window::new({
        let seen = seen.clone();
        move |_| {
            seen.set(Some(gethostbyname("b.test")));
            wsa_cancel_blocking_call().unwrap();
            0
        }
    });
    set_timer(window.hwnd(), 1, ms(30)).unwrap();
    assert_eq!(gethostbyname("a.test"), Err(WSAEINTR));
    assert_eq!(seen.take(), Some(Err(WSAEINPROGRESS)));
}

#[test]
fn futures_work_while_a_call_blocks() {
    // Futures are no calls of Winsock.
    let _winsock = version_1();
    let resolver = Resolver::new().unwrap();
    let (kept, dropped) = (resolver.host("b.test"), resolver.host("c.test"));
    let dropped = RefCell::new(Some(dropped));
    while_blocking(move || {
        dropped.take();
        fake::plan(ms(1), host());
        let inner = Resolver::new().unwrap().host("d.test");
        assert_eq!(block_on(inner), Ok(entry()));
        assert_eq!(wsa_get_last_error(), 0);
    });
    // S-C1: the hook dropped one request, which cancelled it.
    assert_eq!(fake::outstanding(), 1);
    fake::complete(kept.handle().unwrap(), host());
    assert_eq!(block_on(kept), Ok(entry()));
    // The deferred clean-up of the inner resolver has run.
    assert_eq!(fake::startups(), 2);
}

#[test]
fn a_future_that_completes_while_a_call_blocks_keeps_its_answer() {
    let _winsock = version_1();
    let resolver = Resolver::new().unwrap();
    fake::plan(ms(1), host());
    let early = resolver.host("b.test");
    fake::plan(ms(2), host());
    assert_eq!(gethostbyname("a.test"), Ok(entry()));
    let pauses = fake::pauses();
    assert_eq!(block_on(early), Ok(entry()));
    assert_eq!(fake::pauses(), pauses);
}

#[test]
fn a_guard_that_is_dropped_while_a_call_blocks_cleans_up_afterwards() {
    // S-B2, S-S3, S-S4
    let (outer, second) = (version_1(), version_1());
    let held = RefCell::new(vec![outer, second]);
    wsa_set_last_error(0);
    while_blocking(move || {
        held.borrow_mut().pop();
        assert_eq!(wsa_get_last_error(), 0);
        let last = held.borrow_mut().pop().unwrap();
        assert_eq!(last.cleanup(), Err(WSAEINPROGRESS));
        assert_eq!(fake::startups(), 2);
    });
    assert_eq!(fake::startups(), 0);
    assert_eq!(gethostbyname("a.test"), Err(WSANOTINITIALISED));
    // S-B4: the hook is gone with the last clean-up.
    let _winsock = version_1();
    assert!(wsa_set_blocking_hook(|| false).unwrap().is_default());
}
