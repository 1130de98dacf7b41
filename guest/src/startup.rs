//! Start-up and clean-up.

use std::marker::PhantomData;
use std::rc::Rc;

use crate::blocking::{check_idle, wsa_is_blocking};
use crate::error::{WSAVERNOTSUPPORTED, WsaError, record};
use crate::host::{Current, Host};
use crate::message::Message;
use crate::reactor;
use crate::state::{try_with, with};

/// MAKEWORD: a version as Winsock writes it, `makeword(major, minor)` (`S-S1`).
pub const fn makeword(low: u8, high: u8) -> u16 {
    u16::from_le_bytes([low, high])
}

/// What start-up says about this Winsock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WsaData {
    /// `wVersion`: the version granted, major in the low byte.
    pub version: u16,
    /// `wHighVersion`: always 2.2.
    pub high_version: u16,
    /// `szDescription`.
    pub description: &'static str,
    /// `szSystemStatus`.
    pub system_status: &'static str,
    /// `iMaxSockets`: 0 from version 2 on, as a limit means nothing there.
    pub max_sockets: u16,
    /// `iMaxUdpDg`, bytes: 0 from version 2 on.
    pub max_udp_datagram: u16,
}

impl WsaData {
    /// What WSAStartup fills in when asked for this version, also where it then fails (`S-S1`,
    /// `S-S2`): versions to 2.2 as asked, 1.1 for a minor version that 1 never had, else 2.2.
    pub const fn new(requested: u16) -> WsaData {
        let [major, minor] = requested.to_le_bytes();
        let version = match (major, minor) {
            (1, 0 | 1) | (2, 0..=2) => requested,
            (1, _) => makeword(1, 1),
            _ => makeword(2, 2),
        };
        let one = major == 1;
        WsaData {
            version,
            high_version: makeword(2, 2),
            description: "WinSock 2.0",
            system_status: "Running",
            max_sockets: if one { 32_767 } else { 0 },
            max_udp_datagram: if one { 65_467 } else { 0 },
        }
    }
}

/// WSAStartup: begins the use of Winsock, or adds one to the count (`S-S3`). [`Winsock`] does this
/// and the clean-up too.
///
/// # Errors
/// - [`WSAEINPROGRESS`](crate::WSAEINPROGRESS) while a call blocks: 1.1 has no exception for start-up
///   (`S-B2`).
/// - [`WSAVERNOTSUPPORTED`] below version 1.0, when [`WsaData::new`] tells what is supported (`S-S1`).
/// - [`WSASYSNOTREADY`](crate::WSASYSNOTREADY) and [`WSAEPROCLIM`](crate::WSAEPROCLIM) as the host has
///   it.
pub fn wsa_startup(version: u16) -> Result<WsaData, WsaError> {
    record(check_idle().and_then(|()| start_up(version)))
}

fn start_up(version: u16) -> Result<WsaData, WsaError> {
    if version.to_le_bytes()[0] == 0 {
        return Err(WSAVERNOTSUPPORTED);
    }
    Current::startup()?;
    let data = WsaData::new(version);
    with(|state| {
        state.startups += 1;
        state.blocking.started(data.version);
    });
    Ok(data)
}

/// WSACleanup: takes one from the count of start-ups (`S-S3`).
///
/// The last one cancels every request. No message of theirs comes afterwards, and those that wait in
/// the queue are removed (`S-S4`). Futures whose requests it cancels end with
/// [`WSANOTINITIALISED`](crate::WSANOTINITIALISED).
///
/// The blocking hook is the default one again.
///
/// # Errors
/// - [`WSANOTINITIALISED`](crate::WSANOTINITIALISED) if it is one too many.
/// - [`WSAEINPROGRESS`](crate::WSAEINPROGRESS) while a call blocks (`S-B2`).
pub fn wsa_cleanup() -> Result<(), WsaError> {
    record(check_idle().and_then(|()| clean_up()))
}

pub(crate) fn clean_up() -> Result<(), WsaError> {
    Current::cleanup()?;
    let ended = try_with(|state| {
        state.startups = state.startups.saturating_sub(1);
        if state.startups > 0 {
            return None;
        }
        state
            .queue
            .retain(|message: &Message| !message.is_completion());
        let dropped = (state.blocking.ended(), state.handles.end_all());
        Some((state.pending.end_all(), dropped))
    });
    // The hook and recipients are dropped, and wakers run, outside the state.
    if let Some((wakers, _dropped)) = ended.flatten() {
        reactor::wake(wakers);
    }
    Ok(())
}

/// Winsock, started up. Dropping it cleans up; as start-ups are counted, there may be many.
///
/// One that is dropped while a call blocks, in its hook or a window's procedure, cleans up when that
/// call ends.
#[derive(Debug)]
pub struct Winsock {
    data: WsaData,
    /// Winsock's state belongs to a thread here.
    not_send: PhantomData<Rc<()>>,
}

