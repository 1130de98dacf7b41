//! Whatever a server says, memory and files stay as they were. One test to a process, as it looks at the whole of it.
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::time::Duration;

use winsock_async_dns_server::Lie;

use support::*;

/// What this process has.
struct Held {
    /// Bytes in memory.
    bytes: usize,
    files: usize,
}

impl Held {
    fn now() -> Held {
        let statm = fs::read_to_string("/proc/self/statm").unwrap();
        let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
        Held {
            bytes: pages * 4096,
            files: fs::read_dir("/proc/self/fd").unwrap().count(),
        }
    }
}

/// Runs so many rounds, which are given their number, and then so many while it is looked at what they leave.
fn leaves_nothing(bench: &mut Bench, first: usize, then: usize, round: impl Fn(&mut Bench, usize)) {
    (0..first).for_each(|n| round(bench, n));
    let before = Held::now();
    (first..first + then).for_each(|n| round(bench, n));
    let after = Held::now();
    let grown = after.bytes.saturating_sub(before.bytes);
    assert!(grown < 8 << 20, "{grown} bytes");
    // A port is used for 128 questions, so that some files come and go.
    let files = after.files.saturating_sub(before.files);
    assert!(files < 16, "{files} files");
    assert_eq!((bench.dns.under_way(), bench.engine.outstanding()), (0, 0));
}

/// Asks for so many new names of each of these lies, and takes what comes of them.
fn told(lies: impl Fn(Lie) -> bool, count: usize) -> impl Fn(&mut Bench, usize) {
    let labels: Vec<_> = Lie::ALL.iter().filter(|(_, lie)| lies(*lie)).collect();
    move |bench, n| {
        for (label, _) in &labels {
            for m in 0..count {
                ask(&mut bench.session, &format!("{label}-{n}-{m}.test"));
            }
        }
        for _ in 0..labels.len() * count {
            one(&mut bench.session);
        }
    }
}

/// c-ares sees no end of a stream within a message, and waits for the rest of it.
fn ends_with_the_time(lie: Lie) -> bool {
    let waits = [Lie::Silent, Lie::WrongId, Lie::WrongQuestion, Lie::Half];
    waits.contains(&lie)
}

fn is_over_tcp(lie: Lie) -> bool {
    matches!(lie, Lie::Truncated | Lie::Many)
}

fn is_quick(lie: Lie) -> bool {
    lie != Lie::Late && !ends_with_the_time(lie) && !is_over_tcp(lie)
}

/// A late answer to a request that is there, and one to a request that was cancelled.
fn late(bench: &mut Bench, n: usize) {
    let stays = ask(&mut bench.session, &format!("late-stays-{n}.test"));
    let goes = ask(&mut bench.session, &format!("late-goes-{n}.test"));
    bench.server.wait_until_asked(Lie::Late, 2 * (n + 1));
    assert_eq!(bench.session.cancel(goes), Ok(()));
    bench.server.release();
    assert_eq!(one(&mut bench.session).handle, stays);
    // Answers come in order, so that the other is there before this.
    ask(&mut bench.session, &format!("good-{n}.test"));
    one(&mut bench.session);
}

/// Ten requests that are cancelled: some before they are asked, some afterwards, some too late.
fn cancelled(bench: &mut Bench, n: usize) {
    let handles: Vec<_> = (0..10)
        .map(|m| ask(&mut bench.session, &format!("good-{n}-{m}.test")))
        .collect();
    for handle in handles {
        if bench.session.cancel(handle).is_err() {
            one(&mut bench.session);
        }
    }
    // Those that were asked were asked before this.
    ask(&mut bench.session, &format!("good-{n}.test"));
    one(&mut bench.session);
}

// S-S7: tens of thousands of times. One test, as others would be looked at too.
#[test]
fn no_lie_makes_anything_grow() {
    let of = |timeout| bench_with(|dns| dns.cache(100, 1 << 20).timeout(timeout));
    let patient = || of(Duration::from_secs(600));
    leaves_nothing(&mut patient(), 200, 2000, told(is_quick, 1));
    leaves_nothing(&mut patient(), 100, 1000, told(is_over_tcp, 1));
    leaves_nothing(&mut patient(), 200, 2000, late);
    leaves_nothing(&mut patient(), 1000, 10_000, cancelled);
    let mut hasty = of(Duration::from_millis(50));
    leaves_nothing(&mut hasty, 10, 20, told(ends_with_the_time, 500));
}
