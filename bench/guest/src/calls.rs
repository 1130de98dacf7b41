//! Calls that the measurements and the hostile guests share.

use std::hint::black_box;
use std::thread::sleep;
use std::time::Duration;

use winsock_async_guest::*;

pub(crate) mod bindings {
    wit_bindgen::generate!({ path: "../wit", world: "imports" });
}

/// The message of a completion.
pub(crate) const DONE: u32 = WM_USER;

/// Starts a lookup of a host.
pub(crate) fn ask(hwnd: Hwnd, name: &str) -> TaskHandle {
    wsa_async_get_host_by_name(hwnd, DONE, name).expect("a request")
}

/// Gets the message of one completion, and returns whether it has an answer.
pub(crate) fn see(hwnd: Hwnd) -> bool {
    match get_message(Some(hwnd), ..) {
        Ok(Retrieved::Message(message)) => {
            black_box(message.answer()).expect("a completion").is_ok()
        }
        other => panic!("no message: {other:?}"),
    }
}

/// Waits until this number of workers are in the resolver.
pub(crate) fn await_hung(hwnd: Hwnd, workers: usize) {
    loop {
        ask(hwnd, &format!("hung-{workers}.test"));
        if see(hwnd) {
            return;
        }
        sleep(Duration::from_micros(100));
    }
}
