//! Windows: sending, dispatching and destroying.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::support::recorder;
use crate::*;

#[test]
fn sending_calls_the_procedure_at_once_and_returns_its_result() {
    let window = Window::new(|m| (m.message + m.lparam) as LResult + m.wparam as LResult);
    assert_eq!(send_message(window.hwnd(), WM_USER, 2, 3), Ok(0x405));
    assert_eq!(dispatch_message(&Message::new(window.hwnd(), 1, 0, 0)), 1);
}

#[test]
fn sending_to_a_destroyed_window_fails_and_dispatching_to_it_does_nothing() {
    let (window, seen) = recorder();
    let hwnd = window.hwnd();
    assert!(is_window(hwnd));
    assert_eq!(destroy_window(hwnd), Ok(()));
    assert!(!is_window(hwnd));
    assert_eq!(
        send_message(hwnd, 0, 0, 0),
        Err(ERROR_INVALID_WINDOW_HANDLE)
    );
    assert_eq!(destroy_window(hwnd), Err(ERROR_INVALID_WINDOW_HANDLE));
    assert_eq!(wsa_get_last_error(), 1400);
    assert_eq!(dispatch_message(&Message::new(hwnd, 0, 0, 0)), 0);
    drop(window);
    assert_ne!(Window::new(|_| 0).hwnd(), hwnd);
    assert!(seen.borrow().is_empty());
}

#[test]
fn a_procedure_may_call_itself_and_destroy_its_window() {
    let depth = Rc::new(Cell::new(0));
    let window = Window::new({
        let depth = depth.clone();
        move |m| {
            depth.set(depth.get() + 1);
            if depth.get() < 3 {
                return send_message(m.hwnd, 0, 0, 0).unwrap();
            }
            destroy_window(m.hwnd).unwrap();
            9
        }
    });
    assert_eq!(send_message(window.hwnd(), 0, 0, 0), Ok(9));
    assert_eq!((depth.get(), is_window(window.hwnd())), (3, false));
}

#[test]
fn dropping_a_procedure_destroys_the_window_that_it_owns() {
    let (inner, seen) = recorder();
    let inner_hwnd = inner.hwnd();
    let inner = RefCell::new(Some(inner));
    let outer = Window::new(move |_| inner.borrow().is_some() as LResult);
    assert_eq!(send_message(outer.hwnd(), 0, 0, 0), Ok(1));
    post_message(inner_hwnd, WM_USER, 0, 0).unwrap();
    drop(outer);
    assert!(!is_window(inner_hwnd));
    assert!(seen.borrow().is_empty());
}
