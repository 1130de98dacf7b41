//! The run: every slot at the same time, in ten parts. After each part the run checks the engine
//! and the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use wasmtime::error::Context;
use wasmtime::{Result, bail, ensure};
use wasmtime_wasi::runtime::in_tokio;
use winsock_async_engine::{Limits, LookupEngine, Policy};

use crate::args::Args;
use crate::guest::Guests;
use crate::process::{Sample, workers};
use crate::progress::Progress;
use crate::resolver::Mixed;
use crate::slot::{LIMIT, Slot, TENTHS};
use crate::table::{Outcome, mebibytes};
use crate::totals::Totals;
use crate::verify::verify_all;

/// The threads that run guests in async stores.
const THREADS: usize = 2;
/// The time between two checks for progress.
const TICK: Duration = Duration::from_millis(100);
/// The time between two looks at the process. No thread announces its changes.
const LOOK: Duration = Duration::from_millis(1);

/// Resident memory may grow by 10 % and this number of bytes from the first tenth to the last. The
/// reason is that freed memory is not reused at once.
const RESIDENT_SLACK_BYTES: usize = 8 << 20;
/// From the first tenth to the last, allocated memory may grow by this number of bytes.
const HEAP_SLACK_BYTES: usize = 256 << 10;

/// Runs the soak.
///
/// # Errors
/// The first discrepancy.
pub(crate) fn run(args: &Args) -> Result<Outcome> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(THREADS)
        .thread_name("soak-async")
        .enable_all()
        .build()?;
    let outcome = Soak::new(args)?.run(args, &runtime);
    // After a discrepancy, guests may hang in a call.
    runtime.shutdown_background();
    outcome
}

struct Soak {
    resolver: Arc<Mixed>,
    lookups: LookupEngine,
    guests: Arc<Guests>,
    begun: Arc<AtomicU64>,
    progress: Progress,
    patience: Duration,
}

/// The result of a slot's tenth, with the slot.
type Said = Result<(Slot, Totals)>;

impl Soak {
    fn new(args: &Args) -> Result<Soak> {
        // WASI starts its threads when it first needs them: here, before the first sample.
        in_tokio(async {});
        let resolver = Arc::new(Mixed::new(args.requests));
        let policy = Policy::deny_all()
            .allow_private()
            .allow("*.test".parse()?)
            .allow("0.0.0.0/4".parse()?);
        let lookups = LookupEngine::builder()
            .resolver(Arc::clone(&resolver))
            .policy(policy)
            .limits(Limits {
                max_requests: LIMIT,
                ..Limits::default()
            })
            .build();
        let begun = Arc::new(AtomicU64::new(0));
        let guests = Guests::load(&args.guest, lookups.clone(), Arc::clone(&begun))?;
        Ok(Soak {
            resolver,
            lookups,
            guests: Arc::new(guests),
            begun,
            progress: Progress::new(args.requests, args.patience()),
            patience: args.patience(),
        })
    }

    fn run(mut self, args: &Args, runtime: &Runtime) -> Result<Outcome> {
        let mut slots = Slot::all(args);
        let mut totals = Totals::default();
        let mut samples: Vec<Sample> = Vec::new();
        for tenth in 0..TENTHS {
            let of_tenth = self.tenth(tenth, &mut slots, runtime)?;
            totals.add(&of_tenth);
            let sample = self
                .settled(samples.first())
                .with_context(|| format!("after tenth {} of {TENTHS}", tenth + 1))?;
            samples.push(sample);
            verify_all(&totals, &self.resolver)?;
            self.resolver.close();
        }
        self.progress.clear();
        let requests = u64::from(args.requests);
        ensure!(
            totals.requests == requests,
            "{} requests, not {requests}",
            totals.requests
        );
        flat(&samples)?;
        Ok(Outcome::new(
            totals,
            &self.resolver,
            samples,
            self.progress.elapsed(),
        ))
    }

