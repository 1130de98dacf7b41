//! The table of hosts.

use std::net::Ipv4Addr;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::parse::HostLine;
use crate::types::{Answer, HostEntry};

/// Hosts by name and by address, with their answers.
pub(super) struct Hosts {
    /// By canonical name without a trailing dot.
    by_name: FxHashMap<Box<str>, Arc<Answer>>,
    by_address: FxHashMap<Ipv4Addr, Arc<Answer>>,
}

impl Hosts {
    pub(super) fn new(lines: Vec<HostLine>) -> Hosts {
        let mut lines_of: FxHashMap<Box<str>, Vec<usize>> = FxHashMap::default();
        for (i, line) in lines.iter().enumerate() {
            for key in &line.keys {
                let lines = lines_of.entry(key.clone()).or_default();
                if lines.last() != Some(&i) {
                    lines.push(i);
                }
            }
        }
        let mut by_address = FxHashMap::default();
        // Names of the same lines share an answer.
        let mut answers: FxHashMap<Vec<usize>, Arc<Answer>> = FxHashMap::default();
        for (i, line) in lines.iter().enumerate() {
            let answer = answers
                .entry(vec![i])
                .or_insert_with(|| merged(&lines, &[i]));
            by_address
                .entry(line.address)
                .or_insert_with(|| answer.clone());
        }
        let by_name = lines_of
            .into_iter()
            .map(|(name, on)| match answers.get(&on) {
                Some(answer) => (name, answer.clone()),
                None => {
                    let answer = merged(&lines, &on);
                    answers.insert(on, answer.clone());
                    (name, answer)
                }
            })
            .collect();
        Hosts {
            by_name,
            by_address,
        }
    }

    pub(super) fn by_name(&self, name: &str) -> Option<&Arc<Answer>> {
        self.by_name.get(name.strip_suffix('.').unwrap_or(name))
    }

    pub(super) fn by_address(&self, address: Ipv4Addr) -> Option<&Arc<Answer>> {
        self.by_address.get(&address)
    }

    /// The number of names.
    pub(super) fn len(&self) -> usize {
        self.by_name.len()
    }
}

/// An answer with the names of the first of these lines, and each address of these lines once.
fn merged(lines: &[HostLine], on: &[usize]) -> Arc<Answer> {
    let mut seen = rustc_hash::FxHashSet::default();
    let addresses = on
        .iter()
        .map(|&i| lines[i].address)
        .filter(|&a| seen.insert(a));
    let first = &lines[on[0]];
    let aliases = first.names.iter().skip(1).cloned();
    Arc::new(
        HostEntry::new(&*first.names[0], addresses)
            .with_aliases(aliases)
            .into(),
    )
}
