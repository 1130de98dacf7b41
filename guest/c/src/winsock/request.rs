//! The six requests and cancel.

use std::ffi::{c_char, c_int, c_uint, c_void};
use std::ptr;

use winsock_async_guest::face::{self, Question, Recipient};
use winsock_async_guest::{
    Answer, Hwnd, Message, WSAEFAULT, WSAEINVAL, WSAENOBUFS, WSANO_RECOVERY, WsaError, makelparam,
};

use super::layout::Structure;
use super::status;
use crate::hwnd::{self, HWND};
use crate::memory;
use crate::windows::stuck;

/// `HANDLE`: a pointer that is a request's number.
type HANDLE = *mut c_void;

/// A question that could be read; none where a pointer is bad (`S-R4`).
pub(super) type Asked<'a> = Option<Question<'a>>;

/// What kind of structure a request is to be answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Host,
    Service,
    Protocol,
}

impl Kind {
    /// Whether an answer is of this kind; a host that answers with another is broken.
    pub(super) fn is_of(self, answer: &Answer) -> bool {
        matches!(
            (self, answer),
            (Kind::Host, Answer::Host(_))
                | (Kind::Service, Answer::Service(_))
                | (Kind::Protocol, Answer::Protocol(_))
        )
    }
}

/// WSAAsyncGetHostByName (`S-R1` to `S-R13`).
///
/// # Safety
/// For all six: what `buffer` points to, `length` bytes of it, stays the program's to be written until
/// the message has come or [`WSACancelAsyncRequest`] has returned. Strings need to live until this
/// returns. Null and what is no memory is told apart.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn WSAAsyncGetHostByName(
    hwnd: HWND,
    message: c_uint,
    name: *const c_char,
    buffer: *mut c_char,
    length: c_int,
) -> HANDLE {
    // SAFETY: see above.
    let asked = unsafe { host_by_name(name) };
    start(Kind::Host, asked, hwnd, message, buffer, length)
}

/// WSAAsyncGetHostByAddr (`S-R14`).
///
/// # Safety
/// As for [`WSAAsyncGetHostByName`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn WSAAsyncGetHostByAddr(
    hwnd: HWND,
    message: c_uint,
    address: *const c_char,
    address_length: c_int,
    family: c_int,
    buffer: *mut c_char,
    length: c_int,
) -> HANDLE {
    // SAFETY: see above.
    let asked = unsafe { host_by_address(address, address_length, family) };
    start(Kind::Host, asked, hwnd, message, buffer, length)
}

/// WSAAsyncGetServByName (`S-R12`).
///
/// # Safety
/// As for [`WSAAsyncGetHostByName`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn WSAAsyncGetServByName(
    hwnd: HWND,
    message: c_uint,
    name: *const c_char,
    protocol: *const c_char,
    buffer: *mut c_char,
    length: c_int,
) -> HANDLE {
    // SAFETY: see above.
    let asked = unsafe { service_by_name(name, protocol) };
    start(Kind::Service, asked, hwnd, message, buffer, length)
}

/// WSAAsyncGetServByPort, the port in network byte order (`S-R11`).
///
/// # Safety
/// As for [`WSAAsyncGetHostByName`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn WSAAsyncGetServByPort(
    hwnd: HWND,
    message: c_uint,
    port: c_int,
    protocol: *const c_char,
    buffer: *mut c_char,
    length: c_int,
) -> HANDLE {
    // SAFETY: see above.
    let asked = unsafe { service_by_port(port, protocol) };
    start(Kind::Service, asked, hwnd, message, buffer, length)
}

/// WSAAsyncGetProtoByName (`S-R12`).
///
/// # Safety
/// As for [`WSAAsyncGetHostByName`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn WSAAsyncGetProtoByName(
    hwnd: HWND,
    message: c_uint,
    name: *const c_char,
    buffer: *mut c_char,
    length: c_int,
) -> HANDLE {
    // SAFETY: see above.
    let asked = unsafe { protocol_by_name(name) };
    start(Kind::Protocol, asked, hwnd, message, buffer, length)
}

/// WSAAsyncGetProtoByNumber, the number in host order (`S-R11`).
///
/// # Safety
/// As for [`WSAAsyncGetHostByName`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn WSAAsyncGetProtoByNumber(
    hwnd: HWND,
    message: c_uint,
    number: c_int,
    buffer: *mut c_char,
    length: c_int,
) -> HANDLE {
    let asked = Some(Question::protocol_by_number(number));
    start(Kind::Protocol, asked, hwnd, message, buffer, length)
}

