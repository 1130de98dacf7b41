//! Arbitrary calls on the sessions of an engine: each request either completes exactly once or is
//! cancelled, and none is left.

#![no_main]

use libfuzzer_sys::fuzz_target;
use winsock_async_fuzz::session::{Input, run};

fuzz_target!(|input: Input| run(input));
