//! GetTickCount and Sleep.

use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

/// INFINITE: [`Sleep`] never returns.
const INFINITE: u32 = u32::MAX;

/// GetTickCount: returns the milliseconds since its first call. It starts again at 0 after 49.7
/// days.
#[unsafe(no_mangle)]
pub extern "C" fn GetTickCount() -> u32 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_millis() as u32
}

/// Sleep: waits. No message arrives during that time. With INFINITE it never returns.
#[unsafe(no_mangle)]
pub extern "C" fn Sleep(milliseconds: u32) {
    loop {
        thread::sleep(Duration::from_millis(milliseconds.into()));
        if milliseconds != INFINITE {
            return;
        }
    }
}
