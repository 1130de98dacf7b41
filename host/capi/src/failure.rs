//! Errors as numbers, and their text.

use std::ffi::CStr;

use winsock_async_engine::ErrorCode;

use crate::types::*;

/// Why a call failed: a number that is not [`WINSOCK_ASYNC_OK`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failure(pub(crate) i32);

impl From<ErrorCode> for Failure {
    fn from(error: ErrorCode) -> Failure {
        Failure(number(error))
    }
}

/// Winsock's number of an error.
pub(crate) fn number(error: ErrorCode) -> i32 {
    error.number().into()
}

/// What a number says.
pub(crate) fn text(number: i32) -> &'static CStr {
    match number {
        WINSOCK_ASYNC_OK => c"success",
        WINSOCK_ASYNC_WRONG_POINTER => c"wrong use: a pointer is null or not aligned",
        WINSOCK_ASYNC_WRONG_HANDLE => {
            c"wrong use: the handle is 0, was deleted, or is of another kind"
        }
        WINSOCK_ASYNC_WRONG_THREAD => c"wrong use: the session is another thread's",
        WINSOCK_ASYNC_IN_USE => c"wrong use: another thread is in a call of the session",
        WINSOCK_ASYNC_WRONG_CALLBACK => c"wrong use: the function was called in a callback",
        WINSOCK_ASYNC_WRONG_LENGTH => c"wrong use: a length is more than half of the address space",
        WINSOCK_ASYNC_WRONG_TEXT => c"wrong use: a text is not UTF-8",
        WINSOCK_ASYNC_WRONG_NUMBER => c"wrong use: a number is none that its field takes",
        WINSOCK_ASYNC_BAD_CONFIG => c"the configuration is malformed",
        WINSOCK_ASYNC_UNSUPPORTED => c"this build or this system does not have the function",
        WINSOCK_ASYNC_NO_RESOURCE => c"the system refused a resource",
        WINSOCK_ASYNC_PANICKED => c"the library has a fault: it panicked",
        WINSOCK_ASYNC_ERROR_INTERRUPTED => c"WSAEINTR: a blocking call was cancelled",
        WINSOCK_ASYNC_ERROR_ACCESS_DENIED => c"WSAEACCES: the policy denies it",
        WINSOCK_ASYNC_ERROR_BAD_ADDRESS => c"WSAEFAULT: a pointer of the guest is invalid",
        WINSOCK_ASYNC_ERROR_INVALID_ARGUMENT => c"WSAEINVAL: an argument or a handle is invalid",
        WINSOCK_ASYNC_ERROR_WOULD_BLOCK => c"WSAEWOULDBLOCK: a limit is reached",
        WINSOCK_ASYNC_ERROR_IN_PROGRESS => c"WSAEINPROGRESS: a blocking call is under way",
        WINSOCK_ASYNC_ERROR_ALREADY_COMPLETED => c"WSAEALREADY: the completion was taken",
        WINSOCK_ASYNC_ERROR_NETWORK_DOWN => {
            c"WSAENETDOWN: the engine is down, or has no worker thread"
        }
        WINSOCK_ASYNC_ERROR_NO_BUFFER_SPACE => c"WSAENOBUFS: the guest's buffer is too small",
        WINSOCK_ASYNC_ERROR_PROCESS_LIMIT => c"WSAEPROCLIM: too many programs use the host",
        WINSOCK_ASYNC_ERROR_SYSTEM_NOT_READY => c"WSASYSNOTREADY: the host is not ready",
        WINSOCK_ASYNC_ERROR_VERSION_NOT_SUPPORTED => {
            c"WSAVERNOTSUPPORTED: the version is not supported"
        }
        WINSOCK_ASYNC_ERROR_NOT_INITIALISED => c"WSANOTINITIALISED: there was no start-up",
        WINSOCK_ASYNC_ERROR_HOST_NOT_FOUND => c"WSAHOST_NOT_FOUND: no such host",
        WINSOCK_ASYNC_ERROR_TRY_AGAIN => c"WSATRY_AGAIN: a name server is silent or busy",
        WINSOCK_ASYNC_ERROR_NO_RECOVERY => c"WSANO_RECOVERY: a name server refuses or fails",
        WINSOCK_ASYNC_ERROR_NO_DATA => c"WSANO_DATA: no address, or no such service or protocol",
        _ => c"no error of this library has this number",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_of_the_engine_has_its_number_and_a_text_with_its_name() {
        for error in ErrorCode::ALL {
            let text = text(number(error)).to_str().unwrap();
            assert!(
                text.starts_with(&format!("{}: ", error.winsock_name())),
                "{text}"
            );
        }
    }

    #[test]
    fn every_number_of_a_wrong_use_has_a_text_of_its_own() {
        let unknown = text(-1);
        let mut texts: Vec<_> = (WINSOCK_ASYNC_OK..=WINSOCK_ASYNC_PANICKED)
            .map(text)
            .collect();
        assert!(!texts.contains(&unknown));
        texts.sort();
        texts.dedup();
        assert_eq!(texts.len(), 13);
        assert_eq!(text(WINSOCK_ASYNC_PANICKED + 1), unknown);
    }
}
