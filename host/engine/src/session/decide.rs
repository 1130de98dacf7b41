//! Decides what becomes of requests.

use super::requests::{Requests, pending_bytes};
use super::task::{Face, Ready, Task};
use crate::judge::Verdict;
use crate::observe::{ObservedQuery, QueryKind};
use crate::pool::job::{Finished, Job};
use crate::pool::session_queue::{CUT, DUE};
use crate::sync::{Arc, Fault, Ordering, planted};
use crate::types::{ErrorCode, TaskHandle};

impl Requests {
    /// Makes a job with a new handle. Its request is pending from here on.
    pub(super) fn pend(
        &mut self,
        face: Face,
        observed: Option<ObservedQuery>,
        job: impl FnOnce(TaskHandle) -> Job,
    ) -> Arc<Job> {
        let mut pending = None;
        self.table.insert_with(|handle| {
            let job = Arc::new(job(handle));
            pending = Some(Arc::clone(&job));
            Task::Pending(face, job)
        });
        let job = pending.expect("the table calls its argument once");
        self.bytes += pending_bytes(&job);
        self.set_deadline(job.handle);
        self.queue.observers.request(job.handle, observed);
        job
    }

    /// Takes all results out of the queue and decides on each, then obeys signals. Every call
    /// that changes the session begins here, so that results do not pile up.
    pub(super) fn settle(&mut self) {
        if !self.queue.has_news() {
            return;
        }
        while let Some(Finished { job, verdict }) = self.queue.finished.pop() {
            self.decide(&job, verdict);
        }
        let signals = self.queue.take_signals();
        if signals & CUT != 0 {
            self.end_pending();
        }
        if signals & DUE != 0 {
            self.end_overdue();
        }
        self.note_ready();
    }

    /// Makes a completion of a result, or drops it if its request is no longer pending (`S-C8`: a
    /// request is cancelled or completed). A cancel can still remove the completion (`S-C2`).
    pub(super) fn decide(&mut self, job: &Job, verdict: Verdict) {
        let pending = match self.table.get_mut(job.handle) {
            Some(task @ Task::Pending(..)) => Some(task),
            _ if planted(Fault::DecideUnseen) => None,
            // The request was cancelled, or has ended: the engine went down, or time was over.
            _ => return,
        };
        let face = pending.as_ref().map_or(Face::Winsock, |task| task.face());
        self.queue.observers.completion(job.handle, &verdict);
        let ready = Ready::new(self.engine.clock, face, job.tag, job.asked_at, verdict);
        self.bytes -= pending_bytes(job);
        self.bytes += ready.bytes();
        let ready = Task::Ready(ready);
        let handle = match pending {
            Some(task) => {
                *task = ready;
                job.handle
            }
            None => self.table.insert_with(|_| ready),
        };
        if face == Face::Winsock {
            self.ready.push(handle, &mut self.table);
        }
        self.note_name(handle, &job.lookup);
    }

    /// Completes all pending requests with an error, because the engine went down (`S-R18`).
    pub(super) fn end_pending(&mut self) {
        let pending = |task: &mut Task| match task {
            Task::Pending(_, job) => Some(Arc::clone(job)),
            Task::Ready(..) => None,
        };
        let jobs: Vec<_> = self.table.values_mut().filter_map(pending).collect();
        self.drop_jobs(&jobs);
        for job in jobs {
            self.decide(&job, ErrorCode::NetworkDown.into());
        }
    }

    /// Whether a completion of Winsock can be taken. None if there is none yet and one may come.
    pub(super) fn settled(&mut self) -> Option<bool> {
        self.settle();
        if self.ready.count() > 0 {
            Some(true)
        } else if self.outstanding() == 0 {
            Some(false)
        } else {
            None
        }
    }

