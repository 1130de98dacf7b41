//! Arbitrary calls on the sessions of an engine: each request that is not cancelled completes exactly once,
//! none that is does, and nothing is left.

#![no_main]

use libfuzzer_sys::fuzz_target;
use winsock_async_fuzz::session::{Input, run};

fuzz_target!(|input: Input| run(input));
