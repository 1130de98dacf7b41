//! `--policy-trace`: a policy that allows exactly what the guest asked for.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use winsock_async_engine::observe::{Observer, QueryKind, RequestId};
use winsock_async_engine::policy::{
    ConnectPattern, ConnectionDenied, ConnectionRule, ListenPattern, Pattern, to_toml,
};
use winsock_async_engine::{NameQuery, Query};

use crate::output::Output;
use crate::stall::Writes;

/// The most entries of a kind. A guest that asks for more names makes no useful policy.
const MAX_ENTRIES: usize = 100_000;

/// The trace of one run.
pub(crate) struct PolicyTrace {
    asked: Arc<Asked>,
    option: String,
    file: Output,
}

impl PolicyTrace {
    /// Checks that the file can be written, so that a wrong path is an error before the guest runs.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn create(path: &Path) -> Result<PolicyTrace> {
        let option = format!("--policy-trace {}", path.display());
        let file = Output::open(path).with_context(|| option.clone())?;
        let asked = Arc::default();
        Ok(PolicyTrace {
            asked,
            option,
            file,
        })
    }

    /// The observer that records what the guest asks for.
    pub(crate) fn recorder(&self) -> Arc<Asked> {
        Arc::clone(&self.asked)
    }

    /// Writes the policy.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn write(self, writes: &Writes) -> Result<()> {
        let text = self.asked.to_toml();
        self.file
            .write(writes, |to| to.write_all(text.as_bytes()))
            .with_context(|| self.option)
    }
}

/// What the guest has asked for.
#[derive(Default)]
pub(crate) struct Asked(Mutex<Sets>);

/// Patterns by their text.
#[derive(Default)]
struct Sets {
    allow: BTreeSet<String>,
    connect: BTreeSet<String>,
    listen: BTreeSet<String>,
}

impl Asked {
    fn add(&self, set: impl FnOnce(&mut Sets) -> &mut BTreeSet<String>, entry: String) {
        let mut sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let set = set(&mut sets);
        if set.len() < MAX_ENTRIES {
            set.insert(entry);
        }
    }

    fn add_rule(&self, rule: &ConnectionRule) {
        match rule {
            ConnectionRule::Connect(rule) => self.add(|sets| &mut sets.connect, rule.to_string()),
            ConnectionRule::ConnectEach(rules) => {
                for rule in rules {
                    self.add(|sets| &mut sets.connect, rule.to_string());
                }
            }
            ConnectionRule::Listen(rule) => self.add(|sets| &mut sets.listen, rule.to_string()),
            // The connection itself comes next.
            _ => {}
        }
    }

    fn to_toml(&self) -> String {
        fn parsed<P: std::str::FromStr>(set: &BTreeSet<String>) -> Vec<P> {
            set.iter().filter_map(|text| text.parse().ok()).collect()
        }
        let sets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        to_toml(
            &parsed::<Pattern>(&sets.allow),
            &parsed::<ConnectPattern>(&sets.connect),
            &parsed::<ListenPattern>(&sets.listen),
        )
    }
}

impl Observer for Asked {
    fn wants_queries(&self) -> bool {
        true
    }

    fn request(&self, _: RequestId, _: QueryKind, query: Option<&Query>) {
        let asked = match query {
            Some(Query::HostByName(name) | Query::Addresses(NameQuery { name, .. })) => {
                String::from_utf8_lossy(name).into_owned()
            }
            Some(Query::HostByAddress(query)) => match <[u8; 4]>::try_from(&*query.address) {
                Ok(octets) => Ipv4Addr::from(octets).to_string(),
                Err(_) => return,
            },
            Some(Query::NameOf(address)) => IpAddr::from(*address).to_string(),
            _ => return,
        };
        // A guest's star is no pattern.
        if !asked.contains('*')
            && let Ok(pattern) = asked.parse::<Pattern>()
        {
            self.add(|sets| &mut sets.allow, pattern.to_string());
        }
    }

    fn wants_connections(&self) -> bool {
        true
    }

    fn connection_allowed(&self, _: u64, rule: &ConnectionRule) {
        self.add_rule(rule);
    }

    fn connection_denied(&self, _: u64, denied: &ConnectionDenied) {
        self.add_rule(&denied.rule);
    }
}
