//! Sets of ports.

use std::fmt;
use std::str::FromStr;

/// Ports 1 to 65535 as ranges in ascending order, which neither overlap nor touch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::policy) struct Ports(Vec<(u16, u16)>);

impl Ports {
    pub(super) fn all() -> Ports {
        Ports(vec![(1, u16::MAX)])
    }

    pub(super) fn one(port: u16) -> Ports {
        Ports(vec![(port, port)])
    }

    pub(in crate::policy) fn contains(&self, port: u16) -> bool {
        let after = self.0.partition_point(|&(first, _)| first <= port);
        after > 0 && port <= self.0[after - 1].1
    }

    /// Adds the ports of the other set.
    pub(super) fn extend(&mut self, other: &Ports) {
        self.0.extend(&other.0);
        self.0.sort_unstable();
        self.0.dedup_by(|next, last| {
            let touches = next.0 <= last.1.saturating_add(1);
            if touches {
                last.1 = last.1.max(next.1);
            }
            touches
        });
    }
}

impl FromStr for Ports {
    type Err = ();

    fn from_str(text: &str) -> Result<Ports, ()> {
        if text == "*" {
            return Ok(Ports::all());
        }
        let mut ports = Ports::default();
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (port(first).ok_or(())?, port(last).ok_or(())?);
            if first == 0 || first > last {
                return Err(());
            }
            ports.extend(&Ports(vec![(first, last)]));
        }
        Ok(ports)
    }
}

/// Reads a port of decimal digits. `str::parse` would accept a sign.
pub(super) fn port(text: &str) -> Option<u16> {
    let is_number = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Ports::all() {
            return f.write_str("*");
        }
        for (i, (first, last)) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { "," };
            write!(f, "{comma}{first}")?;
            if first < last {
                write!(f, "-{last}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ports_are_shown_as_the_shortest_ranges() {
        for (given, shown) in [
            ("443", "443"),
            ("8443,443", "443,8443"),
            ("80,81,82,90", "80-82,90"),
            ("8000-8010,8005-8020", "8000-8020"),
            ("1-65535", "*"),
            ("65535,1-65534", "*"),
            ("7-7", "7"),
            ("0080", "80"),
        ] {
            assert_eq!(given.parse::<Ports>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn other_texts_are_no_ports() {
        for text in [
            "", "0", "65536", "+80", "-80", "80-", "9-8", "0-9", "80,", ",", "80 ", "a", "1-2-3",
            "*,80",
        ] {
            assert_eq!(text.parse::<Ports>(), Err(()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_list_has_the_ports_of_its_ranges(
            ranges in prop::collection::vec((1..=99u16, 1..=99u16), 1..6),
            port in 0..110u16,
        ) {
            let ranges: Vec<_> = ranges.into_iter().map(|(a, b)| (a.min(b), a.max(b))).collect();
            let text: Vec<_> = ranges.iter().map(|(a, b)| format!("{a}-{b}")).collect();
            let ports: Ports = text.join(",").parse().unwrap();
            let expected = ranges.iter().any(|(a, b)| (*a..=*b).contains(&port));
            prop_assert_eq!(ports.contains(port), expected);
            prop_assert_eq!(ports.to_string().parse(), Ok(ports));
        }
    }
}
