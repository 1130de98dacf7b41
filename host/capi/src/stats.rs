//! Statistics as C has them.

use winsock_async_engine::{self as engine, RequestStats};

use crate::types::{Metrics, Stats};

impl From<&RequestStats> for Stats {
    fn from(stats: &RequestStats) -> Stats {
        Stats {
            requests: stats.requests,
            refused: stats.refused,
            answered: stats.answered,
            denied: stats.denied,
            failed: stats.completed() - stats.answered - stats.denied,
            cancelled: stats.cancelled,
            pending: stats.pending(),
            connections_denied: stats.connections_denied,
        }
    }
}

impl From<engine::Metrics> for Metrics {
    fn from(metrics: engine::Metrics) -> Metrics {
        Metrics {
            total: (&metrics.total).into(),
            sessions: metrics.sessions as u64,
            queued: metrics.queued as u64,
            workers: metrics.workers as u64,
            busy: metrics.busy as u64,
            stuck: metrics.stuck as u64,
            extra: metrics.extra as u64,
        }
    }
}
