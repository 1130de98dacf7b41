//! The library's windows and messages.

use std::time::Duration;

use winsock_async_guest::*;
use winsock_async_model::{Code, TakenCompletion};

use crate::face::{Face, Way};
use crate::question::Query;

/// The message of every request.
const DONE: u32 = WM_USER;
/// The timer that ends a wait.
const TIMER: u64 = 1;

/// The window that gets the message of every request.
pub(crate) struct Messages {
    window: Window,
}

impl Messages {
    pub(crate) fn new() -> Messages {
        Messages {
            window: Window::new(|_| 0),
        }
    }
}

impl Face for Messages {
    const RAW: bool = false;

    fn startup(&mut self) {
        wsa_startup(makeword(2, 2)).expect("a start-up");
    }

    fn cleanup(&mut self) {
        wsa_cleanup().expect("a clean-up");
    }

    fn ask(&mut self, query: &Query, _tag: u64) -> Result<TaskHandle, Code> {
        let w = self.window.hwnd();
        let begun = match query {
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
        };
        begun.map_err(code)
    }

    fn cancel(&mut self, handle: TaskHandle) -> Result<(), Code> {
        wsa_cancel_async_request(handle).map_err(code)
    }

    fn take(&mut self, max: u32) -> Vec<TakenCompletion<Answer>> {
        let peek = |_| peek_message(None, DONE..=DONE, true).expect("a window that exists");
        (0..max).map_while(peek).map(shown).collect()
    }

    fn wait(&mut self, time: Duration, way: Way) -> Vec<TakenCompletion<Answer>> {
        let w = self.window.hwnd();
        if !matches!(way, Way::Endless) {
            set_timer(w, TIMER, time).expect("a window that exists");
        }
        let message = get_message(Some(w), ..).expect("a message");
        kill_timer(w, TIMER);
        match message {
            Retrieved::Message(timer) if timer.message == WM_TIMER => Vec::new(),
            message => vec![shown(message)],
        }
    }
}

fn shown(message: Retrieved) -> TakenCompletion<Answer> {
    match message {
        Retrieved::Message(message) => TakenCompletion {
            handle: message.wparam,
            tag: 0,
            outcome: message.into_answer().expect("a completion").map_err(code),
        },
        Retrieved::Quit(_) => panic!("no WM_QUIT was posted"),
    }
}

fn code(error: WsaError) -> Code {
    u16::try_from(error.number()).map_or(Code::Other, Code::from_number)
}
