//! What a run's requests came to, for `--stats`.

use std::fmt;
use std::io::{self, Write};

use winsock_async_engine::{Metrics, RequestStats};

/// Writes the statistics to standard error.
pub fn write(stats: &RequestStats, metrics: &Metrics) {
    // Where standard error is closed, nobody reads it.
    let _ = write!(io::stderr(), "{}", Report(stats, metrics));
}

/// The statistics as lines of a word, a number and, where it says more, what.
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
        line(f, "refused (a limit, or no workers)", stats.refused)?;
        for (name, quantile) in [("median", 0.5), ("99th percentile", 0.99)] {
            match stats.latency.as_ref().and_then(|times| times.quantile(quantile)) {
                Some(time) => line(f, name, format_args!("{time:.1?}"))?,
                None => line(f, name, "-")?,
            }
        }
        let metrics = self.1;
        line(f, "workers", metrics.workers)?;
        line(f, "  busy at the end", metrics.busy)?;
        line(f, "  stuck", metrics.stuck)?;
        line(f, "  spares", metrics.extra)?;
        line(f, "lookups in the queue at the end", metrics.queued)?;
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

    /// Knows `a.test` at once, and nothing of other hosts; nothing of it waits.
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
    fn every_request_is_counted_where_it_ended() {
        let mut session = session(false);
        ask(
            &mut session,
            &["a.test", "a.test", "b.test", "denied.example"],
        );
        let expected = [
            ("requests", "4"),
            ("  completed", "4"),
            ("    answered", "2"),
            ("    denied", "1"),
            ("    failed", "1"),
            ("      WSATRY_AGAIN (11002)", "1"),
            ("  cancelled", "0"),
            ("  pending", "0"),
            ("refused (a limit, or no workers)", "0"),
            ("median", "-"),
            ("99th percentile", "-"),
            ("workers", "8"),
            ("  busy at the end", "5"),
            ("  stuck", "3"),
            ("  spares", "2"),
            ("lookups in the queue at the end", "4"),
        ];
        let expected = expected.map(|(what, value)| (what.to_owned(), value.to_owned()));
        assert_eq!(numbers(&session), expected);
    }

    #[test]
    fn times_have_a_unit() {
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
