//! The layout of the picture: the time scale, the curve of counts, and the rows of requests.

use super::phase::Phase;
use super::recorder::{Record, Recording};

/// Up to this many requests, each has a row with its name.
pub(crate) const NAMED: usize = 100;
/// The number of rows that more requests share.
pub(crate) const SHARED: usize = 100;

/// Maps times in nanoseconds to horizontal positions in the picture's units.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) width: f64,
}

impl Scale {
    pub(crate) fn new(recording: &Recording, width: f64) -> Scale {
        let first = recording.first();
        // The scale covers at least a microsecond.
        let last = recording.last().max(first + 1000);
        Scale { first, last, width }
    }

    pub(crate) fn x(&self, at: u64) -> f64 {
        let part = at.saturating_sub(self.first) as f64 / (self.last - self.first) as f64;
        (part * self.width).clamp(0.0, self.width)
    }

    /// Times to mark, at most nine, as nanoseconds since the first request: multiples of 1, 2 or
    /// 5 times a power of ten.
    pub(crate) fn ticks(&self) -> impl Iterator<Item = u64> {
        let time = self.last - self.first;
        let step = (0..)
            .flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.saturating_pow(power)))
            .find(|step| time / step <= 8)
            .unwrap_or(time);
        (0..=time / step).map(move |i| i * step)
    }
}

/// The number of requests in each phase, averaged over each column of the picture.
pub(crate) fn curve(recording: &Recording, columns: usize) -> [Vec<f64>; Phase::ALL.len()] {
    let scale = Scale::new(recording, columns as f64);
    let mut curve = Phase::ALL.map(|_| vec![0.0; columns + 1]);
    for span in recording
        .requests
        .iter()
        .flat_map(|record| record.spans(recording.now))
    {
        let changes = &mut curve[span.phase as usize];
        for (at, change) in [(span.from, 1.0), (span.to, -1.0)] {
            // A change within a column counts for the rest of the column.
            let x = scale.x(at);
            let column = (x as usize).min(columns - 1);
            let left = (column + 1) as f64 - x;
            changes[column] += change * left;
            changes[column + 1] += change * (1.0 - left);
        }
    }
    for changes in &mut curve {
        let mut count = 0.0;
        for change in changes.iter_mut() {
            count += *change;
            *change = f64::max(count, 0.0);
        }
        changes.truncate(columns);
    }
    curve
}

/// Requests in rows. The requests of one row do not overlap.
#[derive(Debug, Default)]
pub(crate) struct Rows<'a> {
    pub(crate) rows: Vec<Vec<&'a Record>>,
    /// The number of requests that found no free row.
    pub(crate) undrawn: usize,
}

/// Gives each of up to [`NAMED`] requests a row; more share up to [`SHARED`] rows.
pub(crate) fn rows(recording: &Recording) -> Rows<'_> {
    let requests = &recording.requests;
    let mut packed = Rows::default();
    if requests.len() <= NAMED {
        packed.rows = requests.iter().map(|record| vec![record]).collect();
        return packed;
    }
    let mut free_from: Vec<u64> = Vec::new();
    for record in requests {
        let free = free_from.iter().position(|from| *from <= record.asked);
        let row = match free {
            Some(row) => row,
            None if free_from.len() < SHARED => {
                free_from.push(0);
                packed.rows.push(Vec::new());
                free_from.len() - 1
            }
            None => {
                packed.undrawn += 1;
                continue;
            }
        };
        // The row's next request begins later, even if this one took no time.
        free_from[row] = record.last(recording.now).max(record.asked + 1);
        packed.rows[row].push(record);
    }
    packed
}

