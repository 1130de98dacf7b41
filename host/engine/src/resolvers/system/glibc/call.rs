//! A call of one of glibc's functions: its buffer, and its errors.

use std::ffi::{c_char, c_int};
use std::{mem, ptr};

use libc::{hostent, size_t};

use super::entry;
use crate::types::{ErrorCode, Outcome};

/// The size of the first buffer. It doubles up to the maximum while the answer does not fit.
const MIN_BUFFER_BYTES: usize = 2048;
const MAX_BUFFER_BYTES: usize = 1 << 20;

// The values of <netdb.h>.
const NETDB_INTERNAL: c_int = -1;
const HOST_NOT_FOUND: c_int = 1;
const TRY_AGAIN: c_int = 2;
const NO_RECOVERY: c_int = 3;
const NO_DATA: c_int = 4;

/// The last parameters of both functions: pointers that are valid during one call, to a buffer of
/// `length` bytes and to single values.
pub(super) struct Call {
    pub(super) entry: *mut hostent,
    pub(super) buffer: *mut c_char,
    pub(super) length: size_t,
    pub(super) result: *mut *mut hostent,
    pub(super) h_errno: *mut c_int,
}

/// Reads the entry of a call that has succeeded, whose buffer is alive.
type Read = unsafe fn(&hostent) -> Outcome;

/// Asks like [`ask`], with the errors of a lookup by name.
pub(super) fn ask_by_name(lookup: impl Fn(&Call) -> c_int) -> Outcome {
    ask(entry::host, error, lookup)
}

/// Asks like [`ask`], with the errors of a lookup by address.
pub(super) fn ask_by_address(read: Read, lookup: impl Fn(&Call) -> c_int) -> Outcome {
    ask(read, alias_is_no_data, lookup)
}

/// Calls `lookup` with larger and larger buffers until the answer fits. Then reads its entry, or
/// maps its error.
fn ask(
    read: Read,
    error: impl Fn(c_int, c_int) -> ErrorCode,
    lookup: impl Fn(&Call) -> c_int,
) -> Outcome {
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
        return unsafe { read(&*result) };
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
        NETDB_INTERNAL => system_error(status),
        // The call succeeded without an entry.
        0 if status == 0 => ErrorCode::HostNotFound,
        _ => ErrorCode::NoRecovery,
    }
}

/// Maps an error of the system itself.
pub(super) fn system_error(errno: c_int) -> ErrorCode {
    match errno {
        // The machine is short of memory or files, which is temporary.
        libc::EAGAIN | libc::ENOMEM | libc::EMFILE | libc::ENFILE => ErrorCode::TryAgain,
        _ => ErrorCode::NoRecovery,
    }
}

/// Maps an error of a lookup by address. An alias of a name without a PTR record is a failure that
/// glibc calls both permanent and temporary (`S-R15`). No other call of glibc tells it.
fn alias_is_no_data(status: c_int, h_errno: c_int) -> ErrorCode {
    match (status, h_errno) {
        (libc::EAGAIN, NO_RECOVERY) => ErrorCode::NoData,
        _ => error(status, h_errno),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Answer;
    use std::cell::Cell;
    use std::ffi::CStr;
    use std::net::Ipv4Addr;

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
        let outcome = ask_by_name(|call| {
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
        let outcome = ask_by_name(|_| {
            calls.set(calls.get() + 1);
            libc::ERANGE
        });
        assert_eq!(outcome, Err(ErrorCode::NoRecovery));
        assert_eq!(calls.get(), 10);
    }

    #[test]
    fn host_without_addresses_is_no_data() {
        // S-R15
        let outcome = ask_by_name(|call| fill(call, c"a.test", c"b.test", &[]));
        assert_eq!(outcome, Err(ErrorCode::NoData));
    }

    #[test]
    fn each_h_errno_has_its_error() {
        // S-R15
        let outcome = |status, h_errno: c_int| {
            ask_by_name(|call| {
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
}
