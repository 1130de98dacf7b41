//! Ten thousand guests in a row that trap with requests in flight, on one engine. The test is alone
//! in its process, because it checks the memory and the threads of the process.
#![cfg(target_os = "linux")]

use std::alloc::System;
use std::fs;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use cap::Cap;
use winsock_async_engine::{
    ErrorCode, Limits, Lookup, LookupEngine, Outcome, Resolution, Resolver,
};
use winsock_async_tests::{End, Kind, Program, lookups_behind};

/// Counts the bytes that are allocated.
#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

const TRAPS: usize = 10_000;
/// The bytes by which the process may grow: 26 for each guest, less than one job takes, so that a
/// leak shows. They include extra workers that start late.
const SLACK_BYTES: usize = 256 << 10;

// S-S7, S-C7: no request is left after each guest, no worker is lost, and memory does not grow.
#[test]
fn ten_thousand_guests_that_trap_leave_no_request_thread_or_memory() {
    // Compiling starts threads that stay, so it comes before the count.
    let program = Program::load("hostile_trap").expect("a program");
    let good = Program::load("six_kinds").expect("a program");
    // The engine's watchdog is one more.
    let before = threads() + 1;
    let gate = Arc::new(Gate::default());
    let limits = Limits::default();
    let lookups = lookups_behind(Never(Arc::clone(&gate)), limits.clone());

    // After the first tenth the process has allocated what it keeps. By then most workers that may
    // be stuck are stuck.
    trap(&program, &lookups, TRAPS / 10);
    assert!(lookups.stuck_workers() > 0);
    let bytes = HEAP.allocated();
    trap(&program, &lookups, TRAPS - TRAPS / 10);
    let grown = HEAP.allocated().saturating_sub(bytes);
    assert!(grown <= SLACK_BYTES, "{grown} bytes");
    let most = limits.workers + limits.max_extra_workers;
    assert!(lookups.stuck_workers() <= most);
    assert!(threads() <= before + most, "{} threads", threads());

    // Stuck workers return, extra workers end, and the engine serves the next guest.
    gate.open();
    until(|| lookups.stuck_workers() == 0 && threads() == before + limits.workers);
    let run = good.run(&lookups, Kind::Async).expect("a start");
    assert!(matches!(run.end, End::Returned), "{:?}", run.end);
}

/// Runs `count` guests, one after the other, alternately in a sync store and in an async store.
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

/// Waits for a change in the process that no thread announces. The test runner ends a test that
/// hangs.
fn until(done: impl Fn() -> bool) {
    while !done() {
        thread::yield_now();
    }
}

/// Keeps every worker that looks up `never.test` until the gate is open.
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
