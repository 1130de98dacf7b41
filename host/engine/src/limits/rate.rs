//! The rate of one session's requests.

use std::num::NonZeroU32;

/// A rate of requests: at most `burst` at once, and `per_second` on average.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests each second, on average over a long time.
    pub per_second: NonZeroU32,
    /// Requests at once, after a pause of `burst` / `per_second` seconds.
    pub burst: NonZeroU32,
}

/// Holds one session to a rate, by the generic cell rate algorithm: its state is the time at which
/// the whole burst is free again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RateLimiter {
    /// Nanoseconds that one request takes at the average rate.
    cost: u64,
    /// Nanoseconds of a burst.
    burst: u64,
    free_at: u64,
}

impl RateLimiter {
    pub(crate) fn new(rate: Rate) -> RateLimiter {
        let cost = NANOSECONDS / u64::from(rate.per_second.get());
        RateLimiter {
            cost,
            burst: cost.saturating_mul(u64::from(rate.burst.get())),
            free_at: 0,
        }
    }

    /// Whether a request may be made at `now`, in nanoseconds.
    pub(crate) fn admits(&self, now: u64) -> bool {
        self.free_after(now) - now <= self.burst
    }

    /// Counts a request that is made at `now`.
    pub(crate) fn count(&mut self, now: u64) {
        self.free_at = self.free_after(now);
    }

    /// When the whole burst is free again if a request is made at `now`.
    fn free_after(&self, now: u64) -> u64 {
        self.free_at.max(now).saturating_add(self.cost)
    }
}

const NANOSECONDS: u64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(per_second: u32, burst: u32) -> RateLimiter {
        RateLimiter::new(Rate {
            per_second: per_second.try_into().unwrap(),
            burst: burst.try_into().unwrap(),
        })
    }

    /// Makes a request, unless the limiter refuses it.
    fn request(limiter: &mut RateLimiter, now: u64) -> bool {
        let admits = limiter.admits(now);
        if admits {
            limiter.count(now);
        }
        admits
    }

    /// How many of 1000 requests are admitted at this time.
    fn admitted(limiter: &mut RateLimiter, now: u64) -> usize {
        (0..1000).filter(|_| request(limiter, now)).count()
    }

    #[test]
    fn a_burst_is_admitted_at_once_and_then_the_rate() {
        // S-R2
        let mut limiter = limiter(100, 7);
        let second = NANOSECONDS;
        assert_eq!(admitted(&mut limiter, 5), 7);
        assert_eq!(admitted(&mut limiter, 5 + second / 100), 1);
        assert_eq!(admitted(&mut limiter, 5 + second / 100 * 4), 3);
        // A long pause frees one burst, and no more.
        assert_eq!(admitted(&mut limiter, 3600 * second), 7);
        let steadily =
            (1..=1000).filter(|i| request(&mut limiter, (3600 + 1) * second + i * second / 1000));
        // The first at 1 ms, and the last at 1 s.
        assert_eq!(steadily.count(), 7 + 99);
    }

    #[test]
    fn refused_requests_do_not_count() {
        let mut limiter = limiter(1, 1);
        assert!(request(&mut limiter, 0));
        for later in 1..1000 {
            assert!(!request(&mut limiter, later));
        }
        assert!(request(&mut limiter, NANOSECONDS));
    }

    #[test]
    fn extreme_rates_and_times_do_not_overflow() {
        let mut fast = limiter(u32::MAX, u32::MAX);
        assert_eq!(admitted(&mut fast, u64::MAX), 1000);
        let mut slow = limiter(1, u32::MAX);
        assert_eq!(admitted(&mut slow, u64::MAX - 1), 1000);
    }
}
