//! The memory of idle sessions. It counts the bytes of the whole process, so this program has one
//! test.

use peak_alloc::PeakAlloc;
use winsock_async_engine::{LookupEngine, Session};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// What `docs/limits.md` states. Units: bytes.
const MOST: usize = 1024;

#[test]
fn idle_session_holds_at_most_1024_bytes() {
    // With one session more than 1,024, the engine's lists of sessions have just doubled.
    for count in [1000, 1025] {
        let engine = LookupEngine::new();
        let mut sessions: Vec<Session> = Vec::with_capacity(count);
        let before = HEAP.current_usage();
        sessions.resize_with(count, || engine.session());
        let bytes = (HEAP.current_usage() - before).div_ceil(count);
        println!("{count} sessions: {bytes} bytes each");
        assert!(bytes <= MOST, "{count} sessions: {bytes} bytes each");
    }
}
