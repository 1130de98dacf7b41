//! Hosts by glibc's reentrant calls, whose answers have aliases.

use std::ffi::{CStr, CString, c_char, c_int, c_ulong, c_void};
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::{mem, ptr};

use libc::{hostent, size_t, socklen_t};

use crate::lookup::Lookup;
use crate::policy::Policy;
use crate::resolvers::resolv_conf::{self, Environment};
use crate::resolvers::search::{Miss, Next, Search, SearchState};
use crate::types::{ErrorCode, HostEntry, Outcome};

/// The size of the first buffer. It doubles up to the maximum while the answer does not fit.
const MIN_BUFFER_BYTES: usize = 2048;
const MAX_BUFFER_BYTES: usize = 1 << 20;

// The values of <netdb.h>.
const NETDB_INTERNAL: c_int = -1;
const HOST_NOT_FOUND: c_int = 1;
const TRY_AGAIN: c_int = 2;
const NO_RECOVERY: c_int = 3;
const NO_DATA: c_int = 4;

// The options of <resolv.h>.
const RES_INIT: c_ulong = 0x1;
const RES_DEFNAMES: c_ulong = 0x80;
const RES_DNSRCH: c_ulong = 0x200;
const RES_NOALIASES: c_ulong = 0x1000;

/// The first fields of the resolver's state, of <resolv.h>. Each thread has a state of its own.
#[repr(C)]
struct ResState {
    retrans: c_int,
    retry: c_int,
    options: c_ulong,
}

// Of <resolv.h>. The functions are part of the C library itself.
unsafe extern "C" {
    fn __res_state() -> *mut ResState;
    fn __res_ninit(state: *mut ResState) -> c_int;
    fn __res_nclose(state: *mut ResState);
}

// Of <netdb.h>. The crate libc has `hostent` and not these functions.
unsafe extern "C" {
    fn gethostbyname2_r(
        name: *const c_char,
        family: c_int,
        entry: *mut hostent,
        buffer: *mut c_char,
        length: size_t,
        result: *mut *mut hostent,
        h_errno: *mut c_int,
    ) -> c_int;
    fn gethostbyaddr_r(
        address: *const c_void,
        address_length: socklen_t,
        family: c_int,
        entry: *mut hostent,
        buffer: *mut c_char,
        length: size_t,
        result: *mut *mut hostent,
        h_errno: *mut c_int,
    ) -> c_int;
}

/// The system's settings of DNS.
const RESOLV_CONF: &str = "/etc/resolv.conf";

/// Looks a host up by name. The C library completes the name by its search list.
pub(super) fn host_by_name(name: &str) -> Outcome {
    let Ok(name) = CString::new(name) else {
        return Err(ErrorCode::HostNotFound);
    };
    let outcome = ask(|call| {
        // SAFETY: `name` ends with a NUL and lives through the call. See `Call` for the others.
        unsafe {
            gethostbyname2_r(
                name.as_ptr(),
                libc::AF_INET,
                call.entry,
                call.buffer,
                call.length,
                call.result,
                call.h_errno,
            )
        }
    });
    // `gethostbyname2_r` does not tell an alias of a name without an address from a failure, and
    // `getaddrinfo` does (`S-R15`).
    match outcome {
        Err(ErrorCode::NoRecovery) if has_no_address(&name) => Err(ErrorCode::NoData),
        other => other,
    }
}

/// Whether `getaddrinfo` says that the name exists, and has no IPv4 address.
fn has_no_address(name: &CStr) -> bool {
    // SAFETY: `addrinfo` consists of pointers and integers, for which all zeros is valid.
    let mut hints: libc::addrinfo = unsafe { mem::zeroed() };
    hints.ai_family = libc::AF_INET;
    hints.ai_socktype = libc::SOCK_STREAM;
    let mut list = ptr::null_mut();
    // SAFETY: `name` ends with a NUL, and the pointers to `hints` and `list` live through the call.
    let status = unsafe { libc::getaddrinfo(name.as_ptr(), ptr::null(), &hints, &mut list) };
    if status == 0 {
        // SAFETY: the call succeeded, so `list` is its list, which nothing else refers to.
        unsafe { libc::freeaddrinfo(list) };
    }
    status == libc::EAI_NODATA
}

