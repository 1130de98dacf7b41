//! Histograms of latencies.

use std::time::Duration;

use super::counter::Counter;

/// Numbers of requests by latency, precise to 5 % or 1 µs.
///
/// Each power of ten from 1 µs to 10,000 s has 70 buckets, each at most 5 % of its time wide.
/// Shorter times count as 1 µs, longer times as 10,000 s. A histogram holds 5.5 KiB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatencyHistogram {
    counts: Vec<u64>,
    /// The sum of all times, as they were measured.
    pub sum: Duration,
}

impl Default for LatencyHistogram {
    fn default() -> LatencyHistogram {
        LatencyHistogram {
            counts: vec![0; BUCKETS],
            sum: Duration::ZERO,
        }
    }
}

impl LatencyHistogram {
    /// Requests that were measured.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The time that this share of the requests did not exceed: 0.5 is the median, 0.99 the 99th
    /// percentile. At most 5 % or 1 µs longer than the request's own time. None without a request.
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        // `as` saturates and makes 0 of NaN, so any share counts as one from 0 to 1.
        let rank = ((share * self.count() as f64).ceil() as u64).clamp(1, self.count().max(1));
        let mut requests = 0;
        let bucket = self.counts.iter().position(|count| {
            requests += count;
            requests >= rank
        })?;
        Some(Duration::from_nanos(bound(bucket)))
    }

    /// The same requests in 26 wider buckets, for Prometheus: each bucket's longest time, none for
    /// the last, and its number of requests. The bounds are 1, 2 and 5 times each power of ten from
    /// 1 µs to 100 s, shortest first.
    pub fn buckets(&self) -> impl Iterator<Item = (Option<Duration>, u64)> + '_ {
        let bounds = WIDE_BOUNDS.into_iter().map(Some).chain([None]);
        let mut from = 0;
        bounds.map(move |bound| {
            let to = bound.map_or(BUCKETS, |bound| bucket(bound) + 1);
            let count = self.counts[from..to].iter().sum();
            from = to;
            (bound.map(Duration::from_nanos), count)
        })
    }

    /// Adds the requests of another histogram.
    pub(super) fn add(&mut self, other: &LatencyHistogram) {
        for (sum, count) in self.counts.iter_mut().zip(&other.counts) {
            *sum += count;
        }
        self.sum += other.sum;
    }
}

/// The latencies of one session, which alone writes them.
pub(super) struct Latencies {
    counts: [Counter; BUCKETS],
    /// Nanoseconds.
    sum: Counter,
}

impl Default for Latencies {
    fn default() -> Latencies {
        Latencies {
            counts: std::array::from_fn(|_| Counter::default()),
            sum: Counter::default(),
        }
    }
}

impl Latencies {
    pub(super) fn record(&self, nanoseconds: u64) {
        self.counts[bucket(nanoseconds)].add(1);
        self.sum.add(nanoseconds);
    }

    pub(super) fn add_to(&self, sum: &mut LatencyHistogram) {
        for (sum, count) in sum.counts.iter_mut().zip(&self.counts) {
            *sum += count.get();
        }
        sum.sum += Duration::from_nanos(self.sum.get());
    }
}

/// The longest time of the first bucket: 1 µs. Units: nanoseconds.
const SHORTEST: u64 = 1000;
const DECADES: usize = 10;
/// The buckets of a power of ten: 20 up to 2, 30 up to 5, 20 up to 10.
const PER_DECADE: usize = 70;
const BUCKETS: usize = 1 + DECADES * PER_DECADE;

/// The bucket of a time: the first one whose bound it does not exceed.
fn bucket(nanoseconds: u64) -> usize {
    let Some(above) = nanoseconds.checked_sub(1).filter(|ns| *ns >= SHORTEST) else {
        return 0;
    };
    let decade = (above / SHORTEST).ilog10();
    if decade as usize >= DECADES {
        return BUCKETS - 1;
    }
    // Between 1000 and 9999.
    let digits = (above / 10_u64.pow(decade)) as usize;
    let within = match digits {
        1000..2000 => (digits - 1000) / 50,
        2000..5000 => 20 + (digits - 2000) / 100,
        _ => 50 + (digits - 5000) / 250,
    };
    1 + decade as usize * PER_DECADE + within
}

