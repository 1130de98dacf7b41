//! Time.

use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

/// For ever.
const INFINITE: u32 = u32::MAX;

/// GetTickCount: milliseconds since this was first asked, which starts again at 0 after 49.7 days.
#[unsafe(no_mangle)]
pub extern "C" fn GetTickCount() -> u32 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_millis() as u32
}

/// Sleep. Nothing arrives meanwhile; INFINITE never returns.
#[unsafe(no_mangle)]
pub extern "C" fn Sleep(milliseconds: u32) {
    loop {
        thread::sleep(Duration::from_millis(milliseconds.into()));
        if milliseconds != INFINITE {
            return;
        }
    }
}
