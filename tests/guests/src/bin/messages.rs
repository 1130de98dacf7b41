//! Completions among other messages: windows, filters, timers, nested loops.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use winsock_async_guest::*;
use winsock_async_test_guests::*;

fn main() {
    let _winsock = Winsock::startup(makeword(2, 2)).unwrap();
    crossed_windows();
    a_window_that_goes();
    a_loop_in_a_handler();
    a_timer_cancels();
    a_full_queue();
}

/// S-M1, S-R6: two windows get their completions, with message numbers of the caller, in any order
/// of reads.
fn crossed_windows() {
    let (a, b) = (Window::new(|_| 0), Window::new(|_| 0));
    let for_a = wsa_async_get_host_by_name(a.hwnd(), WM_APP + 1, "known.test").unwrap();
    let for_b = wsa_async_get_host_by_name(b.hwnd(), WM_APP + 2, "quick.test").unwrap();
    let seen_b = next(&b);
    let seen_a = next(&a);
    assert_eq!(
        (seen_a.hwnd, seen_a.message, seen_a.wparam),
        (Some(a.hwnd()), WM_APP + 1, for_a)
    );
    assert_eq!(
        (seen_b.hwnd, seen_b.message, seen_b.wparam),
        (Some(b.hwnd()), WM_APP + 2, for_b)
    );
    nothing_left(&a);
}

/// S-M4: the requests of a window that is gone end silently, and can be cancelled until then.
fn a_window_that_goes() {
    let (stays, goes) = (Window::new(|_| 0), Window::new(|_| 0));
    let known = wsa_async_get_host_by_name(goes.hwnd(), DONE, "known.test").unwrap();
    let never = wsa_async_get_host_by_name(goes.hwnd(), DONE, "never.test").unwrap();
    drop(goes);
    assert_eq!(wsa_cancel_async_request(never), Ok(()));
    assert_eq!(wsa_cancel_async_request(known), Ok(()));
    nothing_left(&stays);
}

/// S-M5: the handler of a completion asks again and waits for the answer in a message loop.
fn a_loop_in_a_handler() {
    let names = Rc::new(RefCell::new(Vec::new()));
    let depth = Rc::new(Cell::new(0));
    let window = Window::new({
        let names = names.clone();
        move |message: &Message| {
            depth.set(depth.get() + 1);
            if let Some(Ok(Answer::Host(entry))) = message.answer() {
                names.borrow_mut().push(entry.name.clone());
            }
            if depth.get() < 4 {
                wsa_async_get_host_by_name(message.hwnd, DONE, "quick.test").unwrap();
                run_message_loop().unwrap();
            }
            post_quit_message(0);
            0
        }
    });
    wsa_async_get_host_by_name(window.hwnd(), DONE, "known.test").unwrap();
    run_message_loop().unwrap();
    assert_eq!(
        *names.borrow(),
        ["known.test", "quick.test", "quick.test", "quick.test"]
    );
    nothing_left(&window);
}

/// S-M2, S-M6: GetMessage wakes for a timer while a request hangs, and the timer ends it.
fn a_timer_cancels() {
    let request = Rc::new(Cell::new(0));
    let window = Window::new({
        let request = request.clone();
        move |message: &Message| {
            assert_eq!((message.message, message.wparam), (WM_TIMER, 7));
            assert!(kill_timer(message.hwnd, 7));
            wsa_cancel_async_request(request.get()).unwrap();
            post_quit_message(3);
            0
        }
    });
    let never = wsa_async_get_host_by_name(window.hwnd(), DONE, "never.test").unwrap();
    request.set(never);
    set_timer(window.hwnd(), 7, Duration::from_millis(20)).unwrap();
    assert_eq!(run_message_loop(), Ok(3));
    nothing_left(&window);
}

/// S-M3: the queue holds ten thousand messages, refuses one more, and loses no completion.
fn a_full_queue() {
    let window = Window::new(|_| 0);
    let requests: Vec<_> = (0..10)
        .map(|_| wsa_async_get_host_by_name(window.hwnd(), DONE, "known.test").unwrap())
        .collect();
    for i in 0..10_000 {
        post_message(window.hwnd(), WM_APP, i, 0).unwrap();
    }
    let refused = post_message(window.hwnd(), WM_APP, 0, 0);
    assert_eq!(refused, Err(ERROR_NOT_ENOUGH_QUOTA));
    let (mut posted, mut completed) = (0, Vec::new());
    for _ in 0..10_010 {
        let message = next(&window);
        if message.message == DONE {
            completed.push(message.wparam);
        } else {
            assert_eq!(message.wparam, posted);
            posted += 1;
        }
    }
    assert_eq!((posted, completed), (10_000, requests));
    nothing_left(&window);
}
