//! Scripts and their rules.

use std::hash::Hash;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::resolver::{ByTransport, Scripted};
use super::steps::{Step, Steps, Timing};
use crate::lookup::Lookup;
use crate::names::{self, HostName};
use crate::text::DisplayText;
use crate::types::{Answer, ErrorCode, Outcome};

/// The longest host name of a rule.
const MAX_NAME_BYTES: usize = 255;

/// Rules that make a [`Scripted`] resolver. See the [module](super).
///
/// ```
/// use winsock_async_engine::HostEntry;
/// use winsock_async_engine::resolvers::{Rule, Script};
///
/// let web = HostEntry::new("web.test", [[192, 0, 2, 1].into()]);
/// let scripted = Script::new()
///     .rule(Rule::host("www.test").answer(web))
///     .rule(Rule::host("stuck.test").never())
///     .build()?;
/// # let _ = scripted;
/// # Ok::<(), winsock_async_engine::resolvers::RuleError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Script {
    rules: Vec<Rule>,
}

impl Script {
    /// A script without rules, which finds nothing.
    pub fn new() -> Script {
        Script::default()
    }

    /// Adds a rule. Rules for one lookup apply in the order of the calls, and the last one stays.
    pub fn rule(mut self, rule: Rule) -> Script {
        self.rules.push(rule);
        self
    }

    /// Makes the resolver.
    ///
    /// # Errors
    ///
    /// The first rule that is invalid.
    pub fn build(self) -> Result<Scripted, RuleError> {
        let mut scripted = Scripted {
            hosts: FxHashMap::default(),
            addresses: FxHashMap::default(),
            services: FxHashMap::default(),
            ports: FxHashMap::default(),
            protocols: FxHashMap::default(),
            numbers: FxHashMap::default(),
            gate: Arc::default(),
        };
        for rule in self.rules {
            rule.check()?;
            rule.add_to(&mut scripted);
        }
        Ok(scripted)
    }
}

/// A lookup, and how it ends.
#[derive(Clone, Debug)]
#[must_use]
pub struct Rule {
    lookup: Lookup,
    outcome: Option<Outcome>,
    addresses: Option<Vec<IpAddr>>,
    delay: Option<Duration>,
    never: bool,
    now: bool,
}

impl Rule {
    /// A rule for a host by its name, in any spelling that IDNA maps to it. It serves lookups of
    /// each family: see [`addresses`](Self::addresses).
    pub fn host(name: &str) -> Rule {
        Rule::new(Lookup::HostByName(name.into()))
    }

    /// A rule for a host by its address.
    pub fn address(address: impl Into<IpAddr>) -> Rule {
        Rule::new(match address.into() {
            IpAddr::V4(address) => Lookup::HostByAddress(address),
            address => Lookup::NameOf(address),
        })
    }

    /// A rule for a service by its name, for lookups with this protocol or none. Without a
    /// protocol, it applies to lookups with any.
    pub fn service(name: &str, protocol: Option<&str>) -> Rule {
        let protocol = protocol.map(Into::into);
        Rule::new(Lookup::ServiceByName {
            name: name.into(),
            protocol,
        })
    }

    /// A rule for a service by its port, for lookups with this protocol or none. Without a
    /// protocol, it applies to lookups with any.
    pub fn service_port(port: u16, protocol: Option<&str>) -> Rule {
        let protocol = protocol.map(Into::into);
        Rule::new(Lookup::ServiceByPort { port, protocol })
    }

    /// A rule for a protocol by its name.
    pub fn protocol(name: &str) -> Rule {
        Rule::new(Lookup::ProtocolByName(name.into()))
    }

    /// A rule for a protocol by its number.
    pub fn protocol_number(number: i32) -> Rule {
        Rule::new(Lookup::ProtocolByNumber(number))
    }

    /// A rule for this lookup.
    pub fn new(lookup: Lookup) -> Rule {
        Rule {
            lookup,
            outcome: None,
            addresses: None,
            delay: None,
            never: false,
            now: false,
        }
    }

    /// Sets the answer.
    pub fn answer(mut self, answer: impl Into<Answer>) -> Rule {
        self.outcome = Some(Ok(Arc::new(answer.into())));
        self
    }

    /// Sets the addresses of both families for a host's answer, in the order in which lookups of
    /// addresses get them. Default: the IPv4 addresses of the answer.
    pub fn addresses(mut self, addresses: impl IntoIterator<Item = IpAddr>) -> Rule {
        self.addresses = Some(addresses.into_iter().collect());
        self
    }

    /// Sets an error instead of an answer.
    pub fn error(mut self, error: ErrorCode) -> Rule {
        self.outcome = Some(Err(error));
        self
    }

    /// Sets how long the lookup takes on a worker, unless a test releases it before. Default: 0.
    pub fn delay(mut self, delay: Duration) -> Rule {
        self.delay = Some(delay);
        self
    }

    /// Makes the lookup last until a test [releases](super::ScriptControl::release) it.
    pub fn never(mut self) -> Rule {
        self.never = true;
        self
    }

    /// Answers the lookup at once, on the guest's thread.
    pub fn now(mut self) -> Rule {
        self.now = true;
        self
    }

    pub(super) fn check(&self) -> Result<(), RuleError> {
        if let Some(name) = self.lookup.host_name() {
            host_key(name).ok_or_else(|| RuleError::HostName(name.into()))?;
        }
        if (self.now && (self.never || self.delay.is_some()))
            || (self.never && self.delay.is_some())
        {
            return Err(RuleError::Contradiction);
        }
        match &self.outcome {
            None if self.never => Ok(()),
            None => Err(RuleError::NoOutcome),
            Some(Ok(answer)) if !self.is_answered_by(answer) => Err(RuleError::WrongKind),
            Some(_) => Ok(()),
        }
    }

