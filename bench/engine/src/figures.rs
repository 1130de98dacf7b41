//! Figures of many samples.

use std::time::Duration;

/// Nanoseconds for each.
pub(crate) fn per(time: Duration, count: usize) -> f64 {
    time.as_nanos() as f64 / count as f64
}

/// The median.
pub(crate) fn median_of(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The sample that this percentage of samples does not exceed. Units: nanoseconds.
pub(crate) fn at_rank(mut samples: Vec<Duration>, percent: usize) -> f64 {
    samples.sort();
    samples[samples.len() * percent / 100].as_nanos() as f64
}
