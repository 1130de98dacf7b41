//! What becomes of requests: the part of a session that nobody else sees.

use std::collections::VecDeque;

use super::{Ready, Session, Task, pending_bytes};
use crate::judge::Verdict;
use crate::observe::{ObservedQuery, QueryKind};
use crate::pool::job::{Finished, Job};
use crate::pool::session_queue::{CUT, DUE};
use crate::sync::{Arc, Fault, Ordering, planted};
use crate::types::{Completion, ErrorCode, TaskHandle};

impl Session {
    /// Gives a job its handle, under which it is pending from here on.
    pub(super) fn pend(
        &mut self,
        observed: Option<ObservedQuery>,
        job: impl FnOnce(TaskHandle) -> Job,
    ) -> Arc<Job> {
        let mut pending = None;
        self.table.insert_with(|handle| {
            let job = Arc::new(job(handle));
            pending = Some(Arc::clone(&job));
            Task::Pending(job)
        });
        let job = pending.expect("the table calls its argument once");
        self.bytes += pending_bytes(&job);
        self.set_deadline(job.handle);
        self.queue.observers.request(job.handle, observed);
        job
    }

    /// Takes every result out of the queue, so that nothing piles up in it.
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

    /// Here, and nowhere else, a result becomes a completion, or is dropped.
    pub(super) fn decide(&mut self, job: &Job, verdict: Verdict) {
        match self.table.get_mut(job.handle) {
            Some(task @ Task::Pending(_)) => *task = Task::Ready,
            // It was cancelled, or ended when the engine went down.
            _ if !planted(Fault::DecideUnseen) => return,
            _ => {}
        }
        self.bytes -= pending_bytes(job);
        self.push_ready(job.handle, job.tag, job.asked_at, verdict);
    }

    /// The engine went down: what is pending has failed (`S-R18`).
    pub(super) fn end_pending(&mut self) {
        let pending = |task: &mut Task| match task {
            Task::Pending(job) => Some(Arc::clone(job)),
            Task::Ready => None,
        };
        let jobs: Vec<_> = self.table.values_mut().filter_map(pending).collect();
        self.drop_jobs(&jobs);
        for job in jobs {
            self.decide(&job, ErrorCode::NetworkDown.into());
        }
    }

    /// Whether a completion can be taken, if that is settled: none means that one may come.
    pub(super) fn settled(&mut self) -> Option<bool> {
        self.settle();
        if !self.ready.is_empty() {
            Some(true)
        } else if self.table.len() == 0 {
            Some(false)
        } else {
            None
        }
    }

    pub(super) fn complete_at_once(
        &mut self,
        observed: Option<ObservedQuery>,
        tag: u64,
        asked_at: u64,
        verdict: Verdict,
    ) -> TaskHandle {
        let handle = self.table.insert_with(|_| Task::Ready);
        self.queue.observers.request(handle, observed);
        self.push_ready(handle, tag, asked_at, verdict);
        self.note_ready();
        handle
    }

    pub(super) fn push_ready(
        &mut self,
        handle: TaskHandle,
        tag: u64,
        asked_at: u64,
        verdict: Verdict,
    ) {
        let Verdict { outcome, is_denied } = verdict;
        self.counters.count_completion(&outcome, is_denied);
        self.queue.observers.completion(handle, &outcome, is_denied);
        let ready = Ready {
            completion: Completion {
                handle,
                tag,
                outcome,
            },
            asked_at,
        };
        self.bytes += ready.bytes();
        self.ready.push_back(ready);
    }

    /// Shows pollables whether there is something to take.
    pub(super) fn note_ready(&self) {
        let ready = !self.ready.is_empty();
        if self.queue.has_ready.load(Ordering::Relaxed) != ready {
            self.queue.has_ready.store(ready, Ordering::SeqCst);
            if ready {
                self.queue.arrived.notify();
            }
        }
    }

    /// Takes a place for one more request (`S-R2`, `S-R18`).
    pub(super) fn reserve(&mut self) -> Result<(), ErrorCode> {
        let limits = &self.engine.limits;
        if self.engine.is_down() {
            return Err(ErrorCode::NetworkDown);
        }
        if self.table.len() >= limits.max_requests || self.bytes >= limits.bytes_per_session {
            return Err(ErrorCode::WouldBlock);
        }
        if let Some(limiter) = &mut self.rate_limiter
            && !limiter.admit(self.engine.now())
        {
            return Err(ErrorCode::WouldBlock);
        }
        self.engine.reserve(self.table.len())
    }

    /// Counts a request that is not begun.
    pub(super) fn refuse(&self, kind: QueryKind, error: ErrorCode) -> ErrorCode {
        self.counters.count_refusal();
        self.queue.observers.refusal(kind, error);
        error
    }

    /// Cancels what is pending and drops what is ready.
    pub(super) fn abandon(&mut self) {
        self.engine.release(self.table.len());
        let pending = |task| match task {
            Task::Pending(job) => Some(job),
            Task::Ready => None,
        };
        let jobs: Vec<_> = self.table.drain().filter_map(pending).collect();
        self.drop_jobs(&jobs);
        self.counters.count_cancels(jobs.len());
        for job in &jobs {
            self.queue.observers.cancel(job.handle);
        }
        self.forget_deadlines();
        self.ready = VecDeque::new();
        self.bytes = 0;
        self.note_ready();
    }

    /// Cancels these jobs, which are all that are pending: those that wait first, as an extra
    /// worker would begin one.
    fn drop_jobs(&mut self, jobs: &[Arc<Job>]) {
        self.queue.clear();
        for job in jobs.iter().filter(|job| !job.is_queued()) {
            self.engine.pool.cancel(&self.queue, job);
        }
    }
}