    fn is_answered_by(&self, answer: &Arc<Answer>) -> bool {
        match (&self.lookup, &**answer) {
            (Lookup::HostByName(_), Answer::Host(_)) if self.addresses.is_some() => {
                self.addresses.as_ref().is_some_and(|all| !all.is_empty())
            }
            (Lookup::NameOf(_), Answer::Host(_)) => true,
            _ => self.lookup.checked(Ok(answer.clone())).is_ok(),
        }
    }

    fn add_to(self, scripted: &mut Scripted) {
        let step = Step {
            outcome: self.outcome.unwrap_or(Err(self.lookup.miss())),
            addresses: self.addresses,
            timing: match (self.now, self.never) {
                (true, _) => Timing::AtOnce,
                (_, true) => Timing::OnRelease,
                _ => Timing::After(self.delay.unwrap_or_default()),
            },
        };
        match self.lookup {
            Lookup::HostByName(name) | Lookup::Addresses { name, .. } => {
                // `check` has found it valid.
                add(&mut scripted.hosts, host_key(&name).unwrap_or(name), step);
            }
            Lookup::HostByAddress(address) => {
                add(&mut scripted.addresses, address.into(), step);
            }
            Lookup::NameOf(address) => add(&mut scripted.addresses, address, step),
            Lookup::ServiceByName { name, protocol } => {
                let to = scripted
                    .services
                    .entry(name.to_ascii_lowercase().into())
                    .or_default();
                add_transport(to, protocol, step);
            }
            Lookup::ServiceByPort { port, protocol } => {
                add_transport(scripted.ports.entry(port).or_default(), protocol, step);
            }
            Lookup::ProtocolByName(name) => {
                add(
                    &mut scripted.protocols,
                    name.to_ascii_lowercase().into(),
                    step,
                );
            }
            Lookup::ProtocolByNumber(number) => add(&mut scripted.numbers, number, step),
        }
    }
}

/// Why a rule is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// No host can have this name, or it is an address.
    #[error("`{}` is not a host name", DisplayText::name(.0.as_bytes()))]
    HostName(Box<str>),
    /// The rule does not say how the lookup ends.
    #[error("a rule needs an answer, an error, or `never`")]
    NoOutcome,
    /// The answer is not of the lookup's kind, or is a host without an address.
    #[error("the answer is not of the lookup's kind, or is not complete")]
    WrongKind,
    /// The rule has more than one of `now`, `never` and a delay.
    #[error("a rule has at most one of `now`, `never` and a delay")]
    Contradiction,
    /// The rule of a file has no key for its lookup, or several.
    #[error(
        "a rule has exactly one of `host`, `address`, `service`, `service-port`, `protocol` \
         and `protocol-number`"
    )]
    Asked,
    /// The answer lacks this part.
    #[error("the answer needs `{0}`")]
    Missing(&'static str),
    /// The rule has a part that does not apply to its lookup.
    #[error("`{0}` has no meaning in this rule")]
    Unused(&'static str),
}

fn add<K: Eq + Hash>(to: &mut FxHashMap<K, Steps>, key: K, step: Step) {
    match to.get_mut(&key) {
        Some(steps) => steps.push(step),
        None => {
            to.insert(key, Steps::new(step));
        }
    }
}

fn add_transport(to: &mut ByTransport, transport: Option<Box<str>>, step: Step) {
    let same = |other: &Option<Box<str>>| match (other, &transport) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        (a, b) => a == b,
    };
    match to.iter_mut().find(|(other, _)| same(other)) {
        Some((_, steps)) => steps.push(step),
        None => to.push((transport, Steps::new(step))),
    }
}

/// The name in canonical form, without a trailing dot.
fn host_key(name: &str) -> Option<Box<str>> {
    match names::canonical_host(name.as_bytes().into(), MAX_NAME_BYTES)? {
        HostName::Name(name) => Some(names::without_dot(name)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lookup::Resolver;
    use crate::types::{HostEntry, ProtocolEntry};
    use std::net::Ipv4Addr;

    fn host() -> HostEntry {
        HostEntry::new("a.test", [Ipv4Addr::LOCALHOST])
    }

    fn error(rule: Rule) -> RuleError {
        Script::new().rule(rule).build().unwrap_err()
    }

    #[test]
    fn invalid_rules_are_refused() {
        let rule = || Rule::host("a.test").answer(host());
        assert_eq!(error(Rule::host("a.test")), RuleError::NoOutcome);
        assert_eq!(error(rule().now().never()), RuleError::Contradiction);
        assert_eq!(
            error(rule().now().delay(Duration::ZERO)),
            RuleError::Contradiction
        );
        assert_eq!(
            error(rule().never().delay(Duration::ZERO)),
            RuleError::Contradiction
        );
        let protocol = ProtocolEntry {
            name: "tcp".into(),
            aliases: vec![],
            number: 6,
        };
        assert_eq!(
            error(Rule::host("a.test").answer(protocol)),
            RuleError::WrongKind
        );
        for name in ["", "a b", "127.0.0.1", "::1"] {
            assert_eq!(
                error(Rule::host(name).answer(host())),
                RuleError::HostName(name.into())
            );
        }
    }

    #[test]
    fn host_is_found_by_its_canonical_name() {
        let scripted = Script::new()
            .rule(Rule::host("B\u{fc}cher.Test.").answer(host()))
            .build();
        let asked = Lookup::HostByName("xn--bcher-kva.test".into());
        assert!(scripted.unwrap().resolve_blocking(&asked).is_ok());
    }
}
