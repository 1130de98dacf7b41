//! Winsock's error numbers, and the thread's last one.

use std::cell::Cell;
use std::fmt;

use crate::bindings::types::ErrorCode;

/// One of Winsock's errors, or one of the window system's, as its number.
///
/// The constants of this crate ([`WSAEWOULDBLOCK`] and so on) are the values
/// that its calls return; they can be matched on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WsaError(i32);

macro_rules! errors {
    ($($name:ident = $number:literal, $text:literal;)*) => {
        $(
            #[doc = concat!(stringify!($number), ": ", $text, ".")]
            pub const $name: WsaError = WsaError($number);
        )*

        /// Every error of this crate: name, number and text, in the order of the numbers.
        const ERRORS: &[(&str, i32, &str)] = &[$((stringify!($name), $number, $text)),*];
    };
}

errors! {
    ERROR_POSSIBLE_DEADLOCK = 1131, "waiting would never end, as nothing can arrive";
    ERROR_INVALID_WINDOW_HANDLE = 1400, "no such window";
    ERROR_NOT_ENOUGH_QUOTA = 1816, "the message queue is full";
    WSAEINTR = 10004, "the call was cancelled";
    WSAEACCES = 10013, "the host's policy forbids it";
    WSAEFAULT = 10014, "a pointer was null or bad";
    WSAEINVAL = 10022, "an argument has no meaning";
    WSAEWOULDBLOCK = 10035, "a limit is reached; try again once other requests end";
    WSAEINPROGRESS = 10036, "a blocking call is under way";
    WSAEALREADY = 10037, "the request has completed";
    WSAEOPNOTSUPP = 10045, "this version of Winsock has no such call";
    WSAENETDOWN = 10050, "the resolver side is down";
    WSAENOBUFS = 10055, "the buffer is too small";
    WSAEPROCLIM = 10067, "too many programs use the host";
    WSASYSNOTREADY = 10091, "the host is not ready";
    WSAVERNOTSUPPORTED = 10092, "this version of Winsock is not supported";
    WSANOTINITIALISED = 10093, "start-up has not been called";
    WSAHOST_NOT_FOUND = 11001, "no such host";
    WSATRY_AGAIN = 11002, "a server was silent or busy; try again";
    WSANO_RECOVERY = 11003, "a server refused or is broken";
    WSANO_DATA = 11004, "no data of this kind, or no such entry";
}

impl WsaError {
    /// The error of this number, as in the high word of a completion's `lParam`.
    pub const fn from_number(number: i32) -> WsaError {
        WsaError(number)
    }

    /// Its number, such as 11001.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// Its name, such as `WSAHOST_NOT_FOUND`, or none for a number that this crate does not use.
    pub fn name(self) -> Option<&'static str> {
        self.entry().map(|entry| entry.0)
    }

    fn entry(self) -> Option<&'static (&'static str, i32, &'static str)> {
        let place = ERRORS.binary_search_by_key(&self.0, |entry| entry.1);
        place.ok().map(|i| &ERRORS[i])
    }
}

impl fmt::Display for WsaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry() {
            Some((name, number, text)) => write!(f, "{name} ({number}): {text}"),
            None => write!(f, "error {}", self.0),
        }
    }
}

impl fmt::Debug for WsaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.entry() {
            Some((name, number, _)) => write!(f, "{name}({number})"),
            None => write!(f, "WsaError({})", self.0),
        }
    }
}

impl std::error::Error for WsaError {}

impl From<ErrorCode> for WsaError {
    fn from(code: ErrorCode) -> WsaError {
        match code {
            ErrorCode::Interrupted => WSAEINTR,
            ErrorCode::AccessDenied => WSAEACCES,
            ErrorCode::BadAddress => WSAEFAULT,
            ErrorCode::InvalidArgument => WSAEINVAL,
            ErrorCode::WouldBlock => WSAEWOULDBLOCK,
            ErrorCode::InProgress => WSAEINPROGRESS,
            ErrorCode::AlreadyCompleted => WSAEALREADY,
            ErrorCode::NetworkDown => WSAENETDOWN,
            ErrorCode::NoBufferSpace => WSAENOBUFS,
            ErrorCode::ProcessLimit => WSAEPROCLIM,
            ErrorCode::SystemNotReady => WSASYSNOTREADY,
            ErrorCode::VersionNotSupported => WSAVERNOTSUPPORTED,
            ErrorCode::NotInitialised => WSANOTINITIALISED,
            ErrorCode::HostNotFound => WSAHOST_NOT_FOUND,
            ErrorCode::TryAgain => WSATRY_AGAIN,
            ErrorCode::NoRecovery => WSANO_RECOVERY,
            ErrorCode::NoData => WSANO_DATA,
        }
    }
}

thread_local! {
    static LAST: Cell<i32> = const { Cell::new(0) };
}

/// WSAGetLastError: the number of this thread's last error, 0 if there was none (`S-S6`).
///
/// Works before start-up (`S-S5`). A call that succeeds leaves it alone, and what came of a request
/// is never put here: that is in its message.
pub fn wsa_get_last_error() -> i32 {
    LAST.get()
}

/// WSASetLastError: sets what [`wsa_get_last_error`] returns, before start-up too (`S-S5`).
pub fn wsa_set_last_error(number: i32) {
    LAST.set(number);
}

/// Passes a result on, and makes its error the last one (`S-S6`).
pub(crate) fn record<T>(result: Result<T, WsaError>) -> Result<T, WsaError> {
    result.inspect_err(|error| LAST.set(error.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_sorted_so_that_each_is_found_by_its_number() {
        assert!(ERRORS.is_sorted_by(|a, b| a.1 < b.1));
        for &(name, number, _) in ERRORS {
            assert_eq!(WsaError::from_number(number).name(), Some(name));
        }
    }

    #[test]
    fn an_error_prints_its_name_number_and_meaning() {
        let text = "WSAHOST_NOT_FOUND (11001): no such host";
        assert_eq!(WSAHOST_NOT_FOUND.to_string(), text);
        assert_eq!(WsaError::from_number(7).to_string(), "error 7");
        assert_eq!(
            format!("{WSAEINTR:?} {:?}", WsaError(7)),
            "WSAEINTR(10004) WsaError(7)"
        );
    }

    #[test]
    fn the_last_error_belongs_to_the_thread_and_success_leaves_it_alone() {
        // S-S5, S-S6
        wsa_set_last_error(5);
        assert_eq!(record(Ok(1)), Ok(1));
        assert_eq!(wsa_get_last_error(), 5);
        assert_eq!(record::<()>(Err(WSAEINVAL)), Err(WSAEINVAL));
        assert_eq!(wsa_get_last_error(), 10022);
        assert_eq!(std::thread::spawn(wsa_get_last_error).join().unwrap(), 0);
    }
}
