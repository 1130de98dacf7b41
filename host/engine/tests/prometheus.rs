//! Metrics as OpenMetrics text.
#![cfg(feature = "prometheus")]

mod support;

use std::collections::HashMap;

use openmetrics_parser::openmetrics::parse_openmetrics;
use openmetrics_parser::{MetricFamily, OpenMetricsType, OpenMetricsValue};
use winsock_async_engine::LookupEngine;
use winsock_async_engine::policy::Policy;

use support::*;

type Family = MetricFamily<OpenMetricsType, OpenMetricsValue>;

fn engine_with_requests() -> LookupEngine {
    let engine = LookupEngine::builder()
        .resolver(script().0)
        .policy(
            Policy::deny_all()
                .allow("*.test".parse().unwrap())
                .allow_private(),
        )
        .measure_latency(true)
        .build();
    let mut session = started(&engine);
    for name in ["known.test", "known.test", "denied.example", "a b.test"] {
        ask(&mut session, name);
    }
    session.take(3);
    engine
}

const UNIT: &str = "# UNIT winsock_async_latency_seconds seconds\n";

/// Reads the metric families by name. The parser rejects units of histograms, which OpenMetrics
/// allows, so that line is removed.
fn parse(text: &str) -> HashMap<String, Family> {
    let without_unit = text.replace(UNIT, "");
    let read = parse_openmetrics(&without_unit);
    read.unwrap_or_else(|error| panic!("{error}: {text}"))
        .families
}

/// The value of the only sample of a family.
fn single(family: &Family) -> f64 {
    let mut samples = family.iter_samples();
    let value = match &samples.next().unwrap().value {
        OpenMetricsValue::Counter(counter) => counter.value.as_f64(),
        OpenMetricsValue::Gauge(gauge) => gauge.as_f64(),
        other => panic!("{other:?}"),
    };
    assert!(samples.next().is_none());
    value
}

#[test]
fn a_parser_reads_the_figures_of_the_snapshot() {
    let engine = engine_with_requests();
    let metrics = engine.metrics();
    let text = metrics.to_prometheus();
    let families = parse(&text);

    for (name, family) in &families {
        assert!(name.starts_with("winsock_async_"), "{name}");
        assert!(family.help.ends_with('.'), "{name}: {}", family.help);
    }
    for (name, value) in [
        ("requests", metrics.total.requests),
        ("refusals", metrics.total.refused),
        ("connections_denied", metrics.total.connections_denied),
        ("sessions", 0),
        ("outstanding_requests", 0),
        ("queued_lookups", 0),
        ("workers", 8),
        ("stuck_workers", 0),
        ("extra_workers", 0),
    ] {
        let family = &families[&format!("winsock_async_{name}")];
        assert_eq!(single(family), value as f64, "{name}");
    }
    assert!(families.contains_key("winsock_async_busy_workers"));
    assert_eq!(families.len(), 12, "{text}");

    let outcomes = &families["winsock_async_outcomes"];
    for (outcome, count) in [
        ("answered", 2),
        ("denied", 1),
        ("cancelled", 0),
        ("WSAHOST_NOT_FOUND", 1),
        ("WSATRY_AGAIN", 0),
    ] {
        let line = format!("winsock_async_outcomes_total{{outcome=\"{outcome}\"}} {count}\n");
        assert!(text.contains(&line), "no {line} in {text}");
    }
    assert_eq!(outcomes.get_label_names(), ["outcome"]);
    assert_eq!(outcomes.iter_samples().count(), 7);

    let latency = &families["winsock_async_latency_seconds"];
    assert_eq!(latency.family_type, OpenMetricsType::Histogram);
    assert!(text.contains(UNIT), "{text}");
    let OpenMetricsValue::Histogram(histogram) = &latency.iter_samples().next().unwrap().value
    else {
        panic!("{text}");
    };
    let measured = metrics.total.latency.unwrap();
    assert_eq!(histogram.count, Some(3));
    assert_eq!(histogram.sum.unwrap().as_f64(), measured.sum.as_secs_f64());
    let bounds: Vec<_> = histogram.buckets.iter().map(|b| b.upper_bound).collect();
    assert_eq!(
        (bounds[0], bounds[24], bounds[25]),
        (1e-6, 100.0, f64::INFINITY)
    );
    assert_eq!(histogram.buckets[25].count.as_f64(), 3.0, "cumulative");
}

#[test]
fn an_engine_is_a_collector_in_a_shared_registry() {
    use prometheus_client::encoding::text::encode;
    use prometheus_client::metrics::counter::Counter;
    use prometheus_client::registry::Registry;

    let mut registry = Registry::default();
    let others: Counter = Counter::default();
    registry.register("others", "Something of the embedder's", others);
    let engine = engine_with_requests();
    registry.register_collector(Box::new(engine.clone()));
    let before = scrape(&registry);
    ask(&mut started(&engine), "known.test");
    assert!(
        before.contains("winsock_async_requests_total 4\n"),
        "{before}"
    );
    let after = scrape(&registry);
    assert!(
        after.contains("winsock_async_requests_total 5\n"),
        "{after}"
    );
    assert!(after.contains("others_total 0\n"));
    parse(&after);

    fn scrape(registry: &Registry) -> String {
        let mut text = String::new();
        encode(&mut text, registry).unwrap();
        text
    }
}

#[test]
fn text_without_latencies_has_no_histogram() {
    let text = LookupEngine::new().metrics().to_prometheus();
    let families = parse(&text);
    assert!(!families.contains_key("winsock_async_latency_seconds"));
    assert_eq!(families.len(), 11);
}