    /// Lets every slot begin a tenth of its requests.
    fn tenth(&mut self, tenth: u32, slots: &mut Vec<Slot>, runtime: &Runtime) -> Result<Totals> {
        let count = slots.len();
        let (sender, said) = mpsc::channel();
        let mut threads = Vec::new();
        for mut slot in slots.drain(..) {
            let guests = Arc::clone(&self.guests);
            let sender = sender.clone();
            // After a discrepancy the receiver is gone.
            if slot.is_sync() {
                threads.push(thread::spawn(move || {
                    let totals = slot.run(&guests, tenth);
                    let _ = sender.send(totals.map(|totals| (slot, totals)));
                }));
            } else {
                runtime.spawn(async move {
                    let totals = slot.run_async(&guests, tenth).await;
                    let _ = sender.send(totals.map(|totals| (slot, totals)));
                });
            }
        }
        drop(sender);
        let mut totals = Totals::default();
        for _ in 0..count {
            let (slot, of_slot) = self.next(&said)?;
            slots.push(slot);
            totals.add(&of_slot);
        }
        for thread in threads {
            ensure!(thread.join().is_ok(), "a slot's thread has panicked");
        }
        Ok(totals)
    }

    /// Waits for a slot that has done its tenth.
    fn next(&mut self, said: &Receiver<Said>) -> Said {
        loop {
            self.progress.tick(self.begun.load(Ordering::Relaxed))?;
            match said.recv_timeout(TICK) {
                Ok(said) => return said,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => bail!("a slot has panicked"),
            }
        }
    }

    /// Waits until no lookup is in a worker and the process has no more threads than in `first`.
    /// Returns the sample of the process. No guest may be running.
    fn settled(&self, first: Option<&Sample>) -> Result<Sample> {
        let outstanding = self.lookups.outstanding();
        ensure!(
            outstanding == 0,
            "{outstanding} requests are outstanding without a guest: S-S7"
        );
        self.resolver.open();
        let engine = self.lookups.workers();
        let deadline = Instant::now() + self.patience;
        loop {
            let lookups = self.resolver.in_flight();
            let stuck = self.lookups.stuck_workers();
            let workers = workers().unwrap_or(engine);
            let sample = Sample::now();
            let threads = sample.threads.unwrap_or(0);
            let before = first.and_then(|first| first.threads).unwrap_or(threads);
            if lookups == 0 && stuck == 0 && workers == engine && threads <= before {
                return Ok(sample);
            }
            ensure!(
                Instant::now() < deadline,
                "{lookups} lookups are under way, {stuck} workers are stuck, \
                 there are {workers} workers and not {engine}, {threads} threads and not {before}"
            );
            thread::sleep(LOOK);
        }
    }
}

/// Checks that memory has not grown since the first tenth.
fn flat(samples: &[Sample]) -> Result<()> {
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else {
        return Ok(());
    };
    let grown = |what: &str, first: usize, last: usize, slack: usize| {
        ensure!(
            last <= first + slack,
            "memory has grown: {} {what} after the first tenth, {} at the end",
            mebibytes(first),
            mebibytes(last)
        );
        Ok(())
    };
    if let (Some(first), Some(last)) = (first.resident, last.resident) {
        grown("resident", first, last, first / 10 + RESIDENT_SLACK_BYTES)?;
    }
    grown("allocated", first.heap, last.heap, HEAP_SLACK_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_has_grown_past_its_slack_is_an_error() {
        const MIB: usize = 1 << 20;
        let sample = |heap, resident| Sample {
            heap,
            resident: Some(resident),
            threads: None,
        };
        let first = sample(MIB, 40 * MIB);
        flat(&[
            first,
            sample(5 * MIB, 90 * MIB),
            sample(MIB + HEAP_SLACK_BYTES, 52 * MIB),
        ])
        .expect("little growth at the end");
        for last in [
            sample(MIB + HEAP_SLACK_BYTES + 1, 40 * MIB),
            sample(MIB, 53 * MIB),
        ] {
            assert!(flat(&[first, last]).is_err(), "{last:?}");
        }
    }
}
