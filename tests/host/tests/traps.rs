//! Guests that trap with requests in flight, ten thousand in a row on one engine. A program of its own, as it looks at the
//! whole process.
#![cfg(target_os = "linux")]

use std::alloc::System;
use std::fs;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use cap::Cap;
use winsock_async_engine::{ErrorCode, Limits, LookupEngine, Outcome};
use winsock_async_engine::{Lookup, Resolution, Resolver};
use winsock_async_tests::{End, Kind, Program, lookups_behind};

/// Counts the bytes that are allocated.
#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

const TRAPS: usize = 10_000;
/// What the process may hold more of in the end: 26 bytes for each guest, where a job alone has more; and room for
/// spares that start late.
const SLACK: usize = 256 << 10;

// S-S7, S-C7: nothing is outstanding after each; workers are stuck, and none is lost; memory stays where it was.
#[test]
fn ten_thousand_guests_that_trap_leave_nothing() {
    // Compiled first, as that starts threads which stay.
    let program = Program::load("hostile_trap").expect("a program");
    let good = Program::load("six_kinds").expect("a program");
    // With the engine's thread that keeps time.
    let before = threads() + 1;
    let gate = Arc::new(Gate::default());
    let limits = Limits::default();
    let lookups = lookups_behind(Never(Arc::clone(&gate)), limits.clone());

    // A tenth of them first: then whatever the process keeps is there, and most workers that may be stuck are.
    trap(&program, &lookups, TRAPS / 10);
    assert!(lookups.stuck_workers() > 0);
    let bytes = HEAP.allocated();
    trap(&program, &lookups, TRAPS - TRAPS / 10);
    let grown = HEAP.allocated().saturating_sub(bytes);
    assert!(grown <= SLACK, "{grown} bytes");
    let most = limits.workers + limits.max_extra_workers;
    assert!(lookups.stuck_workers() <= most);
    assert!(threads() <= before + most, "{} threads", threads());

    // The stuck ones come back, the spares end, and the next guest is served like the first.
    gate.open();
    until(|| lookups.stuck_workers() == 0 && threads() == before + limits.workers);
    let run = good.run(&lookups, Kind::Async).expect("a start");
    assert!(matches!(run.end, End::Returned), "{:?}", run.end);
}

/// Runs so many guests, one after the other, in stores of both kinds.
fn trap(program: &Program, lookups: &LookupEngine, count: usize) {
    for kind in [Kind::Sync, Kind::Async].iter().cycle().take(count) {
        let run = program.run(lookups, *kind).expect("a start");
        assert!(matches!(run.end, End::Trapped(_)));
        assert!(run.stats.requests > 0);
        assert_eq!(lookups.outstanding(), 0);
    }
}

/// Threads of this process.
fn threads() -> usize {
    let tasks = fs::read_dir("/proc/self/task").expect("a process has threads");
    tasks.count()
}

/// Waits for what other threads do soon; the bound only ends a test that would hang.
fn until(done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(60));
        thread::yield_now();
    }
}

/// Keeps every worker that looks up `never.test`, until the gate is open.
struct Never(Arc<Gate>);

#[derive(Default)]
struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn open(&self) {
        *self.is_open.lock().expect("no holder panics") = true;
        self.opened.notify_all();
    }
}

impl Resolver for Never {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        match lookup {
            Lookup::HostByName(name) if &**name == "never.test" => Resolution::Blocking,
            _ => Resolution::NotFound,
        }
    }

    fn resolve_blocking(&self, _: &Lookup) -> Outcome {
        let is_open = self.0.is_open.lock().expect("no holder panics");
        let shut = |is_open: &mut bool| !*is_open;
        drop(self.0.opened.wait_while(is_open, shut));
        Err(ErrorCode::TryAgain)
    }
}
