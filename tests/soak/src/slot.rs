//! A slot: one guest after another, each at random by the slot's seed.

use std::ops::Range;

use fastrand::Rng;
use wasmtime::Result;
use wasmtime::error::Context;

use crate::Args;
use crate::accounts::Accounts;
use crate::guest::{Guest, Guests, Left};
use crate::verify::verify;

/// Requests that a session may have outstanding: few enough that guests meet the limit.
pub const LIMIT: usize = 100;
/// Slots with sync stores, which have a thread each: at most so many, and one of four.
const SYNC: u32 = 8;
/// The most requests of one guest. Most have far fewer.
const LONGEST: f64 = 10_000.0;
/// The most times that a guest awaits before it is dropped.
const AWAITS: u32 = 100;

/// Parts that a run is done in.
pub const TENTHS: u32 = 10;

/// How a guest is to end, unless it is dropped before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    CleansUp,
    Returns,
    Traps,
    /// It waits to be dropped, which only one in an async store can be.
    Sleeps,
}

/// Whether a guest uses the interface itself, or the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    Raw,
    Messages,
}

/// What a guest is to do.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub seed: u64,
    pub face: Face,
    pub first: u32,
    pub requests: u32,
    pub ending: Ending,
    pub awaits: Option<u32>,
}

/// A place for guests.
pub struct Slot {
    number: u32,
    sync: bool,
    rng: Rng,
    /// The numbers of its requests.
    requests: Range<u32>,
    /// The number of the next.
    next: u32,
    patience: u64,
}

impl Slot {
    /// The slots of a run, among which its requests are divided.
    pub fn all(args: &Args) -> Vec<Slot> {
        let sync = SYNC.min(args.guests.div_ceil(4));
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
    pub fn is_sync(&self) -> bool {
        self.sync
    }

    /// Has guests in sync stores until this tenth of its requests, counted from 0, is done.
    pub fn run(&mut self, guests: &Guests, tenth: u32) -> Result<Accounts> {
        let mut accounts = Accounts::default();
        while let Some(plan) = self.plan(tenth) {
            let left = guests.run(&self.guest(&plan))?;
            accounts.add(&self.settle(&plan, &left)?);
        }
        Ok(accounts)
    }

    /// The same in async stores.
    pub async fn run_async(&mut self, guests: &Guests, tenth: u32) -> Result<Accounts> {
        let mut accounts = Accounts::default();
        while let Some(plan) = self.plan(tenth) {
            let left = guests.run_async(&self.guest(&plan)).await?;
            accounts.add(&self.settle(&plan, &left)?);
        }
        Ok(accounts)
    }

    /// The next guest, if one is to come.
    fn plan(&mut self, tenth: u32) -> Option<Plan> {
        let end = part(self.requests.clone(), tenth, TENTHS).end;
        let left = end.checked_sub(self.next).filter(|left| *left > 0)?;
        let rng = &mut self.rng;
        // As many of some ten requests as of some thousands.
        let requests = LONGEST.powf(rng.f64()) as u32;
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
            awaits: (!self.sync && rng.u32(..4) == 0).then(|| rng.u32(1..=AWAITS)),
        })
    }

    fn settle(&mut self, plan: &Plan, left: &Left) -> Result<Accounts> {
        let accounts = verify(plan, left).with_context(|| {
            let number = self.number;
            let stores = if self.sync { "a sync" } else { "an async" };
            let counts = left.counts;
            format!("a guest of slot {number}, in {stores} store, {plan:?}, {counts:?}")
        })?;
        self.next += u32::try_from(accounts.requests).expect("no more than were planned");
        Ok(accounts)
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

/// One of `parts` parts of a range that are as good as equal.
fn part(range: Range<u32>, number: u32, parts: u32) -> Range<u32> {
    let length = u64::from(range.end - range.start);
    let bound = |number: u32| {
        let offset = length * u64::from(number) / u64::from(parts);
        range.start + u32::try_from(offset).expect("no more than the length")
    };
    bound(number)..bound(number + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_the_whole() {
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
