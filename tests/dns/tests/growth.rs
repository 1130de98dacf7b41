//! Memory and open files do not grow, whatever a server answers. The test is alone in its process,
//! because it measures the process.
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::time::Duration;

use winsock_async_dns_server::Lie;

use support::*;

/// The resources that this process holds.
struct Held {
    /// Resident memory.
    bytes: usize,
    /// Open files.
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

/// Runs `first` rounds, then `then` more. The latter must not grow the process. A round gets its
/// number.
fn assert_no_growth(
    fixture: &mut Fixture,
    first: usize,
    then: usize,
    round: impl Fn(&mut Fixture, usize),
) {
    (0..first).for_each(|n| round(fixture, n));
    let before = Held::now();
    (first..first + then).for_each(|n| round(fixture, n));
    let after = Held::now();
    let grown = after.bytes.saturating_sub(before.bytes);
    assert!(grown < 8 << 20, "{grown} bytes");
    // A port serves 128 questions, so the number of files varies.
    let files = after.files.saturating_sub(before.files);
    assert!(files < 16, "{files} files");
    assert_eq!(
        (fixture.dns.in_flight(), fixture.engine.outstanding()),
        (0, 0)
    );
}

/// Requests `count` new names of each of these lies, and takes their completions.
fn ask_for(lies: impl Fn(Lie) -> bool, count: usize) -> impl Fn(&mut Fixture, usize) {
    let labels: Vec<_> = Lie::ALL.iter().filter(|(_, lie)| lies(*lie)).collect();
    move |fixture, n| {
        for (label, _) in &labels {
            for m in 0..count {
                request(&mut fixture.session, &format!("{label}-{n}-{m}.test"));
            }
        }
        for _ in 0..labels.len() * count {
            next_completion(&mut fixture.session);
        }
    }
}

/// Requests the addresses of both families of new names of each of these lies.
fn ask_for_both(lies: impl Fn(Lie) -> bool) -> impl Fn(&mut Fixture, usize) {
    let labels: Vec<_> = Lie::ALL.iter().filter(|(_, lie)| lies(*lie)).collect();
    move |fixture, n| {
        for (label, _) in &labels {
            let name = format!("{label}-{n}.v6-good.test");
            request_addresses(&mut fixture.session, &name, None);
            let name = format!("good-{n}.v6-{label}.test");
            request_addresses(&mut fixture.session, &name, None);
        }
        for _ in 0..2 * labels.len() {
            next_completion(&mut fixture.session);
        }
    }
}

/// Whether the query ends by its time-out.
fn ends_by_timeout(lie: Lie) -> bool {
    let waits = [Lie::Silent, Lie::WrongId, Lie::WrongQuestion];
    waits.contains(&lie)
}

fn is_over_tcp(lie: Lie) -> bool {
    matches!(lie, Lie::Truncated | Lie::Many | Lie::Half)
}

fn is_quick(lie: Lie) -> bool {
    lie != Lie::Late && !ends_by_timeout(lie) && !is_over_tcp(lie)
}

/// A late answer to an outstanding request, and one to a cancelled request.
fn late(fixture: &mut Fixture, n: usize) {
    let stays = request(&mut fixture.session, &format!("late-stays-{n}.test"));
    let goes = request(&mut fixture.session, &format!("late-goes-{n}.test"));
    fixture.server.wait_until_asked(Lie::Late, 2 * (n + 1));
    assert_eq!(fixture.session.cancel(goes), Ok(()));
    fixture.server.release();
    assert_eq!(next_completion(&mut fixture.session).handle, stays);
    // Answers come in order, so the late ones come before this one.
    request(&mut fixture.session, &format!("good-{n}.test"));
    next_completion(&mut fixture.session);
}

/// Ten requests with a cancel: before their question is sent, after that, or too late.
fn cancelled(fixture: &mut Fixture, n: usize) {
    let handles: Vec<_> = (0..10)
        .map(|m| request(&mut fixture.session, &format!("good-{n}-{m}.test")))
        .collect();
    for handle in handles {
        if fixture.session.cancel(handle).is_err() {
            next_completion(&mut fixture.session);
        }
    }
    // Questions are sent in order, so those of the ten come before this one.
    request(&mut fixture.session, &format!("good-{n}.test"));
    next_completion(&mut fixture.session);
}

// S-S7: nothing is left behind in the host, after tens of thousands of requests.
#[test]
fn memory_and_files_do_not_grow_with_any_lie() {
    let of = |timeout| fixture_with(|dns| dns.cache(100, 1 << 20).timeout(timeout));
    let patient = || of(Duration::from_secs(600));
    assert_no_growth(&mut patient(), 200, 2000, ask_for(is_quick, 1));
    assert_no_growth(&mut patient(), 100, 1000, ask_for(is_over_tcp, 1));
    assert_no_growth(&mut patient(), 200, 2000, ask_for_both(is_quick));
    assert_no_growth(&mut patient(), 200, 2000, late);
    assert_no_growth(&mut patient(), 1000, 10_000, cancelled);
    let mut impatient = of(Duration::from_millis(50));
    assert_no_growth(&mut impatient, 10, 20, ask_for(ends_by_timeout, 500));
}
