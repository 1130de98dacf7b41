//! The message queue.

use std::cell::Cell;

use super::support::{ms, recorder};
use crate::host::{Current, Host, fake};
use crate::*;

fn message(found: Option<Retrieved>) -> Option<u32> {
    match found? {
        Retrieved::Message(message) => Some(message.message),
        quit => panic!("{quit:?}"),
    }
}

fn handle(found: Retrieved) -> TaskHandle {
    match found {
        Retrieved::Message(message) if message.is_completion() => message.wparam,
        other => panic!("{other:?}"),
    }
}

fn fill(hwnd: Hwnd) {
    while post_message(hwnd, WM_USER, 0, 0).is_ok() {}
}

#[test]
fn messages_come_in_order_and_by_window_and_number() {
    // S-M1
    let ((a, _), (b, _)) = (recorder(), recorder());
    for (window, number) in [(&a, 1), (&b, 2), (&a, 3), (&b, 4), (&a, 5)] {
        post_message(window.hwnd(), number, 0, 0).unwrap();
    }
    let peek = |hwnd, remove| message(peek_message(hwnd, .., remove).unwrap());
    assert_eq!(peek(Some(b.hwnd()), false), Some(2));
    assert_eq!(peek(Some(b.hwnd()), true), Some(2));
    assert_eq!(message(peek_message(None, 4.., true).unwrap()), Some(4));
    assert_eq!(
        message(peek_message(Some(b.hwnd()), .., true).unwrap()),
        None
    );
    assert_eq!(message(peek_message(None, 2..=4, true).unwrap()), Some(3));
    assert_eq!(message(peek_message(None, 2..5, true).unwrap()), None);
    assert_eq!(
        (peek(None, true), peek(None, true), peek(None, true)),
        (Some(1), Some(5), None)
    );
}

#[test]
fn quit_comes_after_posted_messages_and_before_timers() {
    // S-M2
    let (window, seen) = recorder();
    set_timer(window.hwnd(), 1, ms(10)).unwrap();
    fake::advance(ms(10));
    post_quit_message(3);
    post_message(window.hwnd(), WM_USER, 0, 0).unwrap();
    assert_eq!(
        peek_message(None, 9..=9, false),
        Ok(Some(Retrieved::Quit(3)))
    );
    assert_eq!(run_message_loop(), Ok(3));
    assert_eq!(seen.borrow().len(), 1);
    let next = peek_message(None, .., true).unwrap();
    assert_eq!(message(next), Some(WM_TIMER));
    post_message(window.hwnd(), WM_QUIT, 4, 0).unwrap();
    assert_eq!(run_message_loop(), Ok(4));
}

#[test]
fn posting_to_or_looking_for_a_window_that_does_not_exist_fails() {
    // S-M2, S-M3
    let (window, _) = recorder();
    let hwnd = window.hwnd();
    post_message(hwnd, WM_USER, 0, 0).unwrap();
    drop(window);
    let gone = ERROR_INVALID_WINDOW_HANDLE;
    assert_eq!(post_message(hwnd, WM_USER, 0, 0), Err(gone));
    assert_eq!(wsa_get_last_error(), 1400);
    assert_eq!(get_message(Some(hwnd), ..), Err(gone));
    assert_eq!(peek_message(Some(hwnd), .., true), Err(gone));
    assert_eq!(peek_message(None, .., true), Ok(None));
}

#[test]
fn get_message_waits_in_the_host_and_fails_if_nothing_can_come() {
    // S-M2
    let _winsock = Winsock::startup(makeword(2, 2)).unwrap();
    let ((window, _), (other, _)) = (recorder(), recorder());
    let late = wsa_async_get_host_by_name(window.hwnd(), WM_USER, "a").unwrap();
    let early = wsa_async_get_host_by_name(other.hwnd(), WM_USER, "b").unwrap();
    fake::complete_at(ms(20), early, Err(WSANO_DATA));
    fake::complete_at(ms(50), late, Err(WSANO_DATA));
    assert_eq!(handle(get_message(Some(window.hwnd()), ..).unwrap()), late);
    assert_eq!((Current::now(), fake::pauses()), (ms(50), 2));
    assert_eq!(handle(get_message(None, ..).unwrap()), early);
    assert_eq!(get_message(None, ..), Err(ERROR_POSSIBLE_DEADLOCK));
    assert_eq!(wsa_get_last_error(), 1131);
}

