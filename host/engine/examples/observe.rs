//! What an embedder sees of its guests' lookups: a log, an observer, and metrics for Prometheus.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use winsock_async_engine::observe::{Observer, QueryKind, RequestId};
use winsock_async_engine::resolvers::Tables;
use winsock_async_engine::{LookupEngine, Policy, Query};

/// Prints each request, and counts those that the policy denies.
#[derive(Default)]
struct Denials(AtomicU64);

impl Observer for Denials {
    fn request(&self, request: RequestId, kind: QueryKind, _: Option<&Query>) {
        println!("session {}: {kind}", request.session);
    }

    fn denial(&self, request: RequestId) {
        self.0.fetch_add(1, Ordering::Relaxed);
        println!("session {}: denied", request.session);
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Spans and events go to any subscriber of `tracing`; this one writes them to standard error.
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();

    let denials = Arc::new(Denials::default());
    let engine = LookupEngine::builder()
        .resolver(Tables::builder().build()?)
        .policy(Policy::deny_all().allow("localhost".parse()?))
        .observer(Arc::clone(&denials))
        .measure_latency(true)
        .build();

    let mut session = engine.session();
    session.startup()?;
    for name in ["localhost", "www.example.com"] {
        session.request(Query::HostByName(name.as_bytes().into()), 0)?;
    }
    session.take(2);
    session.cleanup()?;

    assert_eq!(denials.0.load(Ordering::Relaxed), 1);
    // A metrics endpoint serves this text.
    println!("{}", engine.metrics().to_prometheus());
    Ok(())
}
