//! Metrics as OpenMetrics text, which Prometheus reads.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};

use crate::engine::LookupEngine;
use crate::metrics::{LatencyHistogram, Metrics, RequestStats};
use crate::types::ErrorCode;

/// The prefix of each metric's name.
const PREFIX: &str = "winsock_async";

/// Errors that are shown with a count of 0 too: those of name services (`S-R15`).
const ALWAYS: [ErrorCode; 4] = [
    ErrorCode::HostNotFound,
    ErrorCode::TryAgain,
    ErrorCode::NoRecovery,
    ErrorCode::NoData,
];

/// Adds an engine's metrics to a registry: `registry.register_collector(Box::new(engine.clone()))`.
/// The engine lives at least as long as the registry.
impl Collector for LookupEngine {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.metrics().encode(encoder)
    }
}

impl Collector for Metrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let to = &mut encoder;
        counter(
            to,
            "requests",
            "Requests that were begun.",
            self.total.requests,
        )?;
        let help = "Requests that were refused at the call, by a limit or an outage.";
        counter(to, "refusals", help, self.total.refused)?;
        let help = "Connections, datagrams and places to listen that the policy denied.";
        let denied = self.total.connections_denied;
        counter(to, "connections_denied", help, denied)?;
        outcomes(to, &self.total)?;
        for (name, help, value) in [
            ("sessions", "Sessions of guests.", self.sessions),
            (
                "outstanding_requests",
                "Requests that are pending, or completed and not yet taken.",
                self.outstanding,
            ),
            (
                "queued_lookups",
                "Lookups that wait for a worker.",
                self.queued,
            ),
            (
                "workers",
                "Worker threads, without those that replace stuck and slow ones.",
                self.workers,
            ),
            ("busy_workers", "Workers that run a lookup.", self.busy),
            (
                "stuck_workers",
                "Workers whose lookup was cancelled or runs for too long.",
                self.stuck,
            ),
            (
                "extra_workers",
                "Worker threads that replace stuck and slow ones.",
                self.extra,
            ),
        ] {
            gauge(to, name, help, value)?;
        }
        match &self.total.latency {
            Some(latency) => histogram(to, latency),
            None => Ok(()),
        }
    }
}

impl Metrics {
    /// Encodes the metrics as OpenMetrics text, of the content type
    /// `application/openmetrics-text; version=1.0.0; charset=utf-8`. Feature `prometheus`.
    ///
    /// Names begin with `winsock_async_`, times are in seconds, and the last line is `# EOF`. For
    /// one text with other metrics, register the engine as a `Collector` in a registry with those.
    pub fn to_prometheus(&self) -> String {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(self.clone()));
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry)
            .expect("writing to a String does not fail");
        text
    }
}

fn counter(to: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: u64) -> fmt::Result {
    let name = format!("{PREFIX}_{name}");
    let counter = ConstCounter::new(value);
    counter.encode(to.encode_descriptor(&name, help, None, counter.metric_type())?)
}

fn gauge(to: &mut DescriptorEncoder<'_>, name: &str, help: &str, value: usize) -> fmt::Result {
    let name = format!("{PREFIX}_{name}");
    let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
    gauge.encode(to.encode_descriptor(&name, help, None, gauge.metric_type())?)
}

/// Encodes how requests ended. The label of an error is Winsock's name.
fn outcomes(to: &mut DescriptorEncoder<'_>, total: &RequestStats) -> fmt::Result {
    let name = format!("{PREFIX}_outcomes");
    let help = "Requests that ended, by outcome: denied by policy, or another error.";
    let mut outcomes = to.encode_descriptor(&name, help, None, MetricType::Counter)?;
    let all = [
        ("answered", total.answered),
        ("denied", total.denied),
        ("cancelled", total.cancelled),
    ];
    let failed = ErrorCode::ALL
        .into_iter()
        .map(|error| (error, total.failed_with(error)))
        .filter(|(error, count)| *count > 0 || ALWAYS.contains(error))
        .map(|(error, count)| (error.winsock_name(), count));
    for (outcome, count) in all.into_iter().chain(failed) {
        let labels = [("outcome", outcome)];
        ConstCounter::new(count).encode(outcomes.encode_family(&labels)?)?;
    }
    Ok(())
}

fn histogram(to: &mut DescriptorEncoder<'_>, latency: &LatencyHistogram) -> fmt::Result {
    let name = format!("{PREFIX}_latency");
    let help = "Time from a request to its completion being taken.";
    let mut encoder =
        to.encode_descriptor(&name, help, Some(&Unit::Seconds), MetricType::Histogram)?;
    let buckets: Vec<_> = latency
        .buckets()
        .map(|(bound, count)| (bound.map_or(f64::INFINITY, |b| b.as_secs_f64()), count))
        .collect();
    let sum = latency.sum.as_secs_f64();
    encoder.encode_histogram::<[(&str, &str); 0]>(sum, latency.count(), &buckets, None)
}
