//! Requests of another face.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use super::support::{ms, recorder};
use crate::face::{Question, Recipient, ask, cancel, request, set_timer};
use crate::host::fake;
use crate::*;

type Log = Rc<RefCell<Vec<String>>>;

/// A recipient that records the calls of its methods and its drop.
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

/// The message of a request that ended with WSANO_DATA.
fn found(handle: u32, hwnd: Option<Hwnd>) -> Retrieved {
    ended(handle, hwnd, 11004)
}

/// The message of a request that ended with this error.
fn ended(handle: u32, hwnd: Option<Hwnd>, error: u32) -> Retrieved {
    let message = Message::new(hwnd, WM_USER, u64::from(handle), error);
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
fn an_outcome_is_delivered_although_the_window_is_gone() {
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
fn cancelling_drops_the_recipient_at_once() {
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
fn a_cancel_of_what_the_host_has_delivers_nothing_although_the_queue_is_full() {
    // S-C1, S-C2, S-M3
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
    assert_eq!(cancel(handle), Ok(()));
    assert_eq!(noted(&log), "dropped");
    for handle in others {
        assert!(
            peek_message(Some(window.hwnd()), .., true)
                .unwrap()
                .is_some()
        );
        let own = peek_message(MessagesOf::Thread, .., true);
        assert_eq!(own, Ok(Some(found(handle, None))));
    }
    assert_eq!(peek_message(MessagesOf::Thread, .., true), Ok(None));
}

#[test]
fn a_completion_without_room_that_was_taken_is_already_completed() {
    // S-C2, S-C4, S-M3
    let _winsock = winsock();
    let (window, _) = recorder();
    for _ in 0..QUEUE_LIMIT {
        post_message(window.hwnd(), 1, 0, 0).unwrap();
    }
    let (handle, log) = started(None);
    fake::complete_last();
    wsa_set_blocking_hook(|| false).unwrap();
    fake::plan(Duration::ZERO, Err(WSANO_DATA));
    // The call takes both completions.
    assert_eq!(gethostbyname("a.test"), Err(WSANO_DATA));
    assert_eq!(noted(&log), "11004 dropped");
    assert_eq!(cancel(handle), Err(WSAEALREADY));
    let own = peek_message(MessagesOf::Thread, .., true);
    assert_eq!(own, Ok(Some(found(handle, None))));
}

#[test]
fn a_cancel_while_the_resolver_side_is_down_delivers_first() {
    // S-C4, S-C5, S-R18
    let _winsock = winsock();
    let (ready, ready_log) = started(None);
    fake::complete_last();
    let (pending, pending_log) = started(None);
    fake::set_down(true);
    assert_eq!(cancel(pending), Err(WSAENETDOWN));
    assert_eq!(noted(&pending_log), "10050 dropped");
    assert_eq!(cancel(ready), Err(WSAENETDOWN));
    assert_eq!(noted(&ready_log), "11004 dropped");
    for (handle, error) in [(ready, 11004), (pending, 10050)] {
        let own = peek_message(None, .., true);
        assert_eq!(own, Ok(Some(ended(handle, None, error))));
    }
}

#[test]
fn a_cancel_while_a_call_blocks_withdraws_the_recipient() {
    // S-C4, S-B2
    let _winsock = winsock();
    let ((cancelled, cancelled_log), (kept, kept_log)) = (started(None), started(None));
    let kept_request = fake::last();
    wsa_set_blocking_hook(move || {
        for handle in [cancelled, kept] {
            assert_eq!(cancel(handle), Err(WSAEINPROGRESS));
        }
        false
    })
    .unwrap();
    fake::plan(ms(5), Err(WSANO_DATA));
    assert_eq!(gethostbyname("a.test"), Err(WSANO_DATA));
    for log in [&cancelled_log, &kept_log] {
        assert_eq!(noted(log), "withdrawn");
    }
    assert_eq!(cancel(cancelled), Ok(()));
    assert_eq!(noted(&cancelled_log), "withdrawn dropped");
    // A request whose recipient was withdrawn still has its message.
    fake::complete(kept_request, Err(WSANO_DATA));
    assert_eq!(peek_message(None, .., true), Ok(Some(found(kept, None))));
    assert_eq!(noted(&kept_log), "withdrawn 11004 dropped");
}

#[test]
fn the_last_clean_up_drops_pending_recipients_and_waiting_messages() {
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
fn asking_waits_for_the_answer() {
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
fn a_timer_of_a_face_has_its_parameter() {
    let (window, _) = recorder();
    set_timer(Some(window.hwnd()), 7, ms(10), 99).unwrap();
    let Ok(Retrieved::Message(message)) = get_message(None, ..) else {
        panic!("no message");
    };
    assert_eq!((message.wparam, message.lparam), (7, 99));
}
