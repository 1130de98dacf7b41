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

/// `HANDLE`: a pointer whose address is the handle of a request.
type HANDLE = *mut c_void;

/// A question, or `None` if a pointer is bad (`S-R4`).
pub(super) type Asked<'a> = Option<Question<'a>>;

/// The kind of structure that answers a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Host,
    Service,
    Protocol,
}

impl Kind {
    /// Returns whether an answer is of this kind. A host that answers with another kind is broken.
    pub(super) fn is_of(self, answer: &Answer) -> bool {
        matches!(
            (self, answer),
            (Kind::Host, Answer::Host(_))
                | (Kind::Service, Answer::Service(_))
                | (Kind::Protocol, Answer::Protocol(_))
        )
    }
}

/// WSAAsyncGetHostByName: starts a lookup of a host by its name (`S-R1` to `S-R13`). Returns its
/// handle, or 0.
///
/// # Safety
/// For all six requests: this may overwrite `length` bytes at `buffer` until the message has come
/// or [`WSACancelAsyncRequest`] has returned. Other pointers are null, no memory, or lead to
/// strings or addresses that live until this returns.
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

/// WSAAsyncGetHostByAddr: starts a lookup of a host by its address (`S-R14`).
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

/// WSAAsyncGetServByName: starts a lookup of a service by its name (`S-R12`).
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

/// WSAAsyncGetServByPort: starts a lookup of a service by its port in network byte order (`S-R11`).
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

/// WSAAsyncGetProtoByName: starts a lookup of a protocol by its name (`S-R12`).
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

/// WSAAsyncGetProtoByNumber: starts a lookup of a protocol by its number in host order (`S-R11`).
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

/// WSACancelAsyncRequest: cancels a request (`S-C1` to `S-C9`). Whatever it returns, nothing writes
/// to the buffer of the request afterwards (`S-C4`).
#[unsafe(no_mangle)]
pub extern "C" fn WSACancelAsyncRequest(handle: HANDLE) -> c_int {
    status(face::cancel(u32::try_from(handle.addr()).unwrap_or(0)))
}

/// # Safety
/// The result lives no longer than the string.
pub(super) unsafe fn host_by_name<'a>(name: *const c_char) -> Asked<'a> {
    // SAFETY: the caller's promise.
    unsafe { memory::string(name) }.map(Question::host_by_name)
}

/// # Safety
/// The result lives no longer than the address.
pub(super) unsafe fn host_by_address<'a>(
    address: *const c_char,
    length: c_int,
    family: c_int,
) -> Asked<'a> {
    // S-R14: another length is an error whatever the address is, so nothing is read. A null address
    // is a bad pointer.
    if length != 4 && !address.is_null() {
        return Some(Question::invalid());
    }
    // SAFETY: the caller's promise.
    let address = unsafe { memory::bytes(address, 4) };
    address.map(|address| Question::host_by_address(address, family))
}

/// # Safety
/// The result lives no longer than the strings.
pub(super) unsafe fn service_by_name<'a>(
    name: *const c_char,
    protocol: *const c_char,
) -> Asked<'a> {
    // SAFETY: the caller's promise.
    unsafe {
        let name = memory::string(name)?;
        Some(Question::service_by_name(name, optional(protocol)?))
    }
}

/// # Safety
/// The result lives no longer than the string.
pub(super) unsafe fn service_by_port<'a>(port: c_int, protocol: *const c_char) -> Asked<'a> {
    // SAFETY: the caller's promise.
    let protocol = unsafe { optional(protocol) }?;
    Some(Question::service_by_port(port, protocol))
}

/// # Safety
/// The result lives no longer than the string.
pub(super) unsafe fn protocol_by_name<'a>(name: *const c_char) -> Asked<'a> {
    // SAFETY: the caller's promise.
    unsafe { memory::string(name) }.map(Question::protocol_by_name)
}

/// Reads a string that may be null. The outer `None` is a bad pointer.
unsafe fn optional<'a>(string: *const c_char) -> Option<Option<&'a [u8]>> {
    if string.is_null() {
        return Some(None);
    }
    // SAFETY: the caller's promise.
    unsafe { memory::string(string) }.map(Some)
}

/// Starts a request. Returns null on failure.
fn start(
    kind: Kind,
    asked: Asked<'_>,
    hwnd: HWND,
    message: c_uint,
    buffer: *mut c_char,
    length: c_int,
) -> HANDLE {
    // S-R4: without a buffer, a program can only ask for the size, with length 0.
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

/// Writes the answer of a request to the buffer of the program.
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
        // An answer has no room now. Its message has WSAENOBUFS and the size (S-C4: nothing is
        // written after a cancel).
        self.length = 0;
    }
}

impl IntoBuffer {
    /// Returns the size of the answer and the error. With error 0 the answer is in the buffer; with
    /// any other the buffer is as it was (`S-R8`).
    fn fill(&self, answer: Answer) -> (usize, i32) {
        if !self.kind.is_of(&answer) {
            return (0, WSANO_RECOVERY.number());
        }
        let structure = Structure::of(answer);
        let size = structure.size();
        if self.length < size {
            return (size, WSAENOBUFS.number());
        }
        // SAFETY: the request is neither cancelled nor withdrawn, so this may overwrite the buffer.
        match unsafe { structure.write(self.buffer) } {
            true => (size, 0),
            false => (0, WSAEFAULT.number()),
        }
    }
}