#[test]
fn a_timer_ends_the_wait_for_a_completion() {
    let _winsock = Winsock::startup(makeword(2, 2)).unwrap();
    let (window, _) = recorder();
    let request = wsa_async_get_host_by_name(window.hwnd(), WM_USER, "a").unwrap();
    fake::complete_at(ms(50), request, Err(WSANO_DATA));
    set_timer(window.hwnd(), 1, ms(40)).unwrap();
    assert_eq!(message(get_message(None, ..).ok()), Some(WM_TIMER));
    assert_eq!(Current::now(), ms(40));
    assert_eq!(handle(get_message(None, ..).unwrap()), request);
    assert_eq!((Current::now(), fake::pauses()), (ms(50), 2));
}

#[test]
fn a_full_queue_refuses_a_post_and_keeps_a_completion() {
    // S-M3
    let _winsock = Winsock::startup(makeword(2, 2)).unwrap();
    let (window, _) = recorder();
    let hwnd = window.hwnd();
    let request = wsa_async_get_host_by_name(hwnd, WM_USER + 1, "a").unwrap();
    for _ in 0..QUEUE_LIMIT {
        assert_eq!(post_message(hwnd, WM_USER, 0, 0), Ok(()));
    }
    assert_eq!(
        post_message(hwnd, WM_USER, 0, 0),
        Err(ERROR_NOT_ENOUGH_QUOTA)
    );
    assert_eq!(wsa_get_last_error(), 1816);
    fake::complete(request, Err(WSANO_DATA));
    assert_eq!(message(peek_message(None, 0..1, true).unwrap()), None);
    assert_eq!(fake::waiting(), 1);
    // After one message was retrieved, the completion takes its room before the program can post.
    assert_eq!(
        message(peek_message(None, .., true).unwrap()),
        Some(WM_USER)
    );
    assert_eq!(fake::waiting(), 0);
    assert_eq!(
        post_message(hwnd, WM_USER, 0, 0),
        Err(ERROR_NOT_ENOUGH_QUOTA)
    );
    let found = peek_message(None, WM_USER + 1.., true).unwrap();
    assert_eq!(handle(found.unwrap()), request);
}

#[test]
fn completions_come_in_order_while_the_queue_is_full() {
    // S-M3
    let _winsock = Winsock::startup(makeword(2, 2)).unwrap();
    let ((window, _), (full, _)) = (recorder(), recorder());
    let ask = || wsa_async_get_host_by_name(window.hwnd(), WM_USER, "a").unwrap();
    let requests = [ask(), ask()];
    fill(full.hwnd());
    for request in requests {
        fake::complete(request, Err(WSANO_DATA));
    }
    let found = requests.map(|_| handle(get_message(Some(window.hwnd()), ..).unwrap()));
    assert_eq!(found, requests);
    // No other message can arrive: the queue is full of messages that the call does not look for.
    let none = get_message(Some(window.hwnd()), ..);
    assert_eq!(none, Err(ERROR_NOT_ENOUGH_QUOTA));
}

#[test]
fn a_completion_set_aside_is_found_while_another_request_is_outstanding() {
    // S-M2, S-M5
    let _winsock = Winsock::startup(makeword(2, 2)).unwrap();
    let ((window, _), (full, _)) = (recorder(), recorder());
    let ask = || wsa_async_get_host_by_name(window.hwnd(), WM_USER, "a").unwrap();
    let (request, _outstanding) = (ask(), ask());
    fill(full.hwnd());
    fake::complete(request, Err(WSANO_DATA));
    let found = get_message(Some(window.hwnd()), ..).unwrap();
    assert_eq!(handle(found), request);
}

#[test]
fn destroying_the_window_that_fills_the_queue_makes_room_for_completions() {
    // S-M3
    let _winsock = Winsock::startup(makeword(2, 2)).unwrap();
    let ((window, _), (full, _)) = (recorder(), recorder());
    let request = wsa_async_get_host_by_name(window.hwnd(), WM_USER, "a").unwrap();
    fill(full.hwnd());
    fake::complete(request, Err(WSANO_DATA));
    destroy_window(full.hwnd()).unwrap();
    fill(window.hwnd());
    assert_eq!(handle(get_message(None, ..).unwrap()), request);
}

