//! The last error of a thread.

use crate::error::WsaError;
use crate::runtime;

/// WSAGetLastError: returns the number of the last error of this thread, 0 if there was none
/// (`S-S6`).
///
/// It works before start-up (`S-S5`). A call that succeeds leaves the last error alone. The outcome
/// of a request is never the last error: it is in the message of the request.
pub fn wsa_get_last_error() -> i32 {
    runtime::last_error()
}

/// WSASetLastError: sets the number that [`wsa_get_last_error`] returns. It works before start-up
/// (`S-S5`).
pub fn wsa_set_last_error(number: i32) {
    runtime::set_last_error(number);
}

/// Returns `result`, and makes its error the last one (`S-S6`).
pub(crate) fn record<T>(result: Result<T, WsaError>) -> Result<T, WsaError> {
    result.inspect_err(|error| wsa_set_last_error(error.number()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::WSAEINVAL;

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
