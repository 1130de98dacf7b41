//! The search list: which names a lookup is asked by, in which order, and what comes of them.
//!
//! The order and the errors are those of glibc, except where `docs/resolvers.md` says otherwise.
//! Nothing here asks a server: the event loop sends the questions.

#![cfg_attr(
    not(feature = "dns"),
    allow(dead_code, reason = "`System` uses the search list alone")
)]

mod state;
#[cfg(test)]
mod tests;

pub(crate) use self::state::{Miss, Next, SearchState};
use super::special;
use crate::lookup::Lookup;
use crate::names::{self, HostName, MAX_HOST_BYTES};
use crate::policy::Policy;

/// The most domains of a search list.
pub(crate) const MAX_DOMAINS: usize = 64;

/// The settings of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SearchList {
    /// Domains without trailing dots, at most [`MAX_DOMAINS`]. The root is empty, and stands for
    /// the name as it was given.
    pub(crate) domains: Vec<Box<str>>,
    /// A name with as many dots is asked as it was given first.
    pub(crate) ndots: u8,
    /// Whether a name without a dot is never asked as it was given.
    pub(crate) no_tld_query: bool,
}

impl Default for SearchList {
    fn default() -> SearchList {
        SearchList {
            domains: Vec::new(),
            ndots: 1,
            no_tld_query: false,
        }
    }
}

/// A lookup, and the domains that may complete its name. Equal searches ask the same questions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Search {
    pub(crate) lookup: Lookup,
    /// One bit for each domain, from the lowest.
    domains: u64,
}

/// A search by no domain, with a borrowed lookup. Its hash is that of [`Search::from`].
#[derive(Hash)]
pub(crate) struct SearchByNone<'a> {
    lookup: &'a Lookup,
    domains: u64,
}

impl<'a> From<&'a Lookup> for SearchByNone<'a> {
    fn from(lookup: &'a Lookup) -> SearchByNone<'a> {
        SearchByNone { lookup, domains: 0 }
    }
}

impl PartialEq<Search> for SearchByNone<'_> {
    fn eq(&self, search: &Search) -> bool {
        (self.lookup, self.domains) == (&search.lookup, search.domains)
    }
}

impl SearchList {
    /// Whether a name is asked as it was given before the search list completes it.
    pub(crate) fn is_as_given_first(&self, lookup: &Lookup) -> bool {
        match lookup.host_name() {
            Some(name) => {
                let dots = name.bytes().filter(|&byte| byte == b'.').count();
                self.domains.is_empty() || name.ends_with('.') || dots >= usize::from(self.ndots)
            }
            None => true,
        }
    }
}

impl From<Lookup> for Search {
    /// A search by no domain.
    fn from(lookup: Lookup) -> Search {
        Search { lookup, domains: 0 }
    }
}

impl Search {
    /// A search by the domains whose names the policy allows (`S-R16`). Without a policy, that is
    /// the root alone.
    pub(crate) fn new(lookup: Lookup, list: &SearchList, policy: Option<&Policy>) -> Search {
        let mut domains = 0;
        if let Some(name) = lookup.host_name()
            && !name.ends_with('.')
        {
            let mut full = String::new();
            for (i, domain) in list.domains.iter().enumerate() {
                let is_allowed = domain.is_empty() || {
                    full.clear();
                    full.extend([name, ".", domain]);
                    full.len() <= MAX_HOST_BYTES
                        && !special::is_special(&full)
                        && policy.is_some_and(|policy| policy.allows_name(&full))
                };
                domains |= u64::from(is_allowed) << i;
            }
        }
        Search { lookup, domains }
    }

    fn allows(&self, domain: usize) -> bool {
        self.domains >> domain & 1 != 0
    }
}

/// The name of a lookup, without its trailing dot.
pub(crate) fn given_name(lookup: &Lookup) -> &str {
    let name = lookup.host_name().unwrap_or_default();
    name.strip_suffix('.').unwrap_or(name)
}

/// A domain of a search list in canonical form, the root as the empty string. `None` if it is no
/// domain.
pub(crate) fn domain(text: &str) -> Option<Box<str>> {
    if text == "." {
        return Some("".into());
    }
    match names::canonical_host(text.as_bytes().into(), MAX_HOST_BYTES + 1)? {
        HostName::Name(name) => Some(names::without_dot(name)),
        _ => None,
    }
}
