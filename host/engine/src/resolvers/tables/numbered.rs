//! The tables of services and of protocols.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::parse::{ProtocolLine, ServiceLine};
use crate::types::{Answer, ProtocolEntry, ServiceEntry};

/// Services by name and by port, with their answers.
#[derive(Default)]
pub(super) struct Services {
    by_name: FxHashMap<Box<str>, Matches>,
    by_port: FxHashMap<u16, Matches>,
    lines: usize,
}

/// The first matching service of each protocol.
struct Matches {
    /// The protocol and the answer of the first match.
    first: (Arc<str>, Arc<Answer>),
    /// The answers of other protocols, by the protocol in lower case.
    others: FxHashMap<Box<str>, Arc<Answer>>,
}

impl Matches {
    /// The first match with this protocol, or with any (`S-R12`: a null proto takes the first).
    fn find(&self, protocol: Option<&str>) -> Option<&Arc<Answer>> {
        let (first, answer) = &self.first;
        match protocol {
            Some(asked) if !asked.eq_ignore_ascii_case(first) => self.others.get(&*folded(asked)),
            _ => Some(answer),
        }
    }
}

impl Services {
    pub(super) fn new(lines: Vec<ServiceLine>) -> Services {
        let mut services = Services {
            lines: lines.len(),
            ..Services::default()
        };
        for ServiceLine {
            names,
            port,
            protocol,
        } in lines
        {
            let (name, aliases) = split(&names);
            let found: Arc<str> = protocol.as_str().into();
            let answer = Arc::new(Answer::Service(ServiceEntry {
                name,
                aliases,
                port,
                protocol,
            }));
            for name in &names {
                add(&mut services.by_name, folded(name).into(), &found, &answer);
            }
            add(&mut services.by_port, port, &found, &answer);
        }
        services
    }

    pub(super) fn by_name(&self, name: &str, protocol: Option<&str>) -> Option<&Arc<Answer>> {
        self.by_name.get(&*folded(name))?.find(protocol)
    }

    pub(super) fn by_port(&self, port: u16, protocol: Option<&str>) -> Option<&Arc<Answer>> {
        self.by_port.get(&port)?.find(protocol)
    }

    /// The number of entries.
    pub(super) fn len(&self) -> usize {
        self.lines
    }
}

/// Protocols by name and by number, with their answers.
#[derive(Default)]
pub(super) struct Protocols {
    by_name: FxHashMap<Box<str>, Arc<Answer>>,
    by_number: FxHashMap<i32, Arc<Answer>>,
    lines: usize,
}

impl Protocols {
    pub(super) fn new(lines: Vec<ProtocolLine>) -> Protocols {
        let mut protocols = Protocols {
            lines: lines.len(),
            ..Protocols::default()
        };
        for ProtocolLine { names, number } in lines {
            let (name, aliases) = split(&names);
            let answer = Arc::new(Answer::Protocol(ProtocolEntry {
                name,
                aliases,
                number,
            }));
            for name in &names {
                let entry = protocols.by_name.entry(folded(name).into());
                entry.or_insert_with(|| answer.clone());
            }
            protocols.by_number.entry(number).or_insert(answer);
        }
        protocols
    }

    pub(super) fn by_name(&self, name: &str) -> Option<&Arc<Answer>> {
        self.by_name.get(&*folded(name))
    }

    pub(super) fn by_number(&self, number: i32) -> Option<&Arc<Answer>> {
        self.by_number.get(&number)
    }

    /// The number of entries.
    pub(super) fn len(&self) -> usize {
        self.lines
    }
}

/// Adds a match, unless an earlier line has the key with the same protocol.
fn add<K: Eq + Hash>(
    to: &mut FxHashMap<K, Matches>,
    key: K,
    protocol: &Arc<str>,
    answer: &Arc<Answer>,
) {
    match to.entry(key) {
        Entry::Vacant(entry) => {
            entry.insert(Matches {
                first: (protocol.clone(), answer.clone()),
                others: FxHashMap::default(),
            });
        }
        Entry::Occupied(mut entry) => {
            let matches = entry.get_mut();
            if !protocol.eq_ignore_ascii_case(&matches.first.0) {
                let other = matches.others.entry(folded(protocol).into());
                other.or_insert_with(|| answer.clone());
            }
        }
    }
}

/// The name in lower case. Allocates only if the name has capitals.
fn folded(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// The official name, and the aliases. The parser gives at least one name.
fn split(names: &[String]) -> (String, Vec<String>) {
    (names[0].clone(), names[1..].to_vec())
}
