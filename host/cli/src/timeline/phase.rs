//! The phases of a request, one after the other.

use super::recorder::{Record, Recording};

/// A phase of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// The request waits for a worker.
    Queued,
    /// A resolver works on the request.
    Running,
    /// The resolver is done, and the session has not taken the result out of its queue.
    Arrived,
    /// The request was cancelled or is overdue, and its resolver still works on it.
    Stuck,
}

impl Phase {
    pub(crate) const ALL: [Phase; 4] =
        [Phase::Queued, Phase::Running, Phase::Arrived, Phase::Stuck];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Phase::Queued => "queued",
            Phase::Running => "running",
            Phase::Arrived => "arrived",
            Phase::Stuck => "stuck",
        }
    }
}

/// A phase and its time, in nanoseconds since the recorder was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) phase: Phase,
    pub(crate) from: u64,
    pub(crate) to: u64,
}

impl Record {
    /// When the request ended, or `now`.
    pub(crate) fn end(&self, now: u64) -> u64 {
        self.ended.map_or(now, |(at, _)| at)
    }

    /// The time of the request's last event, or `now` while a resolver works on it.
    pub(crate) fn last(&self, now: u64) -> u64 {
        match (self.started, self.finished) {
            (Some(started), None) => now.max(started),
            (_, finished) => self.end(now).max(finished.unwrap_or(0)),
        }
    }

    /// The request's phases. Each begins where the one before ends. A request that was answered at
    /// once has no phase. A worker may report its start after the cancel; the time until the cancel
    /// counts as queued.
    pub(crate) fn spans(&self, now: u64) -> impl Iterator<Item = Span> {
        let end = self.end(now);
        let started = self.started.unwrap_or(end).min(end);
        let finished = self.finished.unwrap_or(end).clamp(started, end);
        let stuck = self.started.map_or(end, |_| self.last(now));
        let bounds = if self.at_once {
            [self.asked; 5]
        } else {
            [self.asked, started, finished, end, stuck]
        };
        Phase::ALL
            .into_iter()
            .zip(bounds.into_iter().zip(bounds.into_iter().skip(1)))
            .map(|(phase, (from, to))| Span { phase, from, to })
            .filter(|span| span.from < span.to)
    }
}

impl super::recorder::End {
    /// Whether a request can end like this in the queue, before a resolver works on it.
    pub(super) fn was_pending(self) -> bool {
        use super::recorder::End;
        use winsock_async_engine::ErrorCode;
        let by_the_engine = [ErrorCode::NetworkDown, ErrorCode::TryAgain];
        match self {
            End::Cancelled => true,
            End::Failed(error) => by_the_engine.contains(&error),
            _ => false,
        }
    }
}

impl Recording {
    /// When the first request was made.
    pub(crate) fn first(&self) -> u64 {
        self.requests.first().map_or(0, |record| record.asked)
    }

    /// The time of the last event of all requests.
    pub(crate) fn last(&self) -> u64 {
        let last = self.requests.iter().map(|record| record.last(self.now));
        last.max().unwrap_or(0)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::timeline::recorder::End;
    use winsock_async_engine::observe::{QueryKind, RequestId};

    pub(crate) fn record(
        asked: u64,
        started: Option<u64>,
        finished: Option<u64>,
        ended: Option<(u64, End)>,
    ) -> Record {
        Record {
            id: RequestId {
                session: 1,
                handle: asked,
            },
            kind: QueryKind::HostByName,
            question: format!("host-{asked}.test"),
            asked,
            started,
            finished,
            at_once: started.is_none() && ended.is_some_and(|(_, e)| !e.was_pending()),
            ended,
        }
    }

    #[test]
    fn phases_follow_each_other() {
        use Phase::{Arrived, Queued, Running, Stuck};
        let answered = Some((40, End::Answered));
        let cancelled = Some((40, End::Cancelled));
        for (started, finished, ended, expected) in [
            (
                Some(20),
                Some(30),
                answered,
                &[(Queued, 10, 20), (Running, 20, 30), (Arrived, 30, 40)][..],
            ),
            // Resolution at once.
            (None, None, answered, &[]),
            (None, None, cancelled, &[(Queued, 10, 40)]),
            (None, None, None, &[(Queued, 10, 90)]),
            (Some(20), None, None, &[(Queued, 10, 20), (Running, 20, 90)]),
            (
                Some(20),
                Some(70),
                cancelled,
                &[(Queued, 10, 20), (Running, 20, 40), (Stuck, 40, 70)],
            ),
            (
                Some(20),
                None,
                cancelled,
                &[(Queued, 10, 20), (Running, 20, 40), (Stuck, 40, 90)],
            ),
            // The worker began just before the cancel, and said so just after it.
            (
                Some(41),
                Some(70),
                cancelled,
                &[(Queued, 10, 40), (Stuck, 40, 70)],
            ),
            (
                Some(20),
                Some(30),
                cancelled,
                &[(Queued, 10, 20), (Running, 20, 30), (Arrived, 30, 40)],
            ),
        ] {
            let record = record(10, started, finished, ended);
            let spans: Vec<_> = record.spans(90).map(|s| (s.phase, s.from, s.to)).collect();
            assert_eq!(spans, expected, "{record:?}");
        }
    }
}
