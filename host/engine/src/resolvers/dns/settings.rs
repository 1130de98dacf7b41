//! Settings, and the names of a search.

use std::borrow::Cow;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::lookup::Lookup;
use crate::names::{self, HostName};

/// The longest name of DNS, without its trailing dot.
const MAX_NAME_BYTES: usize = 253;

/// The settings of resolv.conf, with its defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) servers: Vec<SocketAddr>,
    /// Domains, without trailing dots.
    pub(super) search: Vec<Box<str>>,
    pub(super) ndots: u8,
    pub(super) timeout: Duration,
    pub(super) tries: u8,
    pub(super) rotate: bool,
    pub(super) tcp: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            servers: Vec::new(),
            search: Vec::new(),
            ndots: 1,
            timeout: Duration::from_secs(5),
            tries: 2,
            rotate: false,
            tcp: false,
        }
    }
}

impl Settings {
    /// The name of this step of a search, from 0. `None` past the last step. An empty name stands
    /// for one that is too long to exist.
    pub(super) fn name<'a>(&self, lookup: &'a Lookup, step: usize) -> Option<Cow<'a, str>> {
        let name = match lookup {
            Lookup::HostByName(name) => name,
            Lookup::HostByAddress(address) if step == 0 => {
                return Some(Cow::Owned(reverse(*address)));
            }
            _ => return None,
        };
        if name.ends_with('.') {
            return (step == 0).then_some(Cow::Borrowed(given_name(lookup)));
        }
        let dots = name.bytes().filter(|&byte| byte == b'.').count();
        let itself = if dots >= usize::from(self.ndots) {
            0
        } else {
            self.search.len()
        };
        if step == itself {
            return Some(Cow::Borrowed(name));
        }
        let domain = self.search.get(step - usize::from(step > itself))?;
        let long = format!("{name}.{domain}");
        Some(Cow::Owned(if long.len() > MAX_NAME_BYTES {
            String::new()
        } else {
            long
        }))
    }
}

/// The name of a lookup, without its trailing dot.
pub(super) fn given_name(lookup: &Lookup) -> &str {
    match lookup {
        Lookup::HostByName(name) => name.strip_suffix('.').unwrap_or(name),
        _ => "",
    }
}

/// A domain of a search list in canonical form. `None` if it is no domain, or the root.
pub(super) fn domain(text: &str) -> Option<Box<str>> {
    match names::canonical_host(text.as_bytes().into(), MAX_NAME_BYTES + 1)? {
        HostName::Name(name) => Some(name.strip_suffix('.').unwrap_or(&name).into()),
        _ => None,
    }
}

/// The name under `in-addr.arpa` that has an address' PTR records.
fn reverse(address: Ipv4Addr) -> String {
    let [a, b, c, d] = address.octets();
    format!("{d}.{c}.{b}.{a}.in-addr.arpa")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(name: &str, ndots: u8, search: &[&str]) -> Vec<String> {
        let settings = Settings {
            search: search.iter().map(|&domain| domain.into()).collect(),
            ndots,
            ..Settings::default()
        };
        let lookup = Lookup::HostByName(name.into());
        (0..)
            .map_while(|step| settings.name(&lookup, step).map(Cow::into_owned))
            .collect()
    }

    #[test]
    fn name_with_ndots_dots_is_tried_as_it_is_first() {
        let search = ["x.test", "y.test"];
        assert_eq!(
            names("a.b", 1, &search),
            ["a.b", "a.b.x.test", "a.b.y.test"]
        );
        assert_eq!(names("a", 1, &search), ["a.x.test", "a.y.test", "a"]);
        assert_eq!(
            names("a.b", 2, &search),
            ["a.b.x.test", "a.b.y.test", "a.b"]
        );
        assert_eq!(names("a", 0, &search), ["a", "a.x.test", "a.y.test"]);
        assert_eq!(names("a", 1, &[]), ["a"]);
    }

    #[test]
    fn name_with_a_trailing_dot_is_not_searched() {
        assert_eq!(names("a.", 1, &["x.test"]), ["a"]);
    }

    #[test]
    fn completed_name_that_is_too_long_is_empty() {
        let long = format!("{}a", "abc.".repeat(62));
        assert_eq!(names(&long, 1, &["x.test"]), [&long, ""]);
    }

    #[test]
    fn address_is_looked_up_under_in_addr_arpa() {
        let lookup = Lookup::HostByAddress(Ipv4Addr::new(192, 0, 2, 10));
        let settings = Settings {
            search: vec!["x.test".into()],
            ..Settings::default()
        };
        assert_eq!(
            settings.name(&lookup, 0).unwrap(),
            "10.2.0.192.in-addr.arpa"
        );
        assert_eq!(settings.name(&lookup, 1), None);
    }
}
