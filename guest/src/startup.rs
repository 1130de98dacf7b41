//! Start-up and clean-up.

use std::marker::PhantomData;
use std::rc::Rc;

use crate::checks::check_idle;
use crate::error::{WSAVERNOTSUPPORTED, WsaError};
use crate::host::{Current, Host};
use crate::last_error::record;
use crate::runtime::{run, try_with, with};

/// MAKEWORD: makes a version as Winsock writes it, `makeword(major, minor)` (`S-S1`).
pub const fn makeword(low: u8, high: u8) -> u16 {
    u16::from_le_bytes([low, high])
}

/// The description of this Winsock that start-up returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WsaData {
    /// `wVersion`: the version granted, with the major number in the low byte.
    pub version: u16,
    /// `wHighVersion`: 2.2.
    pub high_version: u16,
    /// `szDescription`.
    pub description: &'static str,
    /// `szSystemStatus`.
    pub system_status: &'static str,
    /// `iMaxSockets`: 32,767 for version 1. It means nothing from version 2 on, and is 0.
    pub max_sockets: u16,
    /// `iMaxUdpDg`, in bytes: 65,467 for version 1. It means nothing from version 2 on, and is 0.
    pub max_udp_datagram: u16,
}

impl WsaData {
    /// Returns the description that WSAStartup fills in for this version, even if it then fails
    /// (`S-S1`, `S-S2`).
    ///
    /// It grants 1.0, 1.1, 2.0, 2.1 and 2.2. For any other 1.x it grants 1.1, and for everything
    /// else 2.2.
    pub const fn new(requested: u16) -> WsaData {
        let [major, minor] = requested.to_le_bytes();
        let version = match (major, minor) {
            (1, 0 | 1) | (2, 0..=2) => requested,
            (1, _) => makeword(1, 1),
            _ => makeword(2, 2),
        };
        let is_1 = major == 1;
        WsaData {
            version,
            high_version: makeword(2, 2),
            description: "WinSock 2.0",
            system_status: "Running",
            max_sockets: if is_1 { 32_767 } else { 0 },
            max_udp_datagram: if is_1 { 65_467 } else { 0 },
        }
    }
}

/// WSAStartup: begins the use of Winsock, or adds one to the count of start-ups (`S-S3`). The guard
/// [`Winsock`] does this, and cleans up too.
///
/// # Errors
/// - [`WSAEINPROGRESS`](crate::WSAEINPROGRESS) while a call blocks: version 1.1 makes no exception
///   for start-up (`S-B2`).
/// - [`WSAVERNOTSUPPORTED`] below version 1.0. [`WsaData::new`] then tells which version is
///   supported (`S-S1`).
/// - [`WSASYSNOTREADY`](crate::WSASYSNOTREADY) and [`WSAEPROCLIM`](crate::WSAEPROCLIM) if the host
///   says so.
pub fn wsa_startup(version: u16) -> Result<WsaData, WsaError> {
    record(check_idle().and_then(|()| start_up(version)))
}

fn start_up(version: u16) -> Result<WsaData, WsaError> {
    if version.to_le_bytes()[0] == 0 {
        return Err(WSAVERNOTSUPPORTED);
    }
    Current::startup()?;
    let data = WsaData::new(version);
    with(|core| core.started(data.version));
    Ok(data)
}

/// WSACleanup: takes one from the count of start-ups (`S-S3`).
///
/// The last clean-up cancels every request. Their messages do not come, and those that wait in the
/// queue are removed (`S-S4`). A future whose request it cancels ends with
/// [`WSANOTINITIALISED`](crate::WSANOTINITIALISED). The blocking hook is the default one again.
///
/// # Errors
/// - [`WSANOTINITIALISED`](crate::WSANOTINITIALISED) if every start-up has had its clean-up.
/// - [`WSAEINPROGRESS`](crate::WSAEINPROGRESS) while a call blocks (`S-B2`).
pub fn wsa_cleanup() -> Result<(), WsaError> {
    record(check_idle().and_then(|()| clean_up()))
}

/// Cleans up, even while a call blocks. Leaves the last error alone.
pub(crate) fn clean_up() -> Result<(), WsaError> {
    Current::cleanup()?;
    run(try_with(|core| core.cleaned_up()).into_iter().flatten());
    Ok(())
}

/// A start-up that cleans up when it is dropped. Start-ups are counted, so there may be several.
///
/// If it is dropped while a call blocks, it cleans up when that call ends.
#[derive(Debug)]
pub struct Winsock {
    data: WsaData,
    /// The state of Winsock belongs to a thread here.
    not_send: PhantomData<Rc<()>>,
}

impl Winsock {
    /// Starts up like [`wsa_startup`], and with its errors. `makeword(2, 2)` is version 2.2.
    pub fn startup(version: u16) -> Result<Winsock, WsaError> {
        wsa_startup(version).map(Winsock::of)
    }

    /// Starts up for futures. These are no calls of Winsock, so they work while a call blocks.
    /// Leaves the last error alone.
    pub(crate) fn startup_for_futures() -> Result<Winsock, WsaError> {
        start_up(makeword(2, 2)).map(Winsock::of)
    }

    fn of(data: WsaData) -> Winsock {
        Winsock {
            data,
            not_send: PhantomData,
        }
    }

    /// Returns the description that start-up returned.
    pub fn data(&self) -> &WsaData {
        &self.data
    }

    /// Cleans up now, like [`wsa_cleanup`], and returns the error that a drop would hide. With
    /// [`WSAEINPROGRESS`](crate::WSAEINPROGRESS) it cleans up later, as a drop does.
    pub fn cleanup(self) -> Result<(), WsaError> {
        if with(|core| core.blocking.is_blocking()) {
            return wsa_cleanup();
        }
        std::mem::forget(self);
        wsa_cleanup()
    }
}

impl Drop for Winsock {
    fn drop(&mut self) {
        if !try_with(|core| core.blocking.defers_cleanup()).unwrap_or(false) {
            // Fails only if the program has already called the clean-up of this start-up.
            let _ = clean_up();
        }
    }
}
