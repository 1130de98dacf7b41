//! The rules of the message queue, with completions of the host among the messages.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;

use winsock_async_guest::*;
use winsock_async_test_guests::*;

fn main() {
    let _winsock = Winsock::startup(makeword(2, 2)).unwrap();
    order_and_filters();
    messages_then_quit_then_timers();
    invalid_windows();
    timers_never_pile_up();
    a_full_queue_loses_nothing();
    a_loop_in_a_handler_of_a_timer();
}

/// Returns the number of a message, 0 for no message, and the negated exit code for WM_QUIT.
fn number(found: Option<Retrieved>) -> i64 {
    match found {
        None => 0,
        Some(Retrieved::Message(message)) => i64::from(message.message),
        Some(Retrieved::Quit(code)) => -i64::from(code),
    }
}

/// S-M1: first in, first out for each window; a filter by window and by range; PM_NOREMOVE.
fn order_and_filters() {
    let (a, b) = (Window::new(|_| 0), Window::new(|_| 0));
    let request = wsa_async_get_host_by_name(a.hwnd(), DONE + 3, "known.test").unwrap();
    // The completion arrives, and waits in the queue before the other messages.
    assert!(peek_message(None, .., false).unwrap().is_some());
    for (window, message) in [(&b, 1), (&a, 2), (&b, 3), (&a, 4)] {
        post_message(window.hwnd(), DONE + message, 0, 0).unwrap();
    }
    let peek = |window: Option<&Window>, from, to, remove| {
        let hwnd = window.map(Window::hwnd);
        let found = number(peek_message(hwnd, DONE + from..=DONE + to, remove).unwrap());
        found.saturating_sub(i64::from(DONE)).max(0)
    };
    // A peeked message stays.
    for _ in 0..3 {
        assert_eq!(peek(None, 0, 9, false), 3);
        assert_eq!(peek(Some(&b), 0, 9, false), 1);
        assert_eq!(peek(None, 1, 2, false), 1);
        assert_eq!(peek(Some(&a), 1, 2, false), 2);
    }
    assert_eq!(peek(Some(&b), 4, 9, true), 0);
    assert_eq!(peek(Some(&b), 2, 9, true), 3);
    let found = get_message(Some(a.hwnd()), DONE + 3..=DONE + 3).unwrap();
    assert!(matches!(found, Retrieved::Message(m) if m.wparam == request));
    assert_eq!(peek(None, 0, 9, true), 1);
    assert_eq!(peek(None, 0, 9, true), 2);
    assert_eq!(peek(None, 0, 9, true), 4);
    nothing_left(&a);
}

/// S-M2, S-M6: posted messages and completions come first, then WM_QUIT whatever the filter, then
/// timers.
fn messages_then_quit_then_timers() {
    let (window, other) = (Window::new(|_| 0), Window::new(|_| 0));
    set_timer(window.hwnd(), 7, USER_TIMER_MINIMUM).unwrap();
    // The timer of `window` is due too, and waits.
    set_timer(other.hwnd(), 8, USER_TIMER_MINIMUM).unwrap();
    assert_eq!(next(&other).wparam, 8);
    assert!(kill_timer(other.hwnd(), 8));
    post_quit_message(42);
    post_message(window.hwnd(), WM_APP, 0, 0).unwrap();
    wsa_async_get_host_by_name(window.hwnd(), DONE, "known.test").unwrap();
    assert_eq!(number(peek_message(None, 1..2, false).unwrap()), -42);
    let found = [0; 4].map(|_| number(Some(get_message(None, ..).unwrap())));
    let [posted, done, timer] = [WM_APP, DONE, WM_TIMER].map(i64::from);
    assert_eq!(found, [posted, done, -42, timer]);
    assert!(kill_timer(window.hwnd(), 7));
    // S-M2: the exit code comes as it was posted.
    for code in [0, -1, i32::MAX] {
        post_quit_message(code);
        assert_eq!(run_message_loop(), Ok(code));
    }
    nothing_left(&window);
}