    pub(super) fn complete_at_once(
        &mut self,
        face: Face,
        observed: Option<ObservedQuery>,
        tag: u64,
        asked_at: u64,
        verdict: Verdict,
    ) -> TaskHandle {
        let observers = &self.queue.observers;
        let (bytes, clock) = (&mut self.bytes, self.engine.clock);
        let handle = self.table.insert_with(|handle| {
            observers.request(handle, observed);
            observers.completion(handle, &verdict);
            let ready = Ready::new(clock, face, tag, asked_at, verdict);
            *bytes += ready.bytes();
            Task::Ready(ready)
        });
        if face == Face::Winsock {
            self.ready.push(handle, &mut self.table);
            self.note_ready();
        }
        handle
    }

    /// Tells pollables whether completions can be taken. The release of the lock wakes them.
    pub(super) fn note_ready(&mut self) {
        let ready = self.ready.count() > 0;
        if self.queue.has_ready.load(Ordering::Relaxed) != ready {
            self.queue.has_ready.store(ready, Ordering::SeqCst);
            self.must_wake |= ready;
        }
    }

    /// Counts one more outstanding request in the engine. Fails at a limit (`S-R2`), and if the
    /// engine is down (`S-R18`).
    pub(super) fn reserve(&self) -> Result<(), ErrorCode> {
        let limits = &self.engine.limits;
        if self.engine.is_down() {
            return Err(ErrorCode::NetworkDown);
        }
        if self.table.len() >= limits.max_requests || self.bytes >= limits.bytes_per_session {
            return Err(ErrorCode::WouldBlock);
        }
        if let Some(limiter) = &self.rate_limiter
            && !limiter.admits(self.engine.now())
        {
            return Err(ErrorCode::WouldBlock);
        }
        self.engine.reserve(self.table.len())
    }

    /// Counts a request that no limit refuses. Before that, it uses nothing of the rate.
    pub(super) fn count_request(&mut self, face: Face) {
        if face == Face::Lookups {
            self.lookups += 1;
            self.note_lookups();
        }
        if let Some(limiter) = &mut self.rate_limiter {
            limiter.count(self.engine.now());
        }
        self.counters.count_request();
    }

    /// Counts a call that begins no request, and tells observers.
    pub(super) fn refuse(&self, kind: QueryKind, error: ErrorCode) -> ErrorCode {
        self.counters.count_refusal();
        self.queue.observers.refusal(kind, error);
        error
    }

    /// Cancels all pending requests of Winsock and drops all its completions, which count as
    /// completed.
    pub(super) fn abandon(&mut self) {
        let tasks = if self.lookups == 0 {
            self.table.drain().collect()
        } else {
            self.table.extract(|task| task.face() == Face::Winsock)
        };
        self.engine.release(tasks.len());
        let mut jobs = Vec::new();
        for task in tasks {
            match task {
                Task::Pending(_, job) => {
                    self.bytes -= pending_bytes(&job);
                    jobs.push(job);
                }
                Task::Ready(ready) => {
                    self.bytes -= ready.bytes();
                    let is_denied = ready.is_denied;
                    self.counters.count_completion(&ready.outcome, is_denied);
                }
            }
        }
        self.drop_jobs(&jobs);
        self.counters.count_cancels(jobs.len());
        for job in &jobs {
            self.queue.observers.cancel(job.handle);
        }
        self.forget_deadlines();
        if let Some(connections) = &mut self.connections {
            let table = &self.table;
            connections.keep_names(|handle| table.contains(handle));
        }
        self.ready.clear();
        self.note_ready();
    }

    /// Cancels these jobs. Waiting jobs leave the queue first: otherwise the extra worker for a
    /// cancelled running job would begin one.
    fn drop_jobs(&self, jobs: &[Arc<Job>]) {
        if self.lookups == 0 {
            self.queue.clear();
        } else {
            for job in jobs {
                self.queue.remove(job);
            }
        }
        for job in jobs.iter().filter(|job| !job.is_queued()) {
            self.engine.pool.cancel(&self.queue, job);
        }
    }
}
