//! An entry of glibc as an answer.

use std::ffi::{CStr, c_char};
use std::net::Ipv4Addr;
use std::sync::Arc;

use libc::hostent;

use crate::types::{Answer, ErrorCode, HostEntry, Outcome};

/// Copies an entry's name into an answer.
///
/// # Safety
///
/// A call that succeeded has filled `entry`, and its buffer is alive.
pub(super) unsafe fn name(entry: &hostent) -> Outcome {
    // SAFETY: by the caller's promise, the name ends with NUL.
    let name = unsafe { text(entry.h_name) };
    Ok(Arc::new(Answer::Name(name)))
}

/// Copies an entry into an answer.
///
/// # Safety
///
/// A call that succeeded has filled `entry`, and its buffer is alive.
pub(super) unsafe fn host(entry: &hostent) -> Outcome {
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
pub(super) unsafe fn text(name: *const c_char) -> String {
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