#[test]
fn a_window_that_keeps_posting_to_itself_does_not_delay_completions() {
    // S-M5
    let _winsock = Winsock::startup(makeword(2, 2)).unwrap();
    let posts = Cell::new(0);
    let window = Window::new(move |m| {
        if m.answer().is_some() {
            post_quit_message(0);
        } else if posts.get() < 1000 {
            posts.set(posts.get() + 1);
            post_message(m.hwnd, WM_USER, 0, 0).unwrap();
            if posts.get() == 10 {
                fake::complete_last();
            }
        }
        0
    });
    post_message(window.hwnd(), WM_USER, 0, 0).unwrap();
    wsa_async_get_host_by_name(window.hwnd(), WM_USER, "a").unwrap();
    let mut dispatched = 0;
    loop {
        let Retrieved::Message(found) = get_message(None, ..).unwrap() else {
            panic!()
        };
        if found.is_completion() {
            break;
        }
        dispatch_message(&found);
        dispatched += 1;
    }
    assert!(dispatched < 100, "{dispatched}");
}

#[test]
fn a_thousand_completions_arrive_in_order() {
    // S-M1
    let _winsock = Winsock::startup(makeword(2, 2)).unwrap();
    let (window, _) = recorder();
    let requests: Vec<_> = (0..1000)
        .map(|_| wsa_async_get_host_by_name(window.hwnd(), WM_USER, "a").unwrap())
        .collect();
    for &request in &requests {
        fake::complete(request, Err(WSANO_DATA));
    }
    let found = requests
        .iter()
        .map(|_| handle(get_message(None, ..).unwrap()));
    assert!(found.eq(requests.iter().copied()));
    assert_eq!(fake::pauses(), 0);
}

#[test]
fn messages_of_the_thread_are_found_apart_from_those_of_windows() {
    // S-M1
    let (window, seen) = recorder();
    post_message(None, 1, 0, 0).unwrap();
    post_message(window.hwnd(), 2, 0, 0).unwrap();
    set_timer(None, 7, ms(10)).unwrap();
    let peek = |of, remove| message(peek_message(of, .., remove).unwrap());
    assert_eq!(peek(MessagesOf::Window(window.hwnd()), false), Some(2));
    assert_eq!(peek(MessagesOf::Any, false), Some(1));
    assert_eq!(peek(MessagesOf::Thread, true), Some(1));
    fake::advance(ms(10));
    assert_eq!(peek(MessagesOf::Window(window.hwnd()), true), Some(2));
    let Ok(Retrieved::Message(timer)) = get_message(MessagesOf::Thread, ..) else {
        panic!("no timer");
    };
    assert_eq!((timer.hwnd, timer.wparam), (None, 7));
    assert_eq!(dispatch_message(&timer), 0);
    assert!(seen.borrow().is_empty());
}

#[test]
fn wait_message_returns_for_a_message_that_was_not_looked_at() {
    // S-M2
    let _winsock = Winsock::startup(makeword(2, 2)).unwrap();
    let (window, _) = recorder();
    post_message(window.hwnd(), 1, 0, 0).unwrap();
    assert_eq!(wait_message(), Ok(()));
    // A message that the program has seen and left does not end the wait, and no other can arrive.
    peek_message(None, 2.., false).unwrap();
    assert_eq!(wait_message(), Err(ERROR_POSSIBLE_DEADLOCK));
    assert_eq!(wsa_get_last_error(), 1131);
    set_timer(window.hwnd(), 1, ms(10)).unwrap();
    assert_eq!((wait_message(), Current::now()), (Ok(()), ms(10)));
    assert_eq!(message(peek_message(None, .., true).unwrap()), Some(1));
    assert_eq!(
        message(peek_message(None, .., true).unwrap()),
        Some(WM_TIMER)
    );
    fake::plan(ms(5), Err(WSANO_DATA));
    wsa_async_get_host_by_name(window.hwnd(), WM_USER, "a").unwrap();
    assert_eq!((wait_message(), Current::now()), (Ok(()), ms(15)));
    assert!(peek_message(None, .., true).unwrap().is_some());
    post_quit_message(3);
    assert_eq!((wait_message(), Current::now()), (Ok(()), ms(15)));
    // Nothing spins.
    assert_eq!(fake::pauses(), 3);
}
