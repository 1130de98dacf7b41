//! The resolver: finds the rule for a lookup.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::control::{Gate, ScriptControl};
use super::steps::Steps;
use crate::lookup::{Lookup, Resolution, Resolver};
use crate::types::Outcome;

/// Answers as a [`Script`](super::Script) says. See the [module](super).
///
/// # Limits
///
/// - A lookup that never ends keeps its worker thread.
/// - A rule matches the whole name: there are no patterns.
pub struct Scripted {
    pub(super) hosts: FxHashMap<Box<str>, Steps>,
    pub(super) addresses: FxHashMap<IpAddr, Steps>,
    /// By name in lower case.
    pub(super) services: FxHashMap<Box<str>, ByTransport>,
    pub(super) ports: FxHashMap<u16, ByTransport>,
    /// By name in lower case.
    pub(super) protocols: FxHashMap<Box<str>, Steps>,
    pub(super) numbers: FxHashMap<i32, Steps>,
    pub(super) gate: Arc<Gate>,
}

/// Steps by transport, in the order of the script.
pub(super) type ByTransport = Vec<(Option<Box<str>>, Steps)>;

impl Scripted {
    /// A handle that shows a test which lookups reach the resolver, and that lets the test end
    /// them. Lookups are recorded from the first call of this method on.
    pub fn control(&self) -> ScriptControl {
        ScriptControl::new(self.gate.clone())
    }

    fn steps(&self, lookup: &Lookup) -> Option<&Steps> {
        let transport = |steps: &'_ ByTransport, asked: &Option<Box<str>>| {
            steps
                .iter()
                .position(|(transport, _)| match (transport, asked) {
                    (Some(transport), Some(asked)) => transport.eq_ignore_ascii_case(asked),
                    _ => true,
                })
        };
        match lookup {
            Lookup::HostByName(name) | Lookup::Addresses { name, .. } => {
                self.hosts.get(name.strip_suffix('.').unwrap_or(name))
            }
            Lookup::HostByAddress(address) => self.addresses.get(&IpAddr::V4(*address)),
            Lookup::NameOf(address) => self.addresses.get(address),
            Lookup::ServiceByName { name, protocol } => {
                let steps = self.services.get(&*name.to_ascii_lowercase())?;
                Some(&steps[transport(steps, protocol)?].1)
            }
            Lookup::ServiceByPort { port, protocol } => {
                let steps = self.ports.get(port)?;
                Some(&steps[transport(steps, protocol)?].1)
            }
            Lookup::ProtocolByName(name) => self.protocols.get(&*name.to_ascii_lowercase()),
            Lookup::ProtocolByNumber(number) => self.numbers.get(number),
        }
    }
}

