//! The table that the bench prints.

use std::fmt;

use super::guest::Samples;

/// The median.
pub(crate) fn median(samples: Samples) -> f64 {
    let mut values: Vec<f64> = samples.into_iter().map(|(_, value)| value).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The 99th percentile.
pub(crate) fn p99(samples: Samples) -> f64 {
    let mut values: Vec<f64> = samples.into_iter().map(|(_, value)| value).collect();
    values.sort_by(f64::total_cmp);
    values
        .get(values.len() * 99 / 100)
        .copied()
        .unwrap_or(f64::NAN)
}

/// The smallest sample.
pub(crate) fn best(samples: Samples) -> f64 {
    let values = samples.into_iter().map(|(_, value)| value);
    values.min_by(f64::total_cmp).unwrap_or(f64::NAN)
}

/// The arithmetic mean.
pub(crate) fn mean(samples: Samples) -> f64 {
    let count = samples.len() as f64;
    samples.into_iter().map(|(_, value)| value).sum::<f64>() / count
}

/// The rows of measured figures.
pub(crate) struct Table {
    rows: Vec<[String; 5]>,
}

impl Table {
    pub(crate) fn new() -> Table {
        let heads = ["", "measured", "asked for", "over its floor", ""];
        Table {
            rows: vec![heads.map(String::from)],
        }
    }

    /// Adds a figure of the machine, without a target.
    pub(crate) fn floor(&mut self, what: &str, value: f64, unit: &str) {
        self.row(what, amount(value, unit), String::new(), "floor".into(), "");
    }

    /// Adds a figure, its floor, and the highest ratio of the two as its target.
    pub(crate) fn target(&mut self, what: &str, value: f64, unit: &str, floor: f64, asked: f64) {
        let ratio = value / floor;
        self.row(
            what,
            amount(value, unit),
            format!("<= {asked:.2} x"),
            format!("{ratio:.2} x"),
            verdict(ratio, asked),
        );
    }

    /// Adds a figure as a share of another, with the lowest share as its target.
    pub(crate) fn share(&mut self, what: &str, value: f64, base: f64, asked: f64) {
        let share = value / base;
        let (is, limit) = (format!("{share:.2} x"), format!(">= {asked:.2} x"));
        self.row(what, is, limit, String::new(), verdict(asked, share));
    }

    /// Adds a figure as a share of another, without a target.
    pub(crate) fn compare(&mut self, what: &str, value: f64, base: f64) {
        let is = format!("{:.2} x", value / base);
        self.row(what, is, String::new(), String::new(), "");
    }

    /// Adds a figure and its target, without a floor.
    pub(crate) fn limit(&mut self, what: &str, value: f64, unit: &str, asked: f64) {
        let (is, limit) = (amount(value, unit), asked_for(asked, unit));
        self.row(what, is, limit, String::new(), verdict(value, asked));
    }

    /// Adds the ratio of two figures, with the highest ratio as its target.
    pub(crate) fn ratio(&mut self, what: &str, value: f64, base: f64, asked: f64) {
        let ratio = value / base;
        let (is, limit) = (format!("{ratio:.2} x"), format!("<= {asked:.2} x"));
        self.row(what, is, limit, String::new(), verdict(ratio, asked));
    }

    fn row(&mut self, what: &str, is: String, asked: String, over: String, verdict: &str) {
        self.rows
            .push([what.to_owned(), is, asked, over, verdict.to_owned()]);
    }
}

fn amount(value: f64, unit: &str) -> String {
    format!("{value:.0} {unit}")
}

fn asked_for(value: f64, unit: &str) -> String {
    format!("<= {}", amount(value, unit))
}

fn verdict(value: f64, asked: f64) -> &'static str {
    if value <= asked { "met" } else { "MISSED" }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| {
            self.rows
                .iter()
                .map(|row| row[column].len())
                .max()
                .unwrap_or(0)
        };
        let widths: [usize; 4] = [width(0), width(1), width(2), width(3)];
        for [what, is, asked, over, verdict] in &self.rows {
            writeln!(
                f,
                "{what:<0$}  {is:>1$}  {asked:>2$}  {over:>3$}  {verdict}",
                widths[0], widths[1], widths[2], widths[3]
            )?;
        }
        Ok(())
    }
}
