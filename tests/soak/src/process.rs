//! The memory and the threads of this process.

use std::alloc::System;
use std::fs::{self, DirEntry};
use std::io;

use cap::Cap;

/// Counts the bytes that are allocated.
#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

/// The process at one time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// Allocated bytes.
    pub heap: usize,
    /// Resident bytes, on a system with Linux's `/proc`.
    pub resident: Option<usize>,
    /// Threads, on a system with Linux's `/proc`.
    pub threads: Option<usize>,
}

impl Sample {
    /// The process now.
    pub(crate) fn now() -> Sample {
        Sample {
            heap: HEAP.allocated(),
            resident: resident(),
            threads: threads(),
        }
    }
}

fn resident() -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: usize = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

fn threads() -> Option<usize> {
    Some(names()?.count())
}

/// The number of the engine's worker threads, including extra workers.
pub(crate) fn workers() -> Option<usize> {
    let workers = names()?.filter(|name| name.starts_with("winsock-"));
    Some(workers.count())
}

/// Threads that start when they are first needed and stay: the timer of `winsock-async-wasmtime`
/// and the engine's `winsock-watchdog`, of whose name Linux keeps 15 bytes.
const LATE_THREADS: [&str; 2] = ["winsock-timer", "winsock-watchdo"];

/// The names of the threads, without [`LATE_THREADS`].
fn names() -> Option<impl Iterator<Item = String>> {
    let tasks = fs::read_dir("/proc/self/task").ok()?;
    // A thread that has just ended has no name.
    let name = |task: io::Result<DirEntry>| fs::read_to_string(task.ok()?.path().join("comm")).ok();
    Some(
        tasks
            .filter_map(name)
            .filter(|name| !LATE_THREADS.contains(&name.trim_end())),
    )
}
