//! How a hostile guest slows a well-behaved one on the same engine.
//!
//! Any second guest takes a processor, which costs something on a small machine. So the floor is a
//! guest that computes and asks for nothing. What a hostile guest costs beyond the floor is the
//! engine's cost.

use wasmtime::Result;
use winsock_async_engine::{Limits, LookupEngine, Policy};

use super::guest::{Guest, Samples};
use super::null::Null;
use super::report::{Table, median, p99};

/// The modes of the bench's guest, and what each does.
const HOSTILE: [(&str, &str); 9] = [
    ("requests", "requests past every limit"),
    ("requests-known", "the same, answered at once"),
    ("untaken", "requests that are never taken"),
    ("cancels", "request and cancel"),
    ("slow", "a hundred lookups of 800 ms"),
    ("names", "names of 64 KiB"),
    ("forged", "forged handles at cancel"),
    ("startups", "start-up without end"),
    ("traps", "traps with requests in flight"),
];

/// The names that the well-behaved guest looks up, one after the other.
const ASKED: [(&str, &str); 2] = [
    ("null.test", "answered by a worker"),
    ("known.test", "answered at once"),
];

/// The number of rounds. Each round measures every guest once.
const TURNS: usize = 7;
/// The target for the 99th percentile, as a multiple of the floor.
const MOST: f64 = 2.0;

/// The duration of lookups, one by one. Units: nanoseconds.
#[derive(Clone, Copy)]
pub(crate) struct Figures {
    median: f64,
    p99: f64,
}

pub(crate) fn measure(
    guest: &Guest,
    table: &mut Table,
    rounds: &dyn Fn(usize) -> usize,
) -> Result<()> {
    lookups_that_never_end(guest, table)?;
    let count = rounds(5000).to_string();
    for (name, how) in ASKED {
        let ask = ["one-by-one", name, "no", &count];
        let alone = |lookups: &LookupEngine| Ok(Figures::of(guest.run(lookups, &ask)?));
        let beside = |other: &str| {
            let lookups = lookups();
            guest.beside(&lookups, &["hostile", other], || alone(&lookups))
        };
        let others: Vec<_> = HOSTILE.iter().map(|(other, _)| *other).collect();
        let (mut by_itself, mut at_work) = (Vec::new(), Vec::new());
        let mut by_other = vec![Vec::new(); others.len()];
        for _ in 0..TURNS {
            by_itself.push(alone(&lookups())?);
            at_work.push(beside("work")?);
            for (figures, other) in by_other.iter_mut().zip(&others) {
                figures.push(beside(other)?);
            }
        }
        let alone = Figures::middle(by_itself);
        alone.show(table, &format!("request to message, {how}, alone"));
        let floor = Figures::middle(at_work);
        floor.show(table, "  beside a guest at work");
        for (figures, (_, what)) in by_other.into_iter().zip(HOSTILE) {
            Figures::middle(figures).compare(table, what, &floor, &alone);
        }
    }
    Ok(())
}

impl Figures {
    pub(crate) fn of(samples: Samples) -> Figures {
        Figures {
            median: median(samples.clone()),
            p99: p99(samples),
        }
    }

    /// The median of each figure.
    pub(crate) fn middle(turns: Vec<Figures>) -> Figures {
        let of = |figure: fn(&Figures) -> f64| {
            let samples = turns.iter().map(|turn| (String::new(), figure(turn)));
            median(samples.collect())
        };
        Figures {
            median: of(|turn| turn.median),
            p99: of(|turn| turn.p99),
        }
    }

    pub(crate) fn show(&self, table: &mut Table, what: &str) {
        table.floor(&format!("{what}: median"), self.median, "ns");
        table.floor("  99th percentile", self.p99, "ns");
    }

    /// Adds the figures beside a hostile guest; the floor is beside a guest at work.
    pub(crate) fn compare(&self, table: &mut Table, what: &str, floor: &Figures, alone: &Figures) {
        let (median, p99) = (self.median, self.p99);
        table.floor(&format!("  beside {what}: median"), median, "ns");
        table.target("    99th percentile", p99, "ns", floor.p99, MOST);
        table.compare("    of that alone", p99, alone.p99);
    }
}

/// Measures the first lookup of a guest beside another with a thousand lookups that never end
/// (`S-C7`: a stuck resolver holds up no other request).
fn lookups_that_never_end(guest: &Guest, table: &mut Table) -> Result<()> {
    let bound = Limits::default().stuck_after.as_nanos() as f64;
    for (other, which) in [
        ("hole", "that never end"),
        ("hole-cancelled", "that were cancelled"),
    ] {
        for (name, how, most) in [
            ("known.test", "answered at once", 1_000_000.0),
            ("null.test", "by a worker", bound),
        ] {
            let lookups = lookups();
            let ask = ["one-by-one", name, "no", "1"];
            let first =
                guest.beside(&lookups, &["hostile", other], || guest.run(&lookups, &ask))?;
            let what = format!("a guest's first lookup, {how}, beside 1000 {which}");
            table.limit(&what, median(first), "ns", most);
        }
    }
    Ok(())
}

/// An engine with the default limits.
fn lookups() -> LookupEngine {
    LookupEngine::builder()
        .resolver(Null::new())
        .policy(Policy::allow_all())
        .limits(Limits::default())
        .build()
}