/// S-M2, S-M3: errors of windows that do not exist.
fn invalid_windows() {
    let stays = Window::new(|_| 0);
    let gone = Window::new(|_| 0).hwnd();
    let invalid = ERROR_INVALID_WINDOW_HANDLE;
    post_message(stays.hwnd(), WM_APP, 0, 0).unwrap();
    assert_eq!(get_message(Some(gone), ..), Err(invalid));
    assert_eq!(peek_message(Some(gone), .., true), Err(invalid));
    assert_eq!(post_message(gone, WM_APP, 0, 0), Err(invalid));
    assert_eq!(wsa_get_last_error(), 1400);
    // S-M2: PeekMessage never waits, even while a request hangs.
    assert_eq!(next(&stays).message, WM_APP);
    let never = wsa_async_get_host_by_name(stays.hwnd(), DONE, "never.test").unwrap();
    assert_eq!(peek_message(None, .., true), Ok(None));
    wsa_cancel_async_request(never).unwrap();
    nothing_left(&stays);
}

/// S-M6: after any number of missed periods there is one message.
fn timers_never_pile_up() {
    let (window, clock) = (Window::new(|_| 0), Window::new(|_| 0));
    let period = USER_TIMER_MINIMUM;
    set_timer(window.hwnd(), 1, period).unwrap();
    set_timer(clock.hwnd(), 2, period).unwrap();
    for _ in 0..5 {
        assert_eq!(next(&clock).wparam, 2);
    }
    let start = Instant::now();
    let due = || peek_message(Some(window.hwnd()), .., true).unwrap();
    let found = std::iter::from_fn(due).count() as u32;
    // One message for the missed periods, and one for each period since.
    assert!((1..=1 + start.elapsed().div_duration_f64(period) as u32).contains(&found));
    for (window, id) in [(&window, 1), (&clock, 2)] {
        assert!(kill_timer(window.hwnd(), id));
    }
    nothing_left(&window);
}

/// S-M3, S-M4: a full queue loses no completion, except those of a window that is gone.
fn a_full_queue_loses_nothing() {
    let (stays, goes) = (Window::new(|_| 0), Window::new(|_| 0));
    let ask =
        |window: &Window| wsa_async_get_host_by_name(window.hwnd(), DONE, "known.test").unwrap();
    let mut kept: Vec<_> = (0..20).map(|_| ask(&stays)).collect();
    let lost: Vec<_> = (0..20).map(|_| ask(&goes)).collect();
    while post_message(stays.hwnd(), WM_APP, 0, 0).is_ok() {}
    assert_eq!(wsa_get_last_error(), 1816);
    // S-C2: what the host has is no message.
    assert_eq!(wsa_cancel_async_request(kept.remove(0)), Ok(()));
    drop(goes);
    for request in kept {
        // Makes room for one more message, of any completion.
        let taken = peek_message(None, WM_APP..=WM_APP, true).unwrap();
        assert_eq!(number(taken), i64::from(WM_APP));
        let found = peek_message(None, DONE..=DONE, true).unwrap();
        assert!(matches!(found, Some(Retrieved::Message(m)) if m.wparam == request));
    }
    // The queue has room, so this takes what is left.
    assert_eq!(peek_message(None, DONE..=DONE, true), Ok(None));
    drop(stays);
    for request in lost {
        assert_eq!(wsa_cancel_async_request(request), Err(WSAEALREADY));
    }
    nothing_left(&Window::new(|_| 0));
}

/// S-M5, S-M2: a handler waits for an answer in a message loop. Other messages come there too.
fn a_loop_in_a_handler_of_a_timer() {
    let order = Rc::new(Cell::new(0));
    let other = Window::new({
        let order = order.clone();
        move |_| {
            order.set(order.get() * 10 + 1);
            0
        }
    });
    let window = Window::new({
        let (order, other) = (order.clone(), other.hwnd());
        move |message: &Message| {
            if message.message == WM_TIMER {
                kill_timer(message.hwnd, 1);
                post_message(other, WM_APP, 0, 0).unwrap();
                wsa_async_get_host_by_name(message.hwnd, DONE, "quick.test").unwrap();
                assert_eq!(run_message_loop(), Ok(5));
                order.set(order.get() * 10 + 3);
                post_quit_message(6);
            } else {
                assert!(message.answer().unwrap().is_ok());
                order.set(order.get() * 10 + 2);
                post_quit_message(5);
            }
            0
        }
    });
    set_timer(window.hwnd(), 1, USER_TIMER_MINIMUM).unwrap();
    assert_eq!(run_message_loop(), Ok(6));
    assert_eq!(order.get(), 123);
    nothing_left(&window);
}
