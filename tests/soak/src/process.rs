//! What this process takes up: memory and threads.

use std::fs::{self, DirEntry};
use std::io;

use crate::HEAP;

/// A look at the process.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Bytes that are allocated.
    pub heap: usize,
    /// Bytes that are resident, where the system tells it as Linux does.
    pub resident: Option<usize>,
    /// Threads, likewise.
    pub threads: Option<usize>,
}

impl Sample {
    /// As it is now.
    pub fn now() -> Sample {
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

/// The engine's worker threads that are there, with those that replace stuck and slow ones.
pub fn workers() -> Option<usize> {
    let workers = names()?.filter(|name| name.starts_with("winsock-"));
    Some(workers.count())
}

/// The names of the threads, but for two that stay once they are needed: the wasmtime face's for timers, and
/// the engine's that keeps time.
fn names() -> Option<impl Iterator<Item = String>> {
    let tasks = fs::read_dir("/proc/self/task").ok()?;
    // A thread that has ended meanwhile has no name.
    let name = |task: io::Result<DirEntry>| fs::read_to_string(task.ok()?.path().join("comm")).ok();
    Some(
        tasks
            .filter_map(name)
            .filter(|name| !["winsock-timer", "winsock-watchdog"].contains(&name.trim_end())),
    )
}
