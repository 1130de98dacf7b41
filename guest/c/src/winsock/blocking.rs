//! The blocking calls, their hook, and gethostname.

use std::cell::{Cell, RefCell};
use std::ffi::{c_char, c_int};
use std::ptr;

use winsock_async_guest::face::{self, Question};
use winsock_async_guest::{
    Answer, BlockingHook, WSAEFAULT, WSAEINVAL, WSANO_RECOVERY, WsaError, wsa_cancel_blocking_call,
    wsa_is_blocking, wsa_set_blocking_hook, wsa_set_last_error, wsa_unhook_blocking_hook,
};

use super::layout::Structure;
use super::request::{self, Asked, Kind};
use super::{SOCKET_ERROR, status};
use crate::memory;
use crate::windows;

/// gethostbyname: looks up a host by its name, and waits (`S-B1` to `S-B5`). Returns a `hostent`,
/// or null. The structure lives until the next call that returns one of its kind.
///
/// # Safety
/// The name is null, no memory, or a string that lives until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ws2_32_gethostbyname(name: *const c_char) -> *mut c_char {
    // SAFETY: see above.
    structure(Kind::Host, unsafe { request::host_by_name(name) })
}

/// gethostbyaddr: looks up a host by its address (`S-R14`), and waits. Returns a `hostent`, or
/// null.
///
/// # Safety
/// As for [`ws2_32_gethostbyname`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ws2_32_gethostbyaddr(
    address: *const c_char,
    length: c_int,
    family: c_int,
) -> *mut c_char {
    // SAFETY: see above.
    let asked = unsafe { request::host_by_address(address, length, family) };
    structure(Kind::Host, asked)
}

/// getservbyname: looks up a service by its name (`S-R12`), and waits. Returns a `servent`, or
/// null.
///
/// # Safety
/// As for [`ws2_32_gethostbyname`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ws2_32_getservbyname(
    name: *const c_char,
    protocol: *const c_char,
) -> *mut c_char {
    // SAFETY: see above.
    let asked = unsafe { request::service_by_name(name, protocol) };
    structure(Kind::Service, asked)
}

/// getservbyport: looks up a service by its port in network byte order (`S-R11`), and waits.
/// Returns a `servent`, or null.
///
/// # Safety
/// As for [`ws2_32_gethostbyname`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ws2_32_getservbyport(port: c_int, protocol: *const c_char) -> *mut c_char {
    // SAFETY: see above.
    let asked = unsafe { request::service_by_port(port, protocol) };
    structure(Kind::Service, asked)
}

/// getprotobyname: looks up a protocol by its name (`S-R12`), and waits. Returns a `protoent`, or
/// null.
///
/// # Safety
/// As for [`ws2_32_gethostbyname`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ws2_32_getprotobyname(name: *const c_char) -> *mut c_char {
    // SAFETY: see above.
    structure(Kind::Protocol, unsafe { request::protocol_by_name(name) })
}

/// getprotobynumber: looks up a protocol by its number, and waits. Returns a `protoent`, or null.
#[unsafe(no_mangle)]
pub extern "C" fn ws2_32_getprotobynumber(number: c_int) -> *mut c_char {
    let asked = Some(Question::protocol_by_number(number));
    structure(Kind::Protocol, asked)
}

/// gethostname: writes the name of the host, which [`ws2_32_gethostbyname`] finds for "" (`S-R13`).
/// The policy of the embedder must allow it. WSAEFAULT if the name does not fit.
///
/// # Safety
/// At `name`, this may overwrite `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ws2_32_gethostname(name: *mut c_char, length: c_int) -> c_int {
    let asked = (!name.is_null()).then(|| Question::host_by_name(b""));
    let Some(answer) = ask(Kind::Host, asked) else {
        return SOCKET_ERROR;
    };
    let own = answer.name().as_bytes();
    let fits = usize::try_from(length).is_ok_and(|length| own.len() < length);
    // SAFETY: the caller promises that `length` bytes are there.
    let place = fits.then(|| unsafe { memory::buffer(name, own.len() + 1) });
    let Some(place) = place.flatten() else {
        fail(WSAEFAULT);
        return SOCKET_ERROR;
    };
    place[..own.len()].copy_from_slice(own);
    place[own.len()] = 0;
    0
}

