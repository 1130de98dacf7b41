use std::cell::RefCell;
use std::rc::Rc;

use super::*;
use crate::answer::ProtocolEntry;
use crate::blocking::{gethostbyname, wsa_set_blocking_hook};
use crate::error::{
    WSAEALREADY, WSAEINPROGRESS, WSAEINVAL, WSAENETDOWN, WSANO_DATA, WSANOTINITIALISED,
    wsa_get_last_error,
};
use crate::fake;
use crate::message::WM_USER;
use crate::queue::{MessagesOf, QUEUE_LIMIT, Retrieved, get_message, peek_message, post_message};
use crate::startup::{Winsock, makeword, wsa_cleanup};
use crate::testing::{ms, recorder};
use crate::window::{destroy_window, dispatch_message};

type Log = Rc<RefCell<Vec<String>>>;

/// Notes what happens to it.
struct Noted {
    hwnd: Option<Hwnd>,
    log: Log,
}

impl Recipient for Noted {
    fn deliver(self: Box<Self>, handle: u32, outcome: Result<Answer, WsaError>) -> Message {
        let error = outcome.err().map_or(0, WsaError::number);
        self.log.borrow_mut().push(format!("{error}"));
        Message::new(self.hwnd, WM_USER, u64::from(handle), error as u32)
    }

    fn withdraw(&mut self) {
        self.log.borrow_mut().push("withdrawn".into());
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        self.log.borrow_mut().push("dropped".into());
    }
}

fn started(hwnd: Option<Hwnd>) -> (u32, Log) {
    let log = Log::default();
    let noted = Noted {
        hwnd,
        log: log.clone(),
    };
    let handle = request(Question::protocol_by_number(6), Box::new(noted)).unwrap();
    (handle, log)
}

fn noted(log: &Log) -> String {
    log.borrow().join(" ")
}

fn winsock() -> Winsock {
    Winsock::startup(makeword(1, 1)).unwrap()
}

fn found(handle: u32, hwnd: Option<Hwnd>) -> Retrieved {
    let message = Message::new(hwnd, WM_USER, u64::from(handle), 11004);
    Retrieved::Message(message.into_completion())
}

#[test]
fn an_outcome_is_delivered_before_its_message_is_seen() {
    // S-R10, S-R6
    let _winsock = winsock();
    let (window, _) = recorder();
    let (handle, log) = started(Some(window.hwnd()));
    fake::complete_last();
    assert_eq!(noted(&log), "");
    assert_eq!(
        get_message(None, ..),
        Ok(found(handle, Some(window.hwnd())))
    );
    assert_eq!(noted(&log), "11004 dropped");
    assert_eq!(cancel(handle), Err(WSAEALREADY));
}

#[test]
fn without_a_window_the_message_is_the_threads() {
    let _winsock = winsock();
    let (handle, _) = started(None);
    let (window, _) = recorder();
    fake::complete_last();
    assert_eq!(peek_message(Some(window.hwnd()), .., true), Ok(None));
    let own = peek_message(MessagesOf::Thread, .., true);
    assert_eq!(own, Ok(Some(found(handle, None))));
}

#[test]
fn where_the_window_is_gone_the_outcome_is_still_delivered() {
    // S-M4
    let _winsock = winsock();
    let (window, _) = recorder();
    let (handle, log) = started(Some(window.hwnd()));
    destroy_window(window.hwnd()).unwrap();
    fake::complete_last();
    assert_eq!(peek_message(None, .., true), Ok(None));
    assert_eq!(noted(&log), "11004 dropped");
    assert_eq!(cancel(handle), Err(WSAEALREADY));
}

#[test]
fn a_cancelled_request_is_dropped_at_once() {
    // S-C1, S-C3
    let _winsock = winsock();
    let (handle, log) = started(None);
    assert_eq!(cancel(handle), Ok(()));
    assert_eq!(noted(&log), "dropped");
    assert_eq!(cancel(handle), Err(WSAEINVAL));
    assert_eq!(wsa_get_last_error(), 10022);
    for forged in [0, handle + 1, u32::MAX] {
        assert_eq!(cancel(forged), Err(WSAEINVAL));
    }
}

#[test]
fn a_cancel_that_comes_too_late_delivers_first_although_the_queue_is_full() {
    // S-C4, S-C2, S-M3
    let _winsock = winsock();
    let (window, _) = recorder();
    for _ in 0..QUEUE_LIMIT {
        post_message(window.hwnd(), 1, 0, 0).unwrap();
    }
    let (others, _logs): (Vec<_>, Vec<_>) = (0..600).map(|_| started(None)).unzip();
    let (handle, log) = started(None);
    for host in 1..=601 {
        fake::complete(host, Err(WSANO_DATA));
    }
    assert_eq!(cancel(handle), Err(WSAEALREADY));
    assert_eq!(noted(&log), "11004 dropped");
    for handle in others.into_iter().chain([handle]) {
        let own = peek_message(MessagesOf::Thread, .., true);
        assert_eq!(own, Ok(Some(found(handle, None))));
    }
}

