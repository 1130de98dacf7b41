//! The error numbers of Winsock and of the window system.

use std::fmt;

use crate::bindings::types::ErrorCode;

/// The number of an error of Winsock or of the window system.
///
/// The calls of this crate return its constants, such as [`WSAEWOULDBLOCK`]. A `match` can name
/// them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WsaError(i32);

macro_rules! errors {
    ($($name:ident = $number:literal, $text:literal;)*) => {
        $(
            #[doc = concat!(stringify!($number), ": ", $text, ".")]
            pub const $name: WsaError = WsaError($number);
        )*

        /// The name, number and text of every error of this crate, in the order of the numbers.
        const ERRORS: &[(&str, i32, &str)] = &[$((stringify!($name), $number, $text)),*];
    };
}

errors! {
    ERROR_POSSIBLE_DEADLOCK = 1131, "the wait would never end: no message can arrive";
    ERROR_INVALID_WINDOW_HANDLE = 1400, "no such window";
    ERROR_NOT_ENOUGH_QUOTA = 1816, "the message queue is full";
    WSAEINTR = 10004, "the call was cancelled";
    WSAEACCES = 10013, "the host's policy forbids it";
    WSAEFAULT = 10014, "a pointer was null or bad";
    WSAEINVAL = 10022, "an argument is invalid";
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
    /// Makes an error of its number, such as the high word of the `lparam` of a completion.
    pub const fn from_number(number: i32) -> WsaError {
        WsaError(number)
    }

    /// Returns the number, such as 11001.
    pub const fn number(self) -> i32 {
        self.0
    }

    /// Returns the name, such as `WSAHOST_NOT_FOUND`, or `None` for a number that this crate does
    /// not use.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_is_found_by_its_number() {
        assert!(ERRORS.is_sorted_by(|a, b| a.1 < b.1));
        for &(name, number, _) in ERRORS {
            assert_eq!(WsaError::from_number(number).name(), Some(name));
        }
    }

    #[test]
    fn an_error_prints_its_name_its_number_and_its_text() {
        let text = "WSAHOST_NOT_FOUND (11001): no such host";
        assert_eq!(WSAHOST_NOT_FOUND.to_string(), text);
        assert_eq!(WsaError::from_number(7).to_string(), "error 7");
        assert_eq!(
            format!("{WSAEINTR:?} {:?}", WsaError(7)),
            "WSAEINTR(10004) WsaError(7)"
        );
    }
}
