//! `--stats`: statistics of a run.

use std::fmt;
use std::io::{self, Write};

use winsock_async_engine::{Metrics, RequestStats};

/// Writes the statistics to standard error.
pub(crate) fn write(metrics: &Metrics) {
    // With standard error closed, there is no reader.
    let _ = write!(io::stderr(), "{}", Report(&metrics.total, metrics));
}

/// Statistics, one line each: a name and a number.
struct Report<'a>(&'a RequestStats, &'a Metrics);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stats = self.0;
        let failed: u64 = stats.failed().map(|(_, count)| count).sum();
        line(f, "requests", stats.requests)?;
        line(f, "  completed", stats.completed())?;
        line(f, "    answered", stats.answered)?;
        line(f, "    denied", stats.denied)?;
        line(f, "    failed", failed)?;
        for (error, count) in stats.failed() {
            line(f, &format!("      {error}"), count)?;
        }
        line(f, "  cancelled", stats.cancelled)?;
        line(f, "  pending", stats.pending())?;
        line(f, "refused (a limit, or no worker)", stats.refused)?;
        if stats.connections_denied > 0 {
            line(f, "connections denied", stats.connections_denied)?;
        }
        for (name, quantile) in [("median", 0.5), ("99th percentile", 0.99)] {
            match stats
                .latency
                .as_ref()
                .and_then(|times| times.quantile(quantile))
            {
                Some(time) => line(f, name, format_args!("{time:.1?}"))?,
                None => line(f, name, "-")?,
            }
        }
        let metrics = self.1;
        line(f, "workers", metrics.workers)?;
        line(f, "  busy at the end", metrics.busy)?;
        line(f, "  stuck", metrics.stuck)?;
        line(f, "  extra", metrics.extra)?;
        line(f, "queued lookups at the end", metrics.queued)?;
        Ok(())
    }
}

fn line(f: &mut fmt::Formatter<'_>, what: &str, value: impl fmt::Display) -> fmt::Result {
    writeln!(f, "{what:<36} {value}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use winsock_async_engine::{ErrorCode, HostEntry, LookupEngine, Policy, Query, Session};
    use winsock_async_engine::{Lookup, Resolution, Resolver};

    /// Answers `a.test`; any other host is an error. Nothing waits.
    struct OneHost;

    impl Resolver for OneHost {
        fn try_resolve(&self, lookup: &Lookup) -> Resolution {
            match lookup {
                Lookup::HostByName(name) if &**name == "a.test" => {
                    let host = HostEntry::new("a.test", [[93, 184, 216, 34].into()]);
                    Resolution::Ready(Ok(std::sync::Arc::new(host.into())))
                }
                _ => Resolution::Ready(Err(ErrorCode::TryAgain)),
            }
        }
    }

    fn session(measure_latency: bool) -> Session {
        let policy = Policy::deny_all().allow("*.test".parse().unwrap());
        let engine = LookupEngine::builder()
            .resolver(OneHost)
            .policy(policy)
            .measure_latency(measure_latency)
            .build();
        let mut session = engine.session();
        session.startup().unwrap();
        session
    }

    fn ask(session: &mut Session, names: &[&str]) {
        for name in names {
            session
                .request(Query::HostByName(name.as_bytes().into()), 0)
                .unwrap();
        }
    }

    fn numbers(session: &Session) -> Vec<(String, String)> {
        let mut metrics = Metrics::default();
        (metrics.workers, metrics.busy, metrics.queued) = (8, 5, 4);
        (metrics.stuck, metrics.extra) = (3, 2);
        let report = Report(&session.stats(), &metrics).to_string();
        let line = |line: &str| {
            let (what, value) = line.split_at(36);
            (what.trim_end().to_owned(), value.trim().to_owned())
        };
        report.lines().map(line).collect()
    }

    #[test]
    fn each_request_counts_under_its_end() {
        let mut session = session(false);
        ask(
            &mut session,
            &["a.test", "a.test", "b.test", "denied.example"],
        );
        session.take(usize::MAX);
        let expected = [
            ("requests", "4"),
            ("  completed", "4"),
            ("    answered", "2"),
            ("    denied", "1"),
            ("    failed", "1"),
            ("      WSATRY_AGAIN (11002)", "1"),
            ("  cancelled", "0"),
            ("  pending", "0"),
            ("refused (a limit, or no worker)", "0"),
            ("median", "-"),
            ("99th percentile", "-"),
            ("workers", "8"),
            ("  busy at the end", "5"),
            ("  stuck", "3"),
            ("  extra", "2"),
            ("queued lookups at the end", "4"),
        ];
        let expected = expected.map(|(what, value)| (what.to_owned(), value.to_owned()));
        assert_eq!(numbers(&session), expected);
    }

    #[test]
    fn latencies_have_a_unit() {
        let mut session = session(true);
        ask(&mut session, &["a.test"]);
        session.take(1);
        let numbers = numbers(&session);
        for what in ["median", "99th percentile"] {
            let (_, value) = numbers.iter().find(|(name, _)| name == what).unwrap();
            assert!(value.ends_with('s'), "{what}: {value}");
        }
    }
}