#[test]
fn a_cancel_that_is_refused_withdraws_the_recipient() {
    // S-C4, S-C5, S-R18
    let _winsock = winsock();
    let (pending, pending_log) = started(None);
    let (ready, ready_log) = started(None);
    fake::complete_last();
    fake::set_down(true);
    assert_eq!(cancel(pending), Err(WSAENETDOWN));
    assert_eq!(noted(&pending_log), "withdrawn");
    assert_eq!(cancel(ready), Err(WSAENETDOWN));
    assert_eq!(noted(&ready_log), "11004 dropped");
    fake::set_down(false);
    fake::complete(1, Err(WSANO_DATA));
    for handle in [ready, pending] {
        assert_eq!(peek_message(None, .., true), Ok(Some(found(handle, None))));
    }
    assert_eq!(noted(&pending_log), "withdrawn 11004 dropped");
}

#[test]
fn a_cancel_while_a_call_blocks_withdraws_the_recipient() {
    // S-C4, S-B2
    let _winsock = winsock();
    let (handle, log) = started(None);
    wsa_set_blocking_hook(move || {
        assert_eq!(cancel(handle), Err(WSAEINPROGRESS));
        false
    })
    .unwrap();
    fake::plan(ms(5), Err(WSANO_DATA));
    assert_eq!(gethostbyname("a.test"), Err(WSANO_DATA));
    assert_eq!(noted(&log), "withdrawn");
    assert_eq!(cancel(handle), Ok(()));
    assert_eq!(noted(&log), "withdrawn dropped");
}

#[test]
fn the_last_cleanup_drops_what_is_pending_and_what_waits() {
    // S-S4, S-C3
    let winsock = winsock();
    let (pending, pending_log) = started(None);
    let (done, _) = started(None);
    fake::complete_last();
    assert!(peek_message(None, .., false).unwrap().is_some());
    winsock.cleanup().unwrap();
    assert_eq!(noted(&pending_log), "dropped");
    assert_eq!(peek_message(None, .., true), Ok(None));
    assert_eq!(cancel(done), Err(WSANOTINITIALISED));
    let _winsock = self::winsock();
    for old in [pending, done] {
        assert_eq!(cancel(old), Err(WSAEINVAL));
    }
    wsa_cleanup().unwrap();
}

#[test]
fn handles_go_round_and_leave_out_what_still_means_something() {
    // S-R17, S-C9
    struct Nobody;
    impl Recipient for Nobody {
        fn deliver(self: Box<Self>, _: u32, _: Result<Answer, WsaError>) -> Message {
            Message::new(None, 0, 0, 0)
        }
        fn withdraw(&mut self) {}
    }
    let mut handles = Handles::default();
    handles.last = u32::MAX - 1;
    let begin = |handles: &mut Handles| {
        let handle = handles.unused();
        handles.begin(handle, u64::from(handle) << 32, Box::new(Nobody));
        handle
    };
    assert_eq!(begin(&mut handles), u32::MAX);
    assert_eq!([(); 2].map(|()| begin(&mut handles)), [1, 2]);
    handles.complete(1).unwrap();
    handles.last = u32::MAX;
    assert_eq!(begin(&mut handles), 3);
    assert_eq!(handles.hosts(1), Some(1 << 32));
    // Only the last of those that completed are known.
    for _ in 1..65_536 {
        let handle = begin(&mut handles);
        handles.complete(handle).unwrap();
    }
    assert_eq!(handles.hosts(1), Some(1 << 32));
    handles.complete(2).unwrap();
    assert_eq!((handles.hosts(1), handles.hosts(2)), (None, Some(2 << 32)));
    assert!(handles.is_pending(3));
}

#[test]
fn an_answer_is_waited_for() {
    // S-B1, S-R4
    assert_eq!(
        ask(Question::invalid(), dispatch_message),
        Err(WSANOTINITIALISED)
    );
    let _winsock = winsock();
    let tcp = Answer::Protocol(ProtocolEntry {
        name: "tcp".into(),
        aliases: vec![],
        number: 6,
    });
    fake::plan(ms(5), Ok(tcp.clone()));
    assert_eq!(
        ask(
            Question::service_by_port(0x5000, Some(b"\xff")),
            dispatch_message
        ),
        Ok(tcp)
    );
    let asked = "Query::ServiceByPort(ServicePortQuery { port: 80, protocol: Some([255]) })";
    assert_eq!(fake::queries(), [asked]);
}

#[test]
fn a_timer_has_its_parameter() {
    let (window, _) = recorder();
    set_timer(Some(window.hwnd()), 7, ms(10), 99).unwrap();
    let Ok(Retrieved::Message(message)) = get_message(None, ..) else {
        panic!("no message");
    };
    assert_eq!((message.wparam, message.lparam), (7, 99));
}