/// Formats a time with its unit and up to three digits, such as `1.5 ms`.
pub(crate) fn time(nanoseconds: u64) -> String {
    let units = [(1e9, "s"), (1e6, "ms"), (1e3, "µs")];
    let ns = nanoseconds as f64;
    match units.into_iter().find(|(size, _)| ns >= *size) {
        None => format!("{nanoseconds} ns"),
        Some((size, unit)) => {
            let value = ns / size;
            let digits = if value < 10.0 {
                2
            } else {
                usize::from(value < 100.0)
            };
            let text = format!("{value:.digits$}");
            let text = match text.contains('.') {
                true => text.trim_end_matches('0').trim_end_matches('.'),
                false => &text,
            };
            format!("{text} {unit}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::phase::tests::record;
    use crate::timeline::recorder::End;

    fn recording(requests: Vec<Record>, now: u64) -> Recording {
        Recording {
            requests,
            now,
            ..Recording::default()
        }
    }

    #[test]
    fn requests_of_a_row_do_not_overlap_and_none_is_lost() {
        let some = |count: u64, time: u64| {
            let ended = |i: u64| Some((i * 10 + time, End::Answered));
            let requests = (0..count).map(|i| record(i * 10, None, None, ended(i)));
            recording(requests.collect(), count * 10 + time)
        };
        for (count, time, rows_used, undrawn) in [
            (3, 1000, 3, false),
            (100, 0, 100, false),
            (101, 0, 1, false),
            (10_000, 95, 10, false),
            (10_000, 50_000, 100, true),
        ] {
            let recording = some(count, time);
            let packed = rows(&recording);
            let drawn: usize = packed.rows.iter().map(Vec::len).sum();
            assert_eq!(packed.rows.len(), rows_used, "{count} of {time}");
            assert_eq!(drawn + packed.undrawn, count as usize);
            assert_eq!(packed.undrawn > 0, undrawn);
            for row in &packed.rows {
                let overlaps = |pair: &[&Record]| pair[0].last(recording.now) > pair[1].asked;
                assert!(!row.windows(2).any(overlaps));
            }
        }
    }

    #[test]
    fn the_curve_counts_requests_in_each_phase() {
        let requests = vec![
            record(0, Some(5000), Some(10_000), Some((10_000, End::Answered))),
            record(0, Some(2500), Some(10_000), Some((5000, End::Cancelled))),
        ];
        let [queued, running, arrived, stuck] = curve(&recording(requests, 10_000), 4);
        assert_eq!(queued, [2.0, 1.0, 0.0, 0.0]);
        assert_eq!(running, [0.0, 1.0, 1.0, 1.0]);
        assert_eq!(arrived, [0.0; 4]);
        assert_eq!(stuck, [0.0, 0.0, 1.0, 1.0]);
    }

    #[test]
    fn a_request_shorter_than_a_column_counts_in_part() {
        let requests = vec![
            record(0, Some(0), Some(250), Some((250, End::Answered))),
            record(0, None, None, Some((1000, End::Cancelled))),
        ];
        let [queued, running, ..] = curve(&recording(requests, 1000), 1);
        assert_eq!((queued, running), (vec![1.0], vec![0.25]));
    }

    #[test]
    fn there_are_up_to_nine_ticks() {
        for last in [
            1,
            999,
            1000,
            12_345,
            7_000_000,
            3_600_000_000_000,
            u64::MAX / 2,
        ] {
            let scale = Scale {
                first: 0,
                last,
                width: 100.0,
            };
            let ticks: Vec<_> = scale.ticks().collect();
            assert!((1..=9).contains(&ticks.len()), "{last}: {ticks:?}");
            assert!(ticks.iter().all(|tick| *tick <= last));
            assert!(last < 10 || ticks.len() > 2, "{last}: {ticks:?}");
        }
    }

    #[test]
    fn times_have_a_unit_and_up_to_three_digits() {
        for (ns, text) in [
            (0, "0 ns"),
            (999, "999 ns"),
            (1000, "1 µs"),
            (7_412, "7.41 µs"),
            (14_600, "14.6 µs"),
            (500_000_000, "500 ms"),
            (100_000_000_000, "100 s"),
            (1_500_000_000, "1.5 s"),
        ] {
            assert_eq!(time(ns), text);
        }
    }
}
