//! Checks the totals of each guest, and of all guests together.

use std::sync::atomic::Ordering;

use wasmtime::{Result, bail, ensure};

use crate::guest::{End, Left, Next};
use crate::plan::{Ending, Face, Plan};
use crate::resolver::Mixed;
use crate::totals::Totals;

/// Checks that a guest has ended as planned, and that its counts agree with those of its session.
pub(crate) fn verify(plan: &Plan, left: &Left) -> Result<Totals> {
    let counts = &left.counts;
    let stats = &left.stats;
    let mut totals = Totals::of(counts, stats.completed());
    match (&left.end, left.next, plan.ending) {
        (End::Returned, Next::Returns, Ending::CleansUp) => totals.cleaned_up = 1,
        (End::Returned, Next::Returns, Ending::Returns) => totals.returned = 1,
        (End::Trapped, Next::Traps, Ending::Traps) => totals.trapped = 1,
        (End::Dropped, Next::Sleeps, Ending::Sleeps) => totals.dropped = 1,
        (End::Dropped, Next::GoesOn, _) => totals.dropped = 1,
        (End::Other(error), ..) => bail!("it has failed: {error:#}"),
        (end, next, ending) => bail!(
            "its plan was {ending:?}, it reported {next:?}, and it ended as {end:?}: {}",
            left.stderr.trim_end()
        ),
    }

    let same = |what: &str, guest: u64, session: u64| {
        ensure!(
            guest == session,
            "{what}: {guest} by the guest, {session} by its session"
        );
        Ok(())
    };
    same("requests", counts.requests, stats.requests)?;
    same("refused", counts.refused, stats.refused)?;
    // A denied request may be cancelled before its completion is taken.
    ensure!(
        stats.denied <= counts.denied,
        "denied: {} by the policy, {} by the session",
        counts.denied,
        stats.denied
    );
    let planned = u64::from(plan.requests);
    ensure!(
        counts.requests <= planned,
        "{} requests, {planned} planned",
        counts.requests
    );
    if !matches!(left.end, End::Dropped) {
        same("requests planned", planned, stats.requests)?;
    }

    let ended = totals.taken() + counts.cancelled + counts.cleaned;
    ensure!(
        ended + totals.gone == counts.requests,
        "{ended} requests ended, {} begun",
        counts.requests
    );
    match plan.face {
        Face::Raw => same("outstanding", totals.gone, left.outstanding)?,
        // Completions in the library's queue are not outstanding in the host.
        Face::Messages => ensure!(
            left.outstanding <= totals.gone,
            "outstanding: {} by the guest, {} by its session",
            totals.gone,
            left.outstanding
        ),
    }
    if totals.cleaned_up == 1 {
        same("outstanding after clean-up", 0, left.outstanding)?;
    }

    // A clean-up cancels pending requests, and drops completions that were not taken.
    let by_cleanup = stats.cancelled.checked_sub(counts.cancelled);
    ensure!(
        by_cleanup.is_some_and(|cancelled| cancelled <= counts.cleaned),
        "cancelled: {} by the guest, {} by its session, {} at clean-ups",
        counts.cancelled,
        stats.cancelled,
        counts.cleaned
    );
    let untaken = stats.completed().checked_sub(totals.taken());
    ensure!(
        untaken.is_some_and(|untaken| untaken <= counts.cleaned + totals.gone),
        "completed: {} by the guest, {} by its session",
        totals.taken(),
        stats.completed()
    );
    ensure!(
        stats.completed() + stats.cancelled <= stats.requests,
        "more requests have ended than begun: {stats:?}"
    );
    Ok(totals)
}