/// Looks a host up by each name of its search that the policy allows (`S-R16`), as glibc's search
/// list has it.
pub(super) fn host_by_allowed_names(lookup: &Lookup, policy: Option<&Policy>) -> Outcome {
    let text = resolv_conf::contents(Path::new(RESOLV_CONF)).unwrap_or_default();
    let environment = Environment::of_process();
    let list = resolv_conf::read(&text, RESOLV_CONF, &environment).0.search;
    let search = Search::new(lookup.clone(), &list, policy);
    let mut state = SearchState::new(&search, &list)?;
    let _no_search = NoSearch::begin()?;
    loop {
        let miss = match host_by_name(&state.name(&search, &list)) {
            Err(error @ (ErrorCode::HostNotFound | ErrorCode::NoData)) => {
                Miss::Missing(error, Duration::ZERO)
            }
            // glibc keeps to itself whether a server answered.
            Err(ErrorCode::TryAgain) => Miss::ServFail,
            Err(error) => Miss::Failed(error),
            found => return found,
        };
        if let Next::End(error, _) = state.next(miss, &search, &list) {
            return Err(error);
        }
    }
}

/// Turns the C library's search list and host aliases off for this thread, until it is dropped.
struct NoSearch {
    state: *mut ResState,
    options: c_ulong,
}

impl NoSearch {
    fn begin() -> Result<NoSearch, ErrorCode> {
        // SAFETY: the state is this thread's own, and lives as long as the thread, where the value
        // stays, as a pointer is not `Send`. The state is closed only if it was initialised, and is
        // initialised before its options are read. Initialising it again reads a changed file.
        unsafe {
            let state = __res_state();
            if (*state).options & RES_INIT != 0 {
                __res_nclose(state);
            }
            if __res_ninit(state) != 0 {
                return Err(ErrorCode::TryAgain);
            }
            let options = (*state).options;
            (*state).options = options & !(RES_DEFNAMES | RES_DNSRCH) | RES_NOALIASES;
            Ok(NoSearch { state, options })
        }
    }
}

impl Drop for NoSearch {
    fn drop(&mut self) {
        // SAFETY: as in `begin`.
        unsafe { (*self.state).options = self.options };
    }
}

/// Looks a host up by address.
pub(super) fn host_by_address(address: Ipv4Addr) -> Outcome {
    let octets = address.octets();
    ask_with(alias_is_no_data, |call| {
        // SAFETY: `octets` has `octets.len()` bytes and lives through the call. `Call` documents
        // the other pointers.
        unsafe {
            gethostbyaddr_r(
                octets.as_ptr().cast(),
                octets.len() as socklen_t,
                libc::AF_INET,
                call.entry,
                call.buffer,
                call.length,
                call.result,
                call.h_errno,
            )
        }
    })
}

/// The last parameters of both functions: pointers that are valid during one call, to a buffer of
/// `length` bytes and to single values.
struct Call {
    entry: *mut hostent,
    buffer: *mut c_char,
    length: size_t,
    result: *mut *mut hostent,
    h_errno: *mut c_int,
}

/// Maps an error of a lookup by address. An alias of a name without a PTR record is a failure that
/// glibc calls both permanent and temporary (`S-R15`). No other call of glibc tells it.
fn alias_is_no_data(status: c_int, h_errno: c_int) -> ErrorCode {
    match (status, h_errno) {
        (libc::EAGAIN, NO_RECOVERY) => ErrorCode::NoData,
        _ => error(status, h_errno),
    }
}

fn ask(lookup: impl Fn(&Call) -> c_int) -> Outcome {
    ask_with(error, lookup)
}

/// Calls `lookup` with larger and larger buffers until the answer fits, and maps its error.
fn ask_with(error: impl Fn(c_int, c_int) -> ErrorCode, lookup: impl Fn(&Call) -> c_int) -> Outcome {
    let mut length = MIN_BUFFER_BYTES;
    while length <= MAX_BUFFER_BYTES {
        let mut buffer = vec![0u8; length];
        // SAFETY: `hostent` consists of pointers and integers, for which all zeros is valid.
        let mut entry: hostent = unsafe { mem::zeroed() };
        let mut result = ptr::null_mut();
        let mut h_errno = 0;
        let status = lookup(&Call {
            entry: &mut entry,
            buffer: buffer.as_mut_ptr().cast(),
            length,
            result: &mut result,
            h_errno: &mut h_errno,
        });
        if status == libc::ERANGE {
            length *= 2;
            continue;
        }
        if status != 0 || result.is_null() {
            return Err(error(status, h_errno));
        }
        // SAFETY: the call succeeded, so `result` is `entry`, whose pointers point into `buffer`.
        // Both live to the end of this block.
        return unsafe { host(&*result) };
    }
    Err(ErrorCode::NoRecovery)
}