/// WSACancelAsyncRequest (`S-C1` to `S-C9`). Whatever it returns, the request's buffer is not written
/// afterwards (`S-C4`).
#[unsafe(no_mangle)]
pub extern "C" fn WSACancelAsyncRequest(handle: HANDLE) -> c_int {
    status(face::cancel(u32::try_from(handle.addr()).unwrap_or(0)))
}

/// # Safety
/// The result lives no longer than the string.
pub(super) unsafe fn host_by_name<'a>(name: *const c_char) -> Asked<'a> {
    // SAFETY: the caller's.
    unsafe { memory::string(name) }.map(Question::host_by_name)
}

/// # Safety
/// The result lives no longer than the address.
pub(super) unsafe fn host_by_address<'a>(
    address: *const c_char,
    length: c_int,
    family: c_int,
) -> Asked<'a> {
    // S-R14: another length is wrong whatever is there, and need not be read; a null is a bad pointer.
    if length != 4 && !address.is_null() {
        return Some(Question::invalid());
    }
    // SAFETY: the caller's.
    let address = unsafe { memory::bytes(address, 4) };
    address.map(|address| Question::host_by_address(address, family))
}

/// # Safety
/// The result lives no longer than the strings.
pub(super) unsafe fn service_by_name<'a>(
    name: *const c_char,
    protocol: *const c_char,
) -> Asked<'a> {
    // SAFETY: the caller's.
    unsafe {
        let name = memory::string(name)?;
        Some(Question::service_by_name(name, optional(protocol)?))
    }
}

/// # Safety
/// The result lives no longer than the string.
pub(super) unsafe fn service_by_port<'a>(port: c_int, protocol: *const c_char) -> Asked<'a> {
    // SAFETY: the caller's.
    let protocol = unsafe { optional(protocol) }?;
    Some(Question::service_by_port(port, protocol))
}

/// # Safety
/// The result lives no longer than the string.
pub(super) unsafe fn protocol_by_name<'a>(name: *const c_char) -> Asked<'a> {
    // SAFETY: the caller's.
    unsafe { memory::string(name) }.map(Question::protocol_by_name)
}

/// A string that may be null; the outer none is a bad pointer.
unsafe fn optional<'a>(string: *const c_char) -> Option<Option<&'a [u8]>> {
    if string.is_null() {
        return Some(None);
    }
    // SAFETY: the caller's.
    unsafe { memory::string(string) }.map(Some)
}

/// Begins a request; 0 if it is not begun.
fn start(
    kind: Kind,
    asked: Asked<'_>,
    hwnd: HWND,
    message: c_uint,
    buffer: *mut c_char,
    length: c_int,
) -> HANDLE {
    // S-R4: without a buffer only a size can be told, and that is asked for with length 0.
    let asked = asked.filter(|_| !buffer.is_null() || length == 0);
    let into_buffer = Box::new(IntoBuffer {
        kind,
        is_fault: asked.is_none(),
        hwnd: hwnd::from_c(hwnd),
        message,
        buffer,
        length: usize::try_from(length).unwrap_or(0),
    });
    let question = asked.unwrap_or_else(Question::invalid);
    let Ok(handle) = face::request(question, into_buffer) else {
        return ptr::null_mut();
    };
    stuck::clear();
    ptr::without_provenance_mut(handle as usize)
}

/// Where a request's answer goes, and who is told.
struct IntoBuffer {
    kind: Kind,
    /// Whether an argument could not be read.
    is_fault: bool,
    hwnd: Option<Hwnd>,
    message: u32,
    buffer: *mut c_char,
    length: usize,
}

impl Recipient for IntoBuffer {
    fn deliver(self: Box<Self>, handle: u32, outcome: Result<Answer, WsaError>) -> Message {
        let (size, error) = match outcome {
            Ok(answer) => self.fill(answer),
            Err(WSAEINVAL) if self.is_fault => (0, WSAEFAULT.number()),
            Err(error) => (0, error.number()),
        };
        // S-R6, S-R7
        let lparam = makelparam(size as u16, error as u16);
        Message::new(self.hwnd, self.message, u64::from(handle), lparam)
    }

    fn withdraw(&mut self) {
        // What comes now has no room, and its size is told (S-C4).
        self.length = 0;
    }
}

impl IntoBuffer {
    /// The size of the answer and the error, 0 where it was written. Else nothing was (`S-R8`).
    fn fill(&self, answer: Answer) -> (usize, i32) {
        if !self.kind.is_of(&answer) {
            return (0, WSANO_RECOVERY.number());
        }
        let structure = Structure::of(answer);
        let size = structure.size();
        if self.length < size {
            return (size, WSAENOBUFS.number());
        }
        // SAFETY: the program's until now: the request is neither cancelled nor was it told to be over.
        match unsafe { structure.write(self.buffer) } {
            true => (size, 0),
            false => (0, WSAEFAULT.number()),
        }
    }
}