/// Checks the guests' totals against the resolver's counts. No guest and no lookup may be
/// running.
pub(crate) fn verify_all(totals: &Totals, resolver: &Mixed) -> Result<()> {
    let [asked, later, begun, ended] = [
        &resolver.asked,
        &resolver.later,
        &resolver.begun,
        &resolver.ended,
    ]
    .map(|count| count.load(Ordering::SeqCst));
    if let Some(request) = resolver.twice() {
        bail!("request {request} was looked up twice");
    }
    let allowed = totals.requests - totals.denied;
    ensure!(
        asked == allowed,
        "the resolver was asked {asked} times, and the policy allows {allowed} requests"
    );
    ensure!(
        begun <= later,
        "{begun} lookups were begun, {later} were left to workers"
    );
    ensure!(begun == ended, "{begun} lookups were begun, {ended} ended");
    let outcomes = totals.denied + (asked - later) + ended;
    let dropped = outcomes.checked_sub(totals.settled);
    let ended_otherwise = totals.cancelled + totals.cleaned + totals.gone;
    ensure!(
        dropped.is_some_and(|dropped| dropped <= ended_otherwise),
        "{outcomes} outcomes, {} completions, {ended_otherwise} requests that ended otherwise",
        totals.settled
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use winsock_async_engine::RequestStats;

    use super::*;
    use crate::guest::Counts;

    /// A guest that traps with two outstanding requests, one of which has completed.
    fn good() -> (Plan, Left) {
        let plan = Plan {
            seed: 0,
            face: Face::Raw,
            first: 0,
            requests: 10,
            ending: Ending::Traps,
            awaits: None,
        };
        let counts = Counts {
            requests: 10,
            refused: 1,
            denied: 1,
            answered: 3,
            failed: 1,
            cancelled: 2,
            cleaned: 2,
            late: 1,
            invalid: 1,
        };
        let mut stats = RequestStats::default();
        stats.requests = 10;
        stats.refused = 1;
        stats.denied = 1;
        stats.answered = 5;
        stats.cancelled = 3;
        let left = Left {
            end: End::Trapped,
            counts,
            next: Next::Traps,
            stats,
            outstanding: 2,
            stderr: String::new(),
        };
        (plan, left)
    }

    #[test]
    fn right_totals_pass() {
        let (plan, left) = good();
        let totals = verify(&plan, &left).expect("good totals");
        assert_eq!((totals.trapped, totals.guests()), (1, 1));
        assert_eq!((totals.taken(), totals.settled), (4, 6));
        assert_eq!((totals.cancelled, totals.cleaned), (2, 2));
        assert_eq!(totals.gone, 2);
    }

    #[test]
    fn each_wrong_count_of_a_guest_is_an_error() {
        type Wrong = fn(&mut Plan, &mut Left);
        let wrongs: &[(&str, Wrong)] = &[
            ("a panic", |_, left| left.next = Next::GoesOn),
            ("another end", |plan, _| plan.ending = Ending::Returns),
            ("no trap", |_, left| left.end = End::Returned),
            ("requests", |_, left| left.stats.requests += 1),
            ("refused", |_, left| left.stats.refused += 1),
            ("denied", |_, left| left.stats.denied += 1),
            ("too few requests", |plan, _| plan.requests += 1),
            ("too many requests", |plan, left| {
                left.end = End::Dropped;
                left.next = Next::GoesOn;
                plan.requests -= 1;
            }),
            ("an end too many", |_, left| left.counts.failed += 3),
            ("left in the session", |_, left| left.outstanding += 1),
            ("lost by the session", |_, left| left.outstanding -= 1),
            ("left by the library", |plan, left| {
                plan.face = Face::Messages;
                left.outstanding += 1;
            }),
            ("left after clean-up", |plan, left| {
                plan.ending = Ending::CleansUp;
                left.end = End::Returned;
                left.next = Next::Returns;
            }),
            ("a cancel too few", |_, left| left.stats.cancelled = 1),
            ("a cancel too many", |_, left| left.stats.cancelled = 5),
            ("a completion too few", |_, left| left.stats.answered = 2),
            ("a completion too many", |_, left| left.stats.answered = 9),
            ("an end twice", |_, left| left.stats.answered = 7),
        ];
        for (what, wrong) in wrongs {
            let (mut plan, mut left) = good();
            wrong(&mut plan, &mut left);
            assert!(verify(&plan, &left).is_err(), "{what}");
        }
    }

    #[test]
    fn each_wrong_count_of_the_resolver_is_an_error() {
        // Ten requests: one forbidden, three answered at once, six left to workers, five begun.
        let resolver = |counts: [u64; 4]| {
            let resolver = Mixed::new(64);
            let [asked, later, begun, ended] = counts;
            resolver.asked.store(asked, Ordering::SeqCst);
            resolver.later.store(later, Ordering::SeqCst);
            resolver.begun.store(begun, Ordering::SeqCst);
            resolver.ended.store(ended, Ordering::SeqCst);
            resolver
        };
        let (plan, left) = good();
        let totals = verify(&plan, &left).expect("good totals");
        verify_all(&totals, &resolver([9, 6, 5, 5])).expect("good totals");
        for wrong in [
            [10, 6, 5, 5],
            [8, 5, 5, 5],
            [9, 4, 5, 5],
            [9, 6, 5, 4],
            // Fewer outcomes than completions.
            [9, 8, 3, 3],
        ] {
            assert!(verify_all(&totals, &resolver(wrong)).is_err(), "{wrong:?}");
        }
        // An outcome that has neither completed a request nor come after its end.
        let mut lost = totals;
        lost.settled = 0;
        assert!(verify_all(&lost, &resolver([9, 6, 5, 5])).is_err());
    }
}
