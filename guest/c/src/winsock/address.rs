//! Byte order, and addresses as text.

use std::cell::Cell;
use std::ffi::c_char;
use std::net::Ipv4Addr;

use crate::memory;

/// INADDR_NONE.
const NONE: u32 = u32::MAX;

/// htonl: converts a number to network byte order.
#[unsafe(no_mangle)]
pub extern "C" fn ws2_32_htonl(host: u32) -> u32 {
    host.to_be()
}

/// htons: converts a number to network byte order.
#[unsafe(no_mangle)]
pub extern "C" fn ws2_32_htons(host: u16) -> u16 {
    host.to_be()
}

/// ntohl: converts a number from network byte order.
#[unsafe(no_mangle)]
pub extern "C" fn ws2_32_ntohl(network: u32) -> u32 {
    u32::from_be(network)
}

/// ntohs: converts a number from network byte order.
#[unsafe(no_mangle)]
pub extern "C" fn ws2_32_ntohs(network: u16) -> u16 {
    u16::from_be(network)
}

/// inet_addr: reads an address, and returns it in network byte order, or INADDR_NONE if the text is
/// no address. An address has one to four parts, each decimal, octal after 0, or hexadecimal after
/// 0x.
///
/// # Safety
/// The text is null, no memory, or a string that lives until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ws2_32_inet_addr(text: *const c_char) -> u32 {
    // SAFETY: see above.
    let text = unsafe { memory::string(text) };
    text.and_then(parse).map_or(NONE, u32::to_be)
}

/// inet_ntoa: returns an address as text, which lives until the next call.
///
/// C passes `struct in_addr` by its address: wasm32 passes only a structure of one number by value,
/// and this one holds a union.
///
/// # Safety
/// `address` is a `struct in_addr`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ws2_32_inet_ntoa(address: *const [u8; 4]) -> *mut c_char {
    thread_local! {
        static TEXT: Cell<[u8; 16]> = const { Cell::new([0; 16]) };
    }
    // SAFETY: see above.
    let address = unsafe { memory::read(address) }.unwrap_or_default();
    let mut text = [0; 16];
    for (to, from) in text
        .iter_mut()
        .zip(Ipv4Addr::from(address).to_string().bytes())
    {
        *to = from;
    }
    TEXT.set(text);
    TEXT.with(Cell::as_ptr).cast()
}

/// Reads an address, and returns it in host byte order. White space may follow it.
fn parse(text: &[u8]) -> Option<u32> {
    let text = std::str::from_utf8(text).ok()?;
    let text = text.split(|c: char| c.is_ascii_whitespace()).next()?;
    let parts: Vec<u32> = text.split('.').map(part).collect::<Option<_>>()?;
    let (&last, bytes) = parts.split_last()?;
    // The last part has the bits that the others leave.
    let bits = 32_u32
        .checked_sub(8 * bytes.len() as u32)
        .filter(|&b| b > 0)?;
    if bytes.iter().any(|&byte| byte > 255) || u64::from(last) >> bits != 0 {
        return None;
    }
    let high = bytes
        .iter()
        .fold(0_u64, |sum, &byte| sum << 8 | u64::from(byte));
    u32::try_from(high << bits | u64::from(last)).ok()
}

fn part(text: &str) -> Option<u32> {
    let (digits, radix) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&text[2..], 16),
        [b'0', _, ..] => (&text[1..], 8),
        _ => (text, 10),
    };
    // `from_str_radix` also takes a sign.
    let is_number = digits.starts_with(|c: char| c.is_ascii_hexdigit());
    is_number.then(|| u32::from_str_radix(digits, radix).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_to_four_parts_in_three_radices() {
        for (text, address) in [
            ("127.0.0.1", 0x7f00_0001),
            ("255.255.255.255", 0xffff_ffff),
            ("1.2.3", 0x0102_0003),
            ("1.2.65535", 0x0102_ffff),
            ("1.2", 0x0100_0002),
            ("1.0xffffff", 0x01ff_ffff),
            ("4294967295", 0xffff_ffff),
            ("0", 0),
            ("0x7f.0.0.01", 0x7f00_0001),
            ("0177.0.0.010", 0x7f00_0008),
            ("1.2.3.4 and more", 0x0102_0304),
        ] {
            assert_eq!(parse(text.as_bytes()), Some(address), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_no_address_is_refused() {
        for text in [
            "",
            " ",
            ".",
            "1.",
            ".1",
            "1..2",
            "1.2.3.4.5",
            "256.1.1.1",
            "1.2.3.256",
            "1.2.65536",
            "1.16777216",
            "4294967296",
            "08.1.1.1",
            "0x",
            "0xg",
            "+1",
            "1.-2",
            "a.b.c.d",
            "1,2",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(parse(b"1.2.3.4\xff"), None);
    }
}