/// WSAIsBlocking: returns whether a blocking call is under way (`S-B2`).
#[unsafe(no_mangle)]
pub extern "C" fn WSAIsBlocking() -> c_int {
    c_int::from(wsa_is_blocking())
}

/// WSACancelBlockingCall: makes the blocking call return WSAEINTR (`S-B3`).
#[unsafe(no_mangle)]
pub extern "C" fn WSACancelBlockingCall() -> c_int {
    status(wsa_cancel_blocking_call())
}

/// A blocking hook in C. It returns nonzero if it has dispatched something.
type Hook = unsafe extern "C" fn() -> c_int;

/// WSASetBlockingHook: sets the blocking hook, and returns the former one, or null on failure
/// (`S-B4`). The default hook is a function that the program can call and set again. A null hook is
/// WSAEFAULT.
///
/// # Safety
/// `hook` can be called until another is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn WSASetBlockingHook(hook: Option<Hook>) -> Option<Hook> {
    let set = match hook {
        Some(hook) if !ptr::fn_addr_eq(hook, default_hook as Hook) => {
            // SAFETY: see above.
            BlockingHook::from(move || unsafe { hook() } != 0)
        }
        _ => BlockingHook::default(),
    };
    let former = wsa_set_blocking_hook(set).ok()?;
    let Some(hook) = hook else {
        // A null hook is checked last, because other errors precede those of parameters (S-S5). The
        // former hook stays.
        wsa_set_blocking_hook(former).ok()?;
        fail(WSAEFAULT);
        return None;
    };
    let former_of_c = HOOK.replace(Some(hook));
    // Only the guest library knows whether clean-up has restored the default hook.
    let former = former_of_c.filter(|_| !former.is_default());
    Some(former.unwrap_or(default_hook))
}

/// WSAUnhookBlockingHook: restores the default hook (`S-B4`).
#[unsafe(no_mangle)]
pub extern "C" fn WSAUnhookBlockingHook() -> c_int {
    status(wsa_unhook_blocking_hook())
}

/// The default hook.
extern "C" fn default_hook() -> c_int {
    c_int::from(face::default_hook(windows::dispatch))
}

thread_local! {
    /// The hook that was set last.
    static HOOK: Cell<Option<Hook>> = const { Cell::new(None) };
    /// The result of the last call of each kind, aligned as C expects it (`S-B5`).
    static STRUCTURES: RefCell<[Vec<u32>; 3]> = RefCell::default();
}

/// Asks, waits, and returns a structure that lives until the next call of its kind. Returns null on
/// failure.
fn structure(kind: Kind, asked: Asked<'_>) -> *mut c_char {
    let Some(answer) = ask(kind, asked) else {
        return ptr::null_mut();
    };
    let structure = Structure::of(answer);
    STRUCTURES.with_borrow_mut(|structures| {
        let place = &mut structures[kind as usize];
        *place = vec![0; structure.size().div_ceil(size_of::<u32>())];
        let start = place.as_mut_ptr().cast();
        // SAFETY: the vector has the size of the structure.
        unsafe { structure.write(start) };
        start
    })
}

/// Asks and waits. Returns `None` on failure, and makes the error the last one.
fn ask(kind: Kind, asked: Asked<'_>) -> Option<Answer> {
    let is_fault = asked.is_none();
    match face::ask(asked.unwrap_or_else(Question::invalid), windows::dispatch) {
        Ok(answer) if kind.is_of(&answer) => return Some(answer),
        Ok(_) => fail(WSANO_RECOVERY),
        Err(WSAEINVAL) if is_fault => fail(WSAEFAULT),
        Err(_) => {}
    }
    None
}

fn fail(error: WsaError) {
    wsa_set_last_error(error.number());
}