impl Winsock {
    /// Starts up: [`wsa_startup`], and its errors. The version is `makeword(2, 2)`, for example.
    pub fn startup(version: u16) -> Result<Winsock, WsaError> {
        wsa_startup(version).map(Winsock::of)
    }

    /// The same for what is no call of Winsock, and works while a call blocks. Leaves the last error
    /// alone.
    pub(crate) fn startup_for_futures() -> Result<Winsock, WsaError> {
        start_up(makeword(2, 2)).map(Winsock::of)
    }

    fn of(data: WsaData) -> Winsock {
        Winsock {
            data,
            not_send: PhantomData,
        }
    }

    /// What start-up said.
    pub fn data(&self) -> &WsaData {
        &self.data
    }

    /// Cleans up now: [`wsa_cleanup`], and its error, which dropping has nobody to tell. With
    /// [`WSAEINPROGRESS`](crate::WSAEINPROGRESS) it cleans up later, as if dropped.
    pub fn cleanup(self) -> Result<(), WsaError> {
        if wsa_is_blocking() {
            return wsa_cleanup();
        }
        std::mem::forget(self);
        wsa_cleanup()
    }
}

impl Drop for Winsock {
    fn drop(&mut self) {
        if !try_with(|state| state.blocking.defers_cleanup()).unwrap_or(false) {
            // It fails only where the program has already cleaned up in its place.
            let _ = clean_up();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{WSAEINVAL, WSANO_DATA, WSANOTINITIALISED, wsa_get_last_error};
    use crate::fake;
    use crate::message::WM_USER;
    use crate::queue::{Retrieved, peek_message, post_message};
    use crate::request::{wsa_async_get_host_by_name, wsa_cancel_async_request};
    use crate::testing::recorder;

    #[test]
    fn versions_are_granted_as_windows_does() {
        // S-S1, S-S2
        for (asked, granted) in [
            ((1, 0), (1, 0)),
            ((1, 1), (1, 1)),
            ((1, 9), (1, 1)),
            ((2, 0), (2, 0)),
            ((2, 1), (2, 1)),
            ((2, 2), (2, 2)),
            ((2, 3), (2, 2)),
            ((255, 255), (2, 2)),
        ] {
            let data = wsa_startup(makeword(asked.0, asked.1)).unwrap();
            assert_eq!(data.version, makeword(granted.0, granted.1), "{asked:?}");
            assert_eq!(data.high_version, 0x0202);
            assert_eq!(
                (data.description, data.system_status),
                ("WinSock 2.0", "Running")
            );
            let limits = if asked.0 == 1 {
                (32_767, 65_467)
            } else {
                (0, 0)
            };
            assert_eq!((data.max_sockets, data.max_udp_datagram), limits);
        }
        for below in [makeword(0, 0), makeword(0, 9)] {
            assert_eq!(wsa_startup(below), Err(WSAVERNOTSUPPORTED));
            assert_eq!(WsaData::new(below).high_version, 0x0202);
        }
        assert_eq!(fake::startups(), 8);
    }

    #[test]
    fn startups_are_counted_and_guards_clean_up() {
        // S-S3
        let outer = Winsock::startup(makeword(2, 2)).unwrap();
        drop(Winsock::startup(makeword(1, 1)).unwrap());
        assert_eq!(fake::startups(), 1);
        assert_eq!(outer.cleanup(), Ok(()));
        assert_eq!(wsa_cleanup(), Err(WSANOTINITIALISED));
        assert_eq!(wsa_get_last_error(), 10093);
        let again = Winsock::startup(makeword(2, 2)).unwrap();
        assert_eq!(again.data().version, 0x0202);
    }

    #[test]
    fn the_last_cleanup_removes_posted_completions_and_leaves_other_messages() {
        // S-S4
        let (window, _) = recorder();
        let hwnd = window.hwnd();
        wsa_startup(makeword(2, 2)).unwrap();
        wsa_startup(makeword(2, 2)).unwrap();
        let done = wsa_async_get_host_by_name(hwnd, WM_USER, "a").unwrap();
        let waiting = wsa_async_get_host_by_name(hwnd, WM_USER, "b").unwrap();
        fake::complete(done, Err(WSANO_DATA));
        post_message(hwnd, WM_USER + 1, 0, 0).unwrap();
        let first = peek_message(None, WM_USER..=WM_USER, false).unwrap();
        assert!(matches!(first, Some(Retrieved::Message(m)) if m.wparam == done));
        wsa_cleanup().unwrap();
        assert!(
            peek_message(None, WM_USER..=WM_USER, false)
                .unwrap()
                .is_some()
        );
        wsa_cleanup().unwrap();
        assert_eq!(fake::outstanding(), 0);
        let left = Retrieved::Message(Message::new(hwnd, WM_USER + 1, 0, 0));
        assert_eq!(peek_message(None, .., true), Ok(Some(left)));
        assert_eq!(peek_message(None, .., true), Ok(None));
        wsa_startup(makeword(2, 2)).unwrap();
        assert_eq!(wsa_cancel_async_request(waiting), Err(WSAEINVAL));
    }
}
