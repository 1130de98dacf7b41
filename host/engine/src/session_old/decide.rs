//! What becomes of requests: the part of a session that nobody else sees.

use std::collections::VecDeque;

use super::{Ready, Session, Task, pending_bytes};
use crate::judge::Verdict;
use crate::observe::{ObservedQuery, QueryKind};
use crate::pool::job::{CUT, Cancelled, DUE, Finished, Job, Shift};
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
        self.lane.observers.request(job.handle, observed);
        job
    }

    /// Takes every result out of the queue, so that nothing piles up in it.
    pub(super) fn settle(&mut self) {
        if !self.lane.has_news() {
            return;
        }
        while let Some(Finished { job, verdict }) = self.lane.finished.pop() {
            self.decide(&job, verdict);
        }
        let signals = self.lane.take_signals();
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
        self.lane.observers.request(handle, observed);
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
        self.lane.observers.completion(handle, &outcome, is_denied);
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
        if self.lane.has_ready.load(Ordering::Relaxed) != ready {
            self.lane.has_ready.store(ready, Ordering::SeqCst);
            if ready {
                self.lane.arrived.notify();
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

    /// Whether the engine has no worker for this session: all are stuck, or enough of them for it.
    pub(super) fn is_out_of_workers(&self) -> bool {
        self.engine.pool.is_exhausted(self.engine.workers) || self.engine.pool.is_stuck_for(&self.lane)
    }

    /// Counts a request that is not begun.
    pub(super) fn refuse(&self, kind: QueryKind, error: ErrorCode) -> ErrorCode {
        self.counters.count_refusal();
        self.lane.observers.refusal(kind, error);
        error
    }

    /// Takes cancelled jobs out of the queue before they are half of it, or hold what all requests may. Either way
    /// sweeping costs little for each of them: what lives has its part in the same bytes.
    pub(super) fn sweep(&mut self) {
        let queued = self.jobs.len();
        if self.dead * 2 < queued && self.dead_bytes < self.engine.limits.bytes_per_session {
            return;
        }
        (self.dead, self.dead_bytes) = (0, 0);
        // Once around: what lives keeps its order. Workers may take jobs meanwhile.
        for _ in 0..queued {
            let Some(job) = self.jobs.pop() else { break };
            if !job.is_cancelled() {
                self.jobs.push(job);
            }
        }
        if !self.jobs.is_empty() {
            self.engine.pool.offer(&self.lane);
        }
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
            self.lane.observers.cancel(job.handle);
        }
        self.forget_deadlines();
        self.ready = VecDeque::new();
        self.bytes = 0;
        self.note_ready();
    }

    /// Has no worker begin with any of these jobs, which are all that are pending, and those that have
    /// begun counted as stuck.
    fn drop_jobs(&mut self, jobs: &[Arc<Job>]) {
        let running = jobs.iter().filter_map(|job| match job.cancel() {
            Cancelled::Running(shift) => Some(shift),
            _ => None,
        });
        let running: Vec<_> = running.collect();
        while self.jobs.pop().is_some() {}
        (self.dead, self.dead_bytes) = (0, 0);
        self.abandon_workers(&running);
    }

    /// Only once no job that was dropped with theirs can be begun: a spare would begin with it.
    pub(super) fn abandon_workers(&self, shifts: &[Shift]) {
        for shift in shifts {
            self.engine.pool.abandon_worker(*shift);
        }
    }
}
