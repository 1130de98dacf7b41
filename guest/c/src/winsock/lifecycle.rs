//! Start-up, clean-up and the last error.

use std::ffi::{c_char, c_int};

use winsock_async_guest::{
    WSAEFAULT, WSAEINPROGRESS, WSAVERNOTSUPPORTED, WsaData, wsa_cleanup, wsa_get_last_error,
    wsa_is_blocking, wsa_set_last_error, wsa_startup,
};

use super::status;
use crate::memory;

/// `WSADATA`.
#[repr(C)]
pub struct WSADATA {
    wVersion: u16,
    wHighVersion: u16,
    szDescription: [c_char; 257],
    szSystemStatus: [c_char; 129],
    iMaxSockets: u16,
    iMaxUdpDg: u16,
    lpVendorInfo: *mut c_char,
}

/// WSAStartup: begins the use of Winsock (`S-S1` to `S-S3`). Returns 0 or the error.
///
/// # Safety
/// `data` is null, no memory, or a `WSADATA` of the program.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn WSAStartup(version: u16, data: *mut WSADATA) -> c_int {
    // SAFETY: any bytes are a `WSADATA`, and its pointer is not dereferenced.
    let before = unsafe { memory::read(data) };
    // The version precedes the pointer (S-S1): start-up refuses a version below 1.0 itself.
    if before.is_none() && version & 0xff != 0 {
        let error = if wsa_is_blocking() {
            WSAEINPROGRESS
        } else {
            WSAEFAULT
        };
        wsa_set_last_error(error.number());
        return error.number();
    }
    let started = wsa_startup(version);
    if let Some(before) = before
        && matches!(started, Ok(_) | Err(WSAVERNOTSUPPORTED))
    {
        let filled = before.filled(WsaData::new(version));
        // SAFETY: the program has asked for it.
        unsafe { memory::write(data, filled) };
    }
    started.map_or_else(|error| error.number(), |_| 0)
}

impl WSADATA {
    /// Fills in everything except `lpVendorInfo`, which stays as it is.
    fn filled(self, data: WsaData) -> WSADATA {
        WSADATA {
            wVersion: data.version,
            wHighVersion: data.high_version,
            szDescription: text(data.description),
            szSystemStatus: text(data.system_status),
            iMaxSockets: data.max_sockets,
            iMaxUdpDg: data.max_udp_datagram,
            ..self
        }
    }
}

/// Returns a text with nulls behind it. Cuts it if it does not fit.
fn text<const N: usize>(text: &str) -> [c_char; N] {
    let mut filled = [0; N];
    // The last character stays a null.
    for (to, from) in filled[..N - 1].iter_mut().zip(text.bytes()) {
        *to = from as c_char;
    }
    filled
}

/// WSACleanup: ends the use of Winsock (`S-S3`, `S-S4`).
#[unsafe(no_mangle)]
pub extern "C" fn WSACleanup() -> c_int {
    status(wsa_cleanup())
}

/// WSAGetLastError: returns the last error, like GetLastError (`S-S6`).
#[unsafe(no_mangle)]
pub extern "C" fn WSAGetLastError() -> c_int {
    wsa_get_last_error()
}

/// WSASetLastError: sets the last error, like SetLastError (`S-S6`).
#[unsafe(no_mangle)]
pub extern "C" fn WSASetLastError(error: c_int) {
    wsa_set_last_error(error);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_does_not_fit_is_cut_before_its_null() {
        assert_eq!(text::<4>("ab"), [b'a', b'b', 0, 0].map(|b| b as c_char));
        assert_eq!(text::<3>("abcdef"), [b'a', b'b', 0].map(|b| b as c_char));
    }
}