/// Maps an error to one of the four name errors (`S-R15`: they are told apart).
fn error(status: c_int, h_errno: c_int) -> ErrorCode {
    match h_errno {
        TRY_AGAIN => ErrorCode::TryAgain,
        NO_RECOVERY => ErrorCode::NoRecovery,
        NO_DATA => ErrorCode::NoData,
        HOST_NOT_FOUND => ErrorCode::HostNotFound,
        NETDB_INTERNAL => match status {
            // The machine is short of memory or files, which is temporary.
            libc::EAGAIN | libc::ENOMEM | libc::EMFILE | libc::ENFILE => ErrorCode::TryAgain,
            _ => ErrorCode::NoRecovery,
        },
        // The call succeeded without an entry.
        0 if status == 0 => ErrorCode::HostNotFound,
        _ => ErrorCode::NoRecovery,
    }
}

/// Copies an entry into an answer.
///
/// # Safety
///
/// A call that succeeded has filled `entry`, and its buffer is alive.
unsafe fn host(entry: &hostent) -> Outcome {
    if entry.h_addrtype != libc::AF_INET || entry.h_length != 4 {
        return Err(ErrorCode::NoData);
    }
    // SAFETY: by the caller's promise, `h_addr_list` points to addresses of `h_length` bytes, and
    // names end with NUL.
    let (name, aliases, addresses) = unsafe {
        let address = |p: *const c_char| Ipv4Addr::from(p.cast::<[u8; 4]>().read_unaligned());
        (
            text(entry.h_name),
            list(entry.h_aliases).map(|p| text(p)).collect::<Vec<_>>(),
            list(entry.h_addr_list).map(address).collect::<Vec<_>>(),
        )
    };
    if addresses.is_empty() {
        return Err(ErrorCode::NoData);
    }
    Ok(Arc::new(
        HostEntry::new(name, addresses).with_aliases(aliases).into(),
    ))
}

/// Iterates over the pointers of a list that ends with null.
///
/// # Safety
///
/// `list` is null, or points to such a list, which outlives the iterator.
unsafe fn list(mut list: *mut *mut c_char) -> impl Iterator<Item = *const c_char> {
    std::iter::from_fn(move || {
        if list.is_null() {
            return None;
        }
        // SAFETY: by the caller's promise; `list` never moves past the null that ends the list.
        let item = unsafe { *list };
        if item.is_null() {
            return None;
        }
        // SAFETY: the item is not the null that ends the list, so another follows.
        list = unsafe { list.add(1) };
        Some(item.cast_const())
    })
}

/// Copies a name as text.
///
/// # Safety
///
/// `name` is null, or points to bytes that end with NUL.
unsafe fn text(name: *const c_char) -> String {
    if name.is_null() {
        return String::new();
    }
    // SAFETY: by the caller's promise.
    escape(unsafe { CStr::from_ptr(name) }.to_bytes())
}

