//! Helpers that the guest programs of the tests share. Each program is one file in `src/bin`, runs
//! against the host of `tests/host`, and panics if a result is wrong.

use winsock_async_guest::*;

/// The interface itself, without the library.
pub mod raw {
    #![allow(missing_docs, reason = "wit-bindgen's output")]
    wit_bindgen::generate!({
        path: "../../wit",
        world: "imports",
        with: { "wasi:io/poll@0.2.0": wasip2::io::poll },
    });
    pub use self::winsock::async_lookup::{completions, lifecycle, readiness, requests, types};

    use winsock_async_model::Code;

    use self::types::ErrorCode;

    /// The model's name of an error.
    pub fn code(error: ErrorCode) -> Code {
        match error {
            ErrorCode::AccessDenied => Code::AccessDenied,
            ErrorCode::InvalidArgument => Code::Invalid,
            ErrorCode::WouldBlock => Code::WouldBlock,
            ErrorCode::AlreadyCompleted => Code::Already,
            ErrorCode::NetworkDown => Code::NetworkDown,
            ErrorCode::NotInitialised => Code::NotInitialised,
            ErrorCode::HostNotFound => Code::HostNotFound,
            ErrorCode::TryAgain => Code::TryAgain,
            ErrorCode::NoRecovery => Code::NoRecovery,
            ErrorCode::NoData => Code::NoData,
            _ => Code::Other,
        }
    }
}

/// The message of every request here.
pub const DONE: u32 = WM_USER;

/// Starts up and makes a window.
pub fn start() -> (Winsock, Window) {
    let winsock = Winsock::startup(makeword(2, 2)).expect("start-up");
    (winsock, Window::new(|_| 0))
}

/// Waits for the next message of a window.
pub fn next(window: &Window) -> Message {
    match get_message(Some(window.hwnd()), ..) {
        Ok(Retrieved::Message(message)) => message,
        other => panic!("no message: {other:?}"),
    }
}

/// Asks for a host, waits, and returns the outcome.
pub fn host(window: &Window, name: impl AsRef<[u8]>) -> Result<HostEntry, WsaError> {
    let request = wsa_async_get_host_by_name(window.hwnd(), DONE, name).expect("a request");
    match outcome(window, request)? {
        Answer::Host(entry) => Ok(entry),
        other => panic!("no host: {other:?}"),
    }
}

/// Waits for the message of `request`, which must be the next one, and returns its outcome.
pub fn outcome(window: &Window, request: TaskHandle) -> Result<Answer, WsaError> {
    let message = next(window);
    // S-R6
    assert_eq!((message.message, message.wparam), (DONE, request));
    message.into_answer().expect("a completion")
}

/// Asserts that no message waits and that none can come.
pub fn nothing_left(window: &Window) {
    assert_eq!(peek_message(None, .., true), Ok(None));
    assert_eq!(
        get_message(Some(window.hwnd()), ..),
        Err(ERROR_POSSIBLE_DEADLOCK)
    );
}

/// Begins each of the six requests, with invalid arguments.
pub fn six_requests(window: &Window) -> [Result<TaskHandle, WsaError>; 6] {
    let w = window.hwnd();
    [
        wsa_async_get_host_by_name(w, DONE, b"\0"),
        wsa_async_get_host_by_addr(w, DONE, &[], -1),
        wsa_async_get_serv_by_name(w, DONE, "", Some("none")),
        wsa_async_get_serv_by_port(w, DONE, -1, Some("none")),
        wsa_async_get_proto_by_name(w, DONE, b"\0"),
        wsa_async_get_proto_by_number(w, DONE, -1),
    ]
}

/// Makes each of the six blocking calls, with invalid arguments.
pub fn six_blocking() -> [Result<(), WsaError>; 6] {
    [
        gethostbyname(b"\0").map(drop),
        gethostbyaddr(&[], -1).map(drop),
        getservbyname("", Some("none")).map(drop),
        getservbyport(-1, Some("none")).map(drop),
        getprotobyname(b"\0").map(drop),
        getprotobynumber(-1).map(drop),
    ]
}
