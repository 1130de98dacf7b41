//! How fast one guest may ask.

use std::num::NonZeroU32;

/// A rate of requests: so many at once, and then so many a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second, in the long run.
    pub per_second: NonZeroU32,
    /// Requests that may be begun at once after a pause that is long enough.
    pub burst: NonZeroU32,
}

/// What one session has used of its rate: one number, the time at which nothing of it would be used any
/// more if nothing were asked (the generic cell rate algorithm).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter {
    /// Nanoseconds that one request uses.
    cost: u64,
    /// Nanoseconds that may be used in advance.
    room: u64,
    free_at: u64,
}

impl Meter {
    pub(crate) fn new(rate: Rate) -> Meter {
        let cost = NANOSECONDS / u64::from(rate.per_second.get());
        Meter {
            cost,
            room: cost.saturating_mul(u64::from(rate.burst.get())),
            free_at: 0,
        }
    }

    /// Takes a request's share at this time, in nanoseconds; false if there is none left.
    pub(crate) fn take(&mut self, now: u64) -> bool {
        let free_at = self.free_at.max(now).saturating_add(self.cost);
        let fits = free_at - now <= self.room;
        if fits {
            self.free_at = free_at;
        }
        fits
    }
}

const NANOSECONDS: u64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn meter(per_second: u32, burst: u32) -> Meter {
        Meter::new(Rate {
            per_second: per_second.try_into().unwrap(),
            burst: burst.try_into().unwrap(),
        })
    }

    /// How many of many requests are begun at this time.
    fn begun(meter: &mut Meter, now: u64) -> usize {
        (0..1000).filter(|_| meter.take(now)).count()
    }

    #[test]
    fn a_burst_is_begun_at_once_and_then_so_many_a_second() {
        // S-R2
        let mut meter = meter(100, 7);
        let second = NANOSECONDS;
        assert_eq!(begun(&mut meter, 5), 7);
        assert_eq!(begun(&mut meter, 5 + second / 100), 1);
        assert_eq!(begun(&mut meter, 5 + second / 100 * 4), 3);
        // A long pause is worth a burst, and no more.
        assert_eq!(begun(&mut meter, 3600 * second), 7);
        let steadily = (1..=1000).filter(|i| meter.take((3600 + 1) * second + i * second / 1000));
        // The first at 1 ms, and the last at 1 s.
        assert_eq!(steadily.count(), 7 + 99);
    }

    #[test]
    fn what_is_refused_uses_nothing() {
        let mut meter = meter(1, 1);
        assert!(meter.take(0));
        for later in 1..1000 {
            assert!(!meter.take(later));
        }
        assert!(meter.take(NANOSECONDS));
    }

    #[test]
    fn extremes_are_no_faults() {
        let mut fast = meter(u32::MAX, u32::MAX);
        assert_eq!(begun(&mut fast, u64::MAX), 1000);
        let mut slow = meter(1, u32::MAX);
        assert_eq!(begun(&mut slow, u64::MAX - 1), 1000);
    }
}
