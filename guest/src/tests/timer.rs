//! Timers.

use std::time::Duration;

use super::support::{ms, recorder};
use crate::host::{Current, Host, fake};
use crate::*;

fn timer_id(found: Option<Retrieved>) -> Option<u64> {
    match found? {
        Retrieved::Message(m) if m.message == WM_TIMER => Some(m.wparam),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_timer_comes_at_the_end_of_each_period() {
    let (window, _) = recorder();
    set_timer(window.hwnd(), 7, ms(30)).unwrap();
    for at in [30, 60, 90] {
        let found = get_message(None, ..).unwrap();
        assert_eq!((timer_id(Some(found)), Current::now()), (Some(7), ms(at)));
    }
    // One sleep for each: nothing spins.
    assert_eq!(fake::pauses(), 3);
}

#[test]
fn a_timer_comes_after_other_messages_and_once_for_any_number_of_periods() {
    // S-M6
    let (window, _) = recorder();
    set_timer(window.hwnd(), 1, ms(10)).unwrap();
    fake::advance(ms(95));
    post_message(window.hwnd(), WM_USER, 5, 0).unwrap();
    let first = peek_message(None, .., true).unwrap();
    let posted = Message::new(window.hwnd(), WM_USER, 5, 0);
    assert_eq!(first, Some(Retrieved::Message(posted)));
    assert_eq!(timer_id(peek_message(None, .., true).unwrap()), Some(1));
    assert_eq!(peek_message(None, .., true), Ok(None));
    fake::advance(ms(10));
    assert_eq!(timer_id(peek_message(None, .., false).unwrap()), Some(1));
    assert_eq!(timer_id(peek_message(None, .., true).unwrap()), Some(1));
    assert_eq!(peek_message(None, .., true), Ok(None));
}

#[test]
fn the_timer_that_has_been_due_longest_comes_first() {
    let (window, _) = recorder();
    set_timer(window.hwnd(), 1, ms(50)).unwrap();
    set_timer(window.hwnd(), 2, ms(20)).unwrap();
    fake::advance(ms(60));
    assert_eq!(timer_id(peek_message(None, .., true).unwrap()), Some(2));
    assert_eq!(timer_id(peek_message(None, .., true).unwrap()), Some(1));
}

#[test]
fn setting_replaces_a_timer_and_killing_or_destroying_its_window_ends_it() {
    let (window, _) = recorder();
    let hwnd = window.hwnd();
    set_timer(hwnd, 1, ms(20)).unwrap();
    set_timer(hwnd, 1, Duration::ZERO).unwrap();
    assert_eq!(timer_id(get_message(None, ..).ok()), Some(1));
    assert_eq!(Current::now(), USER_TIMER_MINIMUM);
    assert!(kill_timer(hwnd, 1));
    assert!(!kill_timer(hwnd, 1));
    assert_eq!(get_message(None, ..), Err(ERROR_POSSIBLE_DEADLOCK));
    set_timer(hwnd, 2, Duration::MAX).unwrap();
    destroy_window(hwnd).unwrap();
    assert_eq!(get_message(None, ..), Err(ERROR_POSSIBLE_DEADLOCK));
    assert_eq!(set_timer(hwnd, 1, ms(20)), Err(ERROR_INVALID_WINDOW_HANDLE));
}