/// Escapes the bytes that are not UTF-8 as `\DDD`.
fn escape(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\{byte:03}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Answer;
    use std::cell::Cell;

    /// Fills an entry as glibc does, with the name, aliases and addresses in the buffer.
    fn fill(call: &Call, name: &CStr, alias: &CStr, addresses: &[[u8; 4]]) -> c_int {
        let pointers = (addresses.len() + 3) * size_of::<*mut c_char>();
        let strings = name.count_bytes() + alias.count_bytes() + 2;
        if call.length < pointers + strings + addresses.len() * 4 + 16 {
            // SAFETY: `Call`'s pointers are valid.
            unsafe { *call.h_errno = NETDB_INTERNAL };
            return libc::ERANGE;
        }
        // SAFETY: the check above has found room for all of it.
        unsafe {
            let start = call
                .buffer
                .add(call.buffer.align_offset(8))
                .cast::<*mut c_char>();
            let mut at = start.add(addresses.len() + 3).cast::<c_char>();
            let mut put = |bytes: &[u8]| {
                ptr::copy_nonoverlapping(bytes.as_ptr().cast(), at, bytes.len());
                let next = at.add(bytes.len());
                mem::replace(&mut at, next)
            };
            let entry = &mut *call.entry;
            entry.h_name = put(name.to_bytes_with_nul());
            entry.h_aliases = start;
            start.write(put(alias.to_bytes_with_nul()));
            start.add(1).write(ptr::null_mut());
            entry.h_addr_list = start.add(2);
            for (i, address) in addresses.iter().enumerate() {
                start.add(2 + i).write(put(address));
            }
            start.add(2 + addresses.len()).write(ptr::null_mut());
            entry.h_addrtype = libc::AF_INET;
            entry.h_length = 4;
            *call.result = call.entry;
        }
        0
    }

    #[test]
    fn buffer_grows_until_the_answer_fits() {
        let addresses: Vec<[u8; 4]> = (0..4000u32).map(u32::to_be_bytes).collect();
        let calls = Cell::new(0);
        let outcome = ask(|call| {
            calls.set(calls.get() + 1);
            fill(call, c"a.test", c"b\xff\xc3\xa9.test", &addresses)
        });
        let Ok(answer) = outcome else {
            panic!("{outcome:?}")
        };
        let Answer::Host(entry) = &*answer else {
            panic!("not a host")
        };
        assert!(calls.get() > 1);
        assert_eq!(entry.name, "a.test");
        assert_eq!(entry.aliases, ["b\\255\u{e9}.test"]);
        assert!(
            entry
                .addresses()
                .eq(addresses.iter().map(|&a| Ipv4Addr::from(a)))
        );
    }

    #[test]
    fn answer_that_fits_no_buffer_is_no_recovery() {
        let calls = Cell::new(0);
        let outcome = ask(|_| {
            calls.set(calls.get() + 1);
            libc::ERANGE
        });
        assert_eq!(outcome, Err(ErrorCode::NoRecovery));
        assert_eq!(calls.get(), 10);
    }

    #[test]
    fn host_without_addresses_is_no_data() {
        // S-R15
        let outcome = ask(|call| fill(call, c"a.test", c"b.test", &[]));
        assert_eq!(outcome, Err(ErrorCode::NoData));
    }

    #[test]
    fn each_h_errno_has_its_error() {
        // S-R15
        let outcome = |status, h_errno: c_int| {
            ask(|call| {
                // SAFETY: `Call`'s pointers are valid.
                unsafe { *call.h_errno = h_errno };
                status
            })
        };
        assert_eq!(outcome(0, HOST_NOT_FOUND), Err(ErrorCode::HostNotFound));
        assert_eq!(outcome(0, 0), Err(ErrorCode::HostNotFound));
        assert_eq!(outcome(libc::EAGAIN, TRY_AGAIN), Err(ErrorCode::TryAgain));
        assert_eq!(outcome(0, NO_RECOVERY), Err(ErrorCode::NoRecovery));
        assert_eq!(outcome(0, NO_DATA), Err(ErrorCode::NoData));
        for passes in [libc::EAGAIN, libc::ENOMEM, libc::EMFILE, libc::ENFILE] {
            let outcome = outcome(passes, NETDB_INTERNAL);
            assert_eq!(outcome, Err(ErrorCode::TryAgain), "{passes}");
        }
        for (status, h_errno) in [(libc::EIO, NETDB_INTERNAL), (libc::EIO, 0), (libc::EIO, 99)] {
            let outcome = outcome(status, h_errno);
            assert_eq!(outcome, Err(ErrorCode::NoRecovery), "{status} {h_errno}");
        }
    }

    #[test]
    fn alias_without_a_ptr_record_is_no_data() {
        // S-R15
        assert_eq!(
            alias_is_no_data(libc::EAGAIN, NO_RECOVERY),
            ErrorCode::NoData
        );
        assert_eq!(alias_is_no_data(0, NO_RECOVERY), ErrorCode::NoRecovery);
        assert_eq!(
            alias_is_no_data(libc::EAGAIN, TRY_AGAIN),
            ErrorCode::TryAgain
        );
    }

    #[test]
    fn search_is_off_until_the_guard_is_dropped() {
        // SAFETY: the state is this thread's own.
        let options = || unsafe { (*__res_state()).options };
        let guard = NoSearch::begin().unwrap();
        assert_eq!(options() & (RES_DEFNAMES | RES_DNSRCH), 0);
        assert!(options() & RES_INIT != 0 && options() & RES_NOALIASES != 0);
        drop(guard);
        assert!(options() & RES_DNSRCH != 0 && options() & RES_NOALIASES == 0);
    }

    #[test]
    fn name_with_a_nul_is_not_found() {
        assert_eq!(host_by_name("a\0b"), Err(ErrorCode::HostNotFound));
    }
}
