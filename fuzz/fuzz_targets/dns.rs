//! Messages of name servers: whatever the reader gives, hickory-proto reads too.

#![no_main]

use libfuzzer_sys::fuzz_target;
use winsock_async_fuzz::dns;

fuzz_target!(|input: &[u8]| {
    dns::check(input);
});
