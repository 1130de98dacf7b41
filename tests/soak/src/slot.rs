//! A slot: one guest after another, each with a random plan from the slot's seed.

use std::ops::Range;

use fastrand::Rng;
use wasmtime::Result;
use wasmtime::error::Context;

use crate::args::Args;
use crate::guest::{Guest, Guests, Left};
use crate::plan::{Ending, Face, Plan};
use crate::totals::Totals;
use crate::verify::verify;

/// The limit of outstanding requests of a session, low enough that guests reach it.
pub(crate) const LIMIT: usize = 100;
/// The highest number of slots with sync stores. At most a quarter of the slots have one.
const MAX_SYNC: u32 = 8;
/// The highest number of requests of one guest. Most guests make far fewer.
const MAX_REQUESTS: f64 = 10_000.0;
/// The highest number of awaits after which a guest is dropped.
const MAX_AWAITS: u32 = 100;

/// The parts of a run.
pub(crate) const TENTHS: u32 = 10;

/// A slot. It has one guest at a time.
pub(crate) struct Slot {
    number: u32,
    sync: bool,
    rng: Rng,
    /// The numbers of its requests.
    requests: Range<u32>,
    /// The number of the next request.
    next: u32,
    patience: u64,
}

impl Slot {
    /// The slots of a run. Each gets an equal share of the requests.
    pub(crate) fn all(args: &Args) -> Vec<Slot> {
        let sync = MAX_SYNC.min(args.guests.div_ceil(4));
        let mut seeds = Rng::with_seed(args.seed);
        let slot = |number| {
            let requests = part(0..args.requests, number, args.guests);
            Slot {
                number,
                sync: number < sync,
                rng: seeds.fork(),
                next: requests.start,
                requests,
                patience: args.patience,
            }
        };
        (0..args.guests).map(slot).collect()
    }

    /// Whether its guests have sync stores.
    pub(crate) fn is_sync(&self) -> bool {
        self.sync
    }

    /// Runs guests in sync stores until the requests of this tenth, counted from 0, have begun.
    pub(crate) fn run(&mut self, guests: &Guests, tenth: u32) -> Result<Totals> {
        let mut totals = Totals::default();
        while let Some(plan) = self.plan(tenth) {
            let left = guests.run(&self.guest(&plan))?;
            totals.add(&self.settle(&plan, &left)?);
        }
        Ok(totals)
    }

    /// Runs guests in async stores, as [`Slot::run`] does in sync stores.
    pub(crate) async fn run_async(&mut self, guests: &Guests, tenth: u32) -> Result<Totals> {
        let mut totals = Totals::default();
        while let Some(plan) = self.plan(tenth) {
            let left = guests.run_async(&self.guest(&plan)).await?;
            totals.add(&self.settle(&plan, &left)?);
        }
        Ok(totals)
    }

    /// The plan of the next guest of this tenth, if there is one.
    fn plan(&mut self, tenth: u32) -> Option<Plan> {
        let end = part(self.requests.clone(), tenth, TENTHS).end;
        let left = end.checked_sub(self.next).filter(|left| *left > 0)?;
        let rng = &mut self.rng;
        // The logarithm is uniform: as many guests make 1 to 10 requests as 1,000 to 10,000.
        let requests = MAX_REQUESTS.powf(rng.f64()) as u32;
        let endings = [
            Ending::CleansUp,
            Ending::Returns,
            Ending::Traps,
            Ending::Sleeps,
        ];
        Some(Plan {
            seed: rng.u64(..),
            face: if rng.bool() {
                Face::Raw
            } else {
                Face::Messages
            },
            first: self.next,
            requests: requests.clamp(1, left),
            ending: endings[rng.usize(..if self.sync { 3 } else { 4 })],
            awaits: (!self.sync && rng.u32(..4) == 0).then(|| rng.u32(1..=MAX_AWAITS)),
        })
    }

    fn settle(&mut self, plan: &Plan, left: &Left) -> Result<Totals> {
        let totals = verify(plan, left).with_context(|| {
            let number = self.number;
            let stores = if self.sync { "a sync" } else { "an async" };
            let counts = left.counts;
            format!("a guest of slot {number}, in {stores} store, {plan:?}, {counts:?}")
        })?;
        self.next += u32::try_from(totals.requests).expect("at most the planned number");
        Ok(totals)
    }

    fn guest(&self, plan: &Plan) -> Guest {
        let face = match plan.face {
            Face::Raw => "raw",
            Face::Messages => "messages",
        };
        let ending = match plan.ending {
            Ending::CleansUp => "cleans-up",
            Ending::Returns => "returns",
            Ending::Traps => "traps",
            Ending::Sleeps => "sleeps",
        };
        let args = [
            face.to_owned(),
            plan.seed.to_string(),
            plan.first.to_string(),
            plan.requests.to_string(),
            ending.to_owned(),
            LIMIT.to_string(),
            self.patience.to_string(),
        ];
        Guest {
            args: args.into(),
            awaits: plan.awaits,
        }
    }
}

/// One of `parts` parts of a range. Their lengths differ by at most 1.
fn part(range: Range<u32>, number: u32, parts: u32) -> Range<u32> {
    let length = u64::from(range.end - range.start);
    let bound = |number: u32| {
        let offset = length * u64::from(number) / u64::from(parts);
        range.start + u32::try_from(offset).expect("at most the length")
    };
    bound(number)..bound(number + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_range_join_to_the_range() {
        for (range, parts) in [(0..10, 10), (5..12, 3), (3..3, 2), (0..u32::MAX, 100)] {
            let all: Vec<_> = (0..parts).map(|i| part(range.clone(), i, parts)).collect();
            assert_eq!(
                (all[0].start, all[all.len() - 1].end),
                (range.start, range.end)
            );
            assert!(all.windows(2).all(|pair| pair[0].end == pair[1].start));
        }
    }
}
