//! The table that is printed at the end.

use std::fmt;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::process::Sample;
use crate::resolver::Mixed;
use crate::totals::Totals;

/// The figures of a run without a discrepancy.
pub(crate) struct Outcome {
    /// The ends of guests and requests.
    pub totals: Totals,
    /// The resolver's counts: lookups that ended at once, and those that a worker has begun.
    pub lookups: [u64; 2],
    /// The process after each tenth.
    pub samples: Vec<Sample>,
    /// The duration of the run.
    pub time: Duration,
}

impl Outcome {
    /// The figures of a run with these totals.
    pub(crate) fn new(
        totals: Totals,
        resolver: &Mixed,
        samples: Vec<Sample>,
        time: Duration,
    ) -> Outcome {
        let [asked, later, begun] = [&resolver.asked, &resolver.later, &resolver.begun]
            .map(|count| count.load(Ordering::SeqCst));
        Outcome {
            totals,
            lookups: [asked - later, begun],
            samples,
            time,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let a = &self.totals;
        let mut row = |what: &str, count: u64| writeln!(f, "{what:<44}{:>12}", grouped(count));
        row("guests", a.guests())?;
        row("  cleaned up", a.cleaned_up)?;
        row("  returned without a clean-up", a.returned)?;
        row("  trapped", a.trapped)?;
        row("  dropped in a call", a.dropped)?;
        row("requests", a.requests)?;
        row("  completed, each once", a.taken())?;
        row("    with an answer", a.answered)?;
        row("    with an error", a.failed)?;
        row("  cancelled", a.cancelled)?;
        row("  gone with a clean-up", a.cleaned)?;
        row("  gone with their guest", a.gone)?;
        row("refused at the limit", a.refused)?;
        row("cancels that came too late (WSAEALREADY)", a.late)?;
        row("cancels of no request (WSAEINVAL)", a.invalid)?;
        row("answered on the guest's thread", self.lookups[0])?;
        row("looked up by workers", self.lookups[1])?;
        let figures =
            |f: &mut fmt::Formatter<'_>, what: &str, of: &dyn Fn(&Sample) -> Option<String>| {
                let values: Option<Vec<_>> = self.samples.iter().map(of).collect();
                match values {
                    Some(values) => writeln!(f, "{what}, after each tenth: {}", values.join(" ")),
                    None => writeln!(f, "{what}: this system does not say"),
                }
            };
        figures(f, "MiB resident", &|s| {
            Some(format!("{:.1}", mib(s.resident?)))
        })?;
        figures(f, "MiB allocated", &|s| Some(format!("{:.2}", mib(s.heap))))?;
        figures(f, "threads", &|s| Some(s.threads?.to_string()))?;
        let seconds = self.time.as_secs_f64();
        let rate = a.requests as f64 / seconds;
        writeln!(
            f,
            "{seconds:.1} s, {} requests a second",
            grouped(rate as u64)
        )
    }
}

/// A number with commas, such as 10,000,000.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A size in MiB, with one digit after the point.
pub(crate) fn mebibytes(bytes: usize) -> String {
    format!("{:.1} MiB", mib(bytes))
}

fn mib(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_have_a_comma_before_each_three_digits() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