/// The longest time of a bucket. Units: nanoseconds.
fn bound(bucket: usize) -> u64 {
    let Some(above) = bucket.checked_sub(1) else {
        return SHORTEST;
    };
    let (decade, within) = (above / PER_DECADE, (above % PER_DECADE) as u64);
    let digits = match within {
        0..20 => 1000 + 50 * (within + 1),
        20..50 => 2000 + 100 * (within - 19),
        _ => 5000 + 250 * (within - 49),
    };
    digits * 10_u64.pow(decade as u32)
}

/// The bounds of [`LatencyHistogram::buckets`]. Units: nanoseconds.
const WIDE_BOUNDS: [u64; 25] = {
    let mut bounds = [0; 25];
    let mut i = 0;
    while i < bounds.len() {
        bounds[i] = [1, 2, 5][i % 3] * SHORTEST * 10_u64.pow(i as u32 / 3);
        i += 1;
    }
    bounds
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn histogram(times: &[u64]) -> LatencyHistogram {
        let latencies = Latencies::default();
        for time in times {
            latencies.record(*time);
        }
        let mut sum = LatencyHistogram::default();
        latencies.add_to(&mut sum);
        sum
    }

    #[test]
    fn each_bucket_begins_past_the_bound_of_the_one_before() {
        for i in 0..BUCKETS {
            assert_eq!(bucket(bound(i)), i);
            if i + 1 < BUCKETS {
                assert_eq!(bucket(bound(i) + 1), i + 1);
            }
        }
        assert_eq!((bucket(0), bound(0)), (0, 1000));
        assert_eq!(
            (bucket(u64::MAX), bound(BUCKETS - 1)),
            (700, 10_u64.pow(13))
        );
    }

    proptest! {
        #[test]
        fn bound_of_a_time_is_at_most_5_percent_above_it(ns in 1000..10_u64.pow(13)) {
            let bound = bound(bucket(ns));
            prop_assert!(ns <= bound && bound <= ns + ns / 20 + 1, "{bound}");
        }
    }

    #[test]
    fn wide_buckets_have_each_request_once_with_the_bound_in_the_lower() {
        let times = [
            0,
            1000,
            1001,
            2000,
            5000,
            5001,
            100_000_000_000,
            100_000_000_001,
            u64::MAX,
        ];
        let histogram = histogram(&times);
        let (bounds, counts): (Vec<_>, Vec<_>) = histogram.buckets().unzip();
        assert_eq!(counts[..4], [2, 2, 1, 1]);
        assert_eq!(counts[23..], [0, 1, 2]);
        assert_eq!(counts.iter().sum::<u64>(), histogram.count());
        assert!(bounds[..25].is_sorted_by(|a, b| a < b));
        assert_eq!(bounds[0], Some(Duration::from_micros(1)));
        assert_eq!(bounds[24..], [Some(Duration::from_secs(100)), None]);
    }

    #[test]
    fn quantile_is_the_bound_of_the_bucket_that_reaches_the_share() {
        let times: Vec<u64> = (1..=100).map(|i| i * 1_000_000).collect();
        let histogram = histogram(&times);
        for (share, milliseconds) in [(0.5, 50), (0.99, 100), (1.0, 100), (0.0, 1), (-1.0, 1)] {
            let found = histogram.quantile(share).unwrap().as_micros();
            let (least, most) = (milliseconds * 1000, milliseconds * 1050);
            assert!((least..=most).contains(&found), "{share}: {found} µs");
        }
        assert_eq!(histogram.quantile(f64::INFINITY), histogram.quantile(1.0));
        assert_eq!(histogram.quantile(f64::NAN), histogram.quantile(0.0));
        assert_eq!(LatencyHistogram::default().quantile(0.5), None);
        assert_eq!(histogram.sum, Duration::from_millis(5050));
    }

    #[test]
    fn times_past_the_last_bound_count_as_10000_seconds() {
        let histogram = histogram(&[u64::MAX]);
        assert_eq!(histogram.quantile(0.5), Some(Duration::from_secs(10_000)));
        assert_eq!(histogram.sum, Duration::from_nanos(u64::MAX));
    }
}
