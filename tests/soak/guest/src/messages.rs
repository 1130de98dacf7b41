//! The library's windows and messages.

use std::time::Duration;

use winsock_async_guest::*;

use crate::face::{Done, Face, Way};
use crate::question::Query;

/// The message of every request.
const DONE: u32 = WM_USER;
/// The timer that ends a wait.
const TIMER: u64 = 1;

/// A window that every request's message goes to.
pub struct Messages {
    window: Window,
}

impl Messages {
    pub fn new() -> Messages {
        Messages {
            window: Window::new(|_| 0),
        }
    }
}

impl Face for Messages {
    /// The library takes completions into its queue.
    const EXACT: bool = false;

    fn startup(&mut self) {
        wsa_startup(makeword(2, 2)).expect("a start-up");
    }

    fn cleanup(&mut self) {
        wsa_cleanup().expect("a clean-up");
    }

    fn ask(&mut self, query: &Query, _tag: u64) -> Result<TaskHandle, WsaError> {
        let w = self.window.hwnd();
        match query {
            Query::Host(name) => wsa_async_get_host_by_name(w, DONE, name),
            Query::Address(address) => {
                wsa_async_get_host_by_addr(w, DONE, &address.octets(), AF_INET)
            }
            Query::Service(name, protocol) => wsa_async_get_serv_by_name(w, DONE, name, *protocol),
            Query::Port(port, protocol) => {
                wsa_async_get_serv_by_port(w, DONE, htons(*port).into(), Some(protocol))
            }
            Query::Protocol(name) => wsa_async_get_proto_by_name(w, DONE, name),
            Query::Number(number) => wsa_async_get_proto_by_number(w, DONE, *number),
        }
    }

    fn cancel(&mut self, handle: TaskHandle) -> Result<(), WsaError> {
        wsa_cancel_async_request(handle)
    }

    fn take(&mut self, max: u32) -> Vec<Done> {
        let peek = |_| peek_message(None, DONE..=DONE, true).expect("a window that exists");
        (0..max).map_while(peek).map(done).collect()
    }

    fn wait(&mut self, time: Duration, way: Way) -> Vec<Done> {
        let w = self.window.hwnd();
        if !matches!(way, Way::Endless) {
            set_timer(w, TIMER, time).expect("a window that exists");
        }
        let message = get_message(Some(w), ..).expect("a message");
        kill_timer(w, TIMER);
        match message {
            Retrieved::Message(timer) if timer.message == WM_TIMER => Vec::new(),
            message => vec![done(message)],
        }
    }
}

fn done(message: Retrieved) -> Done {
    match message {
        Retrieved::Message(message) => Done {
            handle: message.wparam,
            tag: None,
            outcome: message.into_answer().expect("a completion"),
        },
        Retrieved::Quit(_) => panic!("nobody has posted this"),
    }
}
