//! The errors: their order, and the names and numbers of Winsock.

use std::fmt;

#[cfg(feature = "wasmtime")]
use wasmtime::component::{ComponentType, Lift, Lower};

/// An error. Each has a name and a number of Winsock; the [crate's page](crate#errors) says which
/// ones the engine returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "wasmtime", derive(ComponentType, Lift, Lower))]
#[cfg_attr(feature = "wasmtime", component(enum))]
#[repr(u8)]
pub enum ErrorCode {
    /// WSAEINTR: a blocking call was cancelled.
    #[cfg_attr(feature = "wasmtime", component(name = "interrupted"))]
    Interrupted,
    /// WSAEACCES: the policy forbids the lookup or its answer (`S-R16`).
    #[cfg_attr(feature = "wasmtime", component(name = "access-denied"))]
    AccessDenied,
    /// WSAEFAULT: a pointer is null or invalid.
    #[cfg_attr(feature = "wasmtime", component(name = "bad-address"))]
    BadAddress,
    /// WSAEINVAL: an argument is invalid.
    #[cfg_attr(feature = "wasmtime", component(name = "invalid-argument"))]
    InvalidArgument,
    /// WSAEWOULDBLOCK: a limit is reached (`S-R2`).
    #[cfg_attr(feature = "wasmtime", component(name = "would-block"))]
    WouldBlock,
    /// WSAEINPROGRESS: a blocking call is under way.
    #[cfg_attr(feature = "wasmtime", component(name = "in-progress"))]
    InProgress,
    /// WSAEALREADY: the completion of the request to be cancelled was taken (`S-C2`).
    #[cfg_attr(feature = "wasmtime", component(name = "already-completed"))]
    AlreadyCompleted,
    /// WSAENETDOWN: the engine is down, or has no worker thread (`S-R18`).
    #[cfg_attr(feature = "wasmtime", component(name = "network-down"))]
    NetworkDown,
    /// WSAENOBUFS: the caller's buffer is too small.
    #[cfg_attr(feature = "wasmtime", component(name = "no-buffer-space"))]
    NoBufferSpace,
    /// WSAEPROCLIM: too many programs use the host.
    #[cfg_attr(feature = "wasmtime", component(name = "process-limit"))]
    ProcessLimit,
    /// WSASYSNOTREADY: the host is not ready for start-up.
    #[cfg_attr(feature = "wasmtime", component(name = "system-not-ready"))]
    SystemNotReady,
    /// WSAVERNOTSUPPORTED: the version asked for is not supported.
    #[cfg_attr(feature = "wasmtime", component(name = "version-not-supported"))]
    VersionNotSupported,
    /// WSANOTINITIALISED: start-up has not been called (`S-S5`).
    #[cfg_attr(feature = "wasmtime", component(name = "not-initialised"))]
    NotInitialised,
    /// WSAHOST_NOT_FOUND: no such host (`S-R15`).
    #[cfg_attr(feature = "wasmtime", component(name = "host-not-found"))]
    HostNotFound,
    /// WSATRY_AGAIN: a name server is silent or busy (`S-R15`), or
    /// [`Limits::request_timeout`](crate::Limits::request_timeout) has passed.
    #[cfg_attr(feature = "wasmtime", component(name = "try-again"))]
    TryAgain,
    /// WSANO_RECOVERY: a name server refuses or fails (`S-R15`).
    #[cfg_attr(feature = "wasmtime", component(name = "no-recovery"))]
    NoRecovery,
    /// WSANO_DATA: the host has no address of the family (`S-R15`, `S-A2`), or there is no such
    /// service or protocol (`S-R12`).
    #[cfg_attr(feature = "wasmtime", component(name = "no-data"))]
    NoData,
}

impl ErrorCode {
    /// Every error, in the order of the WIT interface.
    pub const ALL: [ErrorCode; 17] = [
        ErrorCode::Interrupted,
        ErrorCode::AccessDenied,
        ErrorCode::BadAddress,
        ErrorCode::InvalidArgument,
        ErrorCode::WouldBlock,
        ErrorCode::InProgress,
        ErrorCode::AlreadyCompleted,
        ErrorCode::NetworkDown,
        ErrorCode::NoBufferSpace,
        ErrorCode::ProcessLimit,
        ErrorCode::SystemNotReady,
        ErrorCode::VersionNotSupported,
        ErrorCode::NotInitialised,
        ErrorCode::HostNotFound,
        ErrorCode::TryAgain,
        ErrorCode::NoRecovery,
        ErrorCode::NoData,
    ];

    /// Winsock's number, such as 11001.
    pub const fn number(self) -> u16 {
        self.name_and_number().1
    }

    /// Winsock's name, such as `WSAHOST_NOT_FOUND`.
    pub const fn winsock_name(self) -> &'static str {
        self.name_and_number().0
    }

    const fn name_and_number(self) -> (&'static str, u16) {
        match self {
            ErrorCode::Interrupted => ("WSAEINTR", 10004),
            ErrorCode::AccessDenied => ("WSAEACCES", 10013),
            ErrorCode::BadAddress => ("WSAEFAULT", 10014),
            ErrorCode::InvalidArgument => ("WSAEINVAL", 10022),
            ErrorCode::WouldBlock => ("WSAEWOULDBLOCK", 10035),
            ErrorCode::InProgress => ("WSAEINPROGRESS", 10036),
            ErrorCode::AlreadyCompleted => ("WSAEALREADY", 10037),
            ErrorCode::NetworkDown => ("WSAENETDOWN", 10050),
            ErrorCode::NoBufferSpace => ("WSAENOBUFS", 10055),
            ErrorCode::ProcessLimit => ("WSAEPROCLIM", 10067),
            ErrorCode::SystemNotReady => ("WSASYSNOTREADY", 10091),
            ErrorCode::VersionNotSupported => ("WSAVERNOTSUPPORTED", 10092),
            ErrorCode::NotInitialised => ("WSANOTINITIALISED", 10093),
            ErrorCode::HostNotFound => ("WSAHOST_NOT_FOUND", 11001),
            ErrorCode::TryAgain => ("WSATRY_AGAIN", 11002),
            ErrorCode::NoRecovery => ("WSANO_RECOVERY", 11003),
            ErrorCode::NoData => ("WSANO_DATA", 11004),
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.winsock_name(), self.number())
    }
}

impl std::error::Error for ErrorCode {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_in_the_order_of_the_interface_with_ascending_numbers() {
        for (i, error) in ErrorCode::ALL.into_iter().enumerate() {
            assert_eq!(error as usize, i);
        }
        assert!(
            ErrorCode::ALL
                .map(ErrorCode::number)
                .is_sorted_by(|a, b| a < b)
        );
        assert_eq!(
            ErrorCode::HostNotFound.to_string(),
            "WSAHOST_NOT_FOUND (11001)"
        );
    }
}