impl Resolver for Scripted {
    /// Lock-free: the rules do not change, the current step is a counter, and the record is a
    /// lock-free queue.
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        let resolution = match self.steps(lookup) {
            None => Resolution::NotFound,
            Some(steps) => match steps.take_if_at_once() {
                Some(step) => Resolution::Ready(step.outcome_for(lookup)),
                None => Resolution::Blocking,
            },
        };
        if resolution != Resolution::Blocking {
            self.gate.record(lookup);
        }
        resolution
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        self.gate.record(lookup);
        match self.steps(lookup) {
            None => Err(lookup.miss()),
            Some(steps) => {
                let step = steps.take();
                self.gate.wait(lookup, step.timing);
                step.outcome_for(lookup)
            }
        }
    }
}

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.hosts.len()
            + self.addresses.len()
            + self.services.len()
            + self.ports.len()
            + self.protocols.len()
            + self.numbers.len();
        f.debug_struct("Scripted")
            .field("keys", &keys)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Rule, Script};
    use super::*;
    use crate::types::{AddressFamily, Answer, ErrorCode, HostEntry, ServiceEntry};
    use std::net::Ipv4Addr;
    use std::thread;
    use std::time::Duration;

    fn host(name: &str) -> Lookup {
        Lookup::HostByName(name.into())
    }

    fn entry(last: u8) -> HostEntry {
        HostEntry::new("a.test", [Ipv4Addr::new(192, 0, 2, last)])
    }

    fn found(last: u8) -> Outcome {
        Ok(Arc::new(Answer::Host(entry(last))))
    }

    fn rule() -> Rule {
        Rule::host("a.test")
    }

    fn script(rules: impl IntoIterator<Item = Rule>) -> Scripted {
        rules
            .into_iter()
            .fold(Script::new(), Script::rule)
            .build()
            .unwrap()
    }

    #[test]
    fn rules_apply_in_order_and_the_last_one_stays() {
        let scripted = script([
            rule().answer(entry(1)),
            rule().error(ErrorCode::TryAgain),
            rule().answer(entry(2)),
        ]);
        let asked = host("a.test");
        assert_eq!(scripted.try_resolve(&asked), Resolution::Blocking);
        let outcomes = [(); 4].map(|()| scripted.resolve_blocking(&asked));
        assert_eq!(
            outcomes,
            [found(1), Err(ErrorCode::TryAgain), found(2), found(2)]
        );
    }

    #[test]
    fn lookup_is_answered_at_once_only_when_its_next_rule_is_now() {
        let scripted = script([
            rule().answer(entry(1)).now(),
            rule().answer(entry(2)),
            rule().answer(entry(3)).now(),
        ]);
        let asked = host("a.test");
        assert_eq!(scripted.try_resolve(&asked), Resolution::Ready(found(1)));
        assert_eq!(scripted.try_resolve(&asked), Resolution::Blocking);
        assert_eq!(scripted.try_resolve(&asked), Resolution::Blocking);
        assert_eq!(scripted.resolve_blocking(&asked), found(2));
        assert_eq!(scripted.try_resolve(&asked), Resolution::Ready(found(3)));
        assert_eq!(
            scripted.try_resolve(&host("a.test.")),
            Resolution::Ready(found(3))
        );
    }

    #[test]
    fn lookup_without_a_rule_is_not_found() {
        let scripted = script([rule().answer(entry(1))]);
        assert_eq!(scripted.try_resolve(&host("b.test")), Resolution::NotFound);
        assert_eq!(
            scripted.resolve_blocking(&host("b.test")),
            Err(ErrorCode::HostNotFound)
        );
        let number = Lookup::ProtocolByNumber(6);
        assert_eq!(scripted.try_resolve(&number), Resolution::NotFound);
        assert_eq!(scripted.resolve_blocking(&number), Err(ErrorCode::NoData));
    }

    #[test]
    fn service_matches_with_its_transport_or_without_one() {
        // S-R12
        let service = |port, protocol: &str| ServiceEntry {
            name: "echo".into(),
            aliases: vec![],
            port,
            protocol: protocol.into(),
        };
        let scripted = script([
            Rule::service("Echo", Some("udp")).answer(service(1, "udp")),
            Rule::service("echo", Some("tcp")).answer(service(2, "tcp")),
        ]);
        let port = |protocol: Option<&str>| {
            let protocol = protocol.map(Into::into);
            let outcome = scripted.resolve_blocking(&Lookup::ServiceByName {
                name: "ECHO".into(),
                protocol,
            });
            outcome.map(|answer| match &*answer {
                Answer::Service(entry) => entry.port,
                other => panic!("{other:?}"),
            })
        };
        assert_eq!(port(None), Ok(1));
        assert_eq!(port(Some("UDP")), Ok(1));
        assert_eq!(port(Some("tcp")), Ok(2));
        assert_eq!(port(Some("sctp")), Err(ErrorCode::NoData));
    }

    // S-A1
    #[test]
    fn one_rule_of_a_host_serves_lookups_of_each_family() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let both = [address("2001:db8::1"), address("192.0.2.1")];
        let six = HostEntry::new("six.test", []);
        let scripted = script([
            rule().answer(entry(1)).addresses(both),
            Rule::host("six.test").answer(six).addresses([both[0]]),
            Rule::address(both[0]).answer(Answer::Name("a.test".into())),
            Rule::address(both[1]).answer(entry(1)),
        ]);
        let found = |name: &str, family| {
            let name = name.into();
            match &*scripted.resolve_blocking(&Lookup::Addresses { name, family })? {
                Answer::Addresses(list) => Ok(list.addresses().collect::<Vec<_>>()),
                other => panic!("{other:?}"),
            }
        };
        let (four, six) = (Some(AddressFamily::Ipv4), Some(AddressFamily::Ipv6));
        assert_eq!(found("a.test", None), Ok(both.to_vec()));
        assert_eq!(found("a.test.", four), Ok(vec![both[1]]));
        assert_eq!(found("a.test", six), Ok(vec![both[0]]));
        assert_eq!(found("six.test", four), Err(ErrorCode::NoData));
        assert_eq!(found("b.test", None), Err(ErrorCode::HostNotFound));
        let no_data = Err(ErrorCode::NoData);
        assert_eq!(scripted.resolve_blocking(&host("six.test")), no_data);
        for address in both {
            let name = Ok(Arc::new(Answer::Name("a.test".into())));
            assert_eq!(scripted.resolve_blocking(&Lookup::NameOf(address)), name);
        }
    }

    #[test]
    fn release_ends_a_lookup_that_never_ends() {
        let scripted = script([rule().answer(entry(1)).never()]);
        let control = scripted.control();
        thread::scope(|scope| {
            let first = scope.spawn(|| scripted.resolve_blocking(&host("a.test")));
            control.wait_until_started("a.test");
            let second = scope.spawn(|| scripted.resolve_blocking(&host("a.test.")));
            control.wait_until_started("A.Test");
            assert!(!first.is_finished() && !second.is_finished());
            control.release("a.test");
            control.release("a.test");
            assert_eq!(first.join().unwrap(), found(1));
            assert_eq!(second.join().unwrap(), found(1));
        });
        assert_eq!(control.asked(), [host("a.test"), host("a.test.")]);
    }

    #[test]
    fn release_before_the_start_counts_and_needs_no_answer() {
        let scripted = script([rule().never()]);
        scripted.control().release("a.test");
        assert_eq!(
            scripted.resolve_blocking(&host("a.test")),
            Err(ErrorCode::HostNotFound)
        );
    }

    #[test]
    fn release_cuts_a_delay_short() {
        // Without the release the test would not end.
        let scripted = script([rule().answer(entry(1)).delay(Duration::MAX)]);
        let control = scripted.control();
        thread::scope(|scope| {
            let lookup = scope.spawn(|| scripted.resolve_blocking(&host("a.test")));
            control.wait_until_started("a.test");
            control.release("a.test");
            assert_eq!(lookup.join().unwrap(), found(1));
        });
    }

    #[test]
    fn delay_ends_without_a_release() {
        let scripted = script([rule().answer(entry(1)).delay(Duration::from_millis(1))]);
        assert_eq!(scripted.resolve_blocking(&host("a.test")), found(1));
    }

    #[test]
    fn release_ends_only_a_lookup_of_its_name() {
        let scripted = script([
            rule().answer(entry(1)).never(),
            Rule::address(Ipv4Addr::LOCALHOST).answer(entry(2)).never(),
        ]);
        let control = scripted.control();
        thread::scope(|scope| {
            let name = scope.spawn(|| scripted.resolve_blocking(&host("a.test")));
            control.wait_until_started("a.test");
            control.release("127.0.0.1");
            let address = Lookup::HostByAddress(Ipv4Addr::LOCALHOST);
            assert_eq!(scripted.resolve_blocking(&address), found(2));
            control.wait_until_started("127.0.0.1");
            assert!(!name.is_finished());
            control.release("a.test");
            assert_eq!(name.join().unwrap(), found(1));
        });
    }

    #[test]
    fn lookups_are_recorded_from_the_first_control_on() {
        // S-R16: a test sees here that a denied lookup never reaches a resolver.
        let scripted = script([rule().answer(entry(1)).now()]);
        let _ = scripted.try_resolve(&host("before.test"));
        let control = scripted.control();
        assert_eq!(control.asked(), []);
        let _ = scripted.try_resolve(&host("a.test"));
        let _ = scripted.try_resolve(&host("b.test"));
        assert_eq!(control.asked(), [host("a.test"), host("b.test")]);
        assert_eq!(control.clone().asked(), control.asked());
    }
}
