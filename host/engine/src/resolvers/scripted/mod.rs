//! Answers from a script, for tests: with delays, errors, and lookups that never end.
//!
//! A script is made in Rust with [`Script`] and [`Rule`], or read from TOML with [`Script::parse`]. What
//! it says nothing of is not found.
//!
//! # The file
//!
//! ```
//! use winsock_async_engine::resolvers::Script;
//!
//! let scripted = Script::parse(
//!     r#"
//! [[rule]]
//! host = "www.test"                        # what is asked
//! name = "web.test"                        # the answer
//! aliases = ["www.test"]
//! addresses = ["192.0.2.1", "192.0.2.2"]
//! delay-ms = 50
//!
//! [[rule]]
//! host = "busy.test"
//! error = "WSATRY_AGAIN"
//!
//! [[rule]]                                 # the second time it is asked, and from then on
//! host = "busy.test"
//! addresses = ["192.0.2.3"]
//!
//! [[rule]]
//! host = "stuck.test"
//! never = true
//!
//! [[rule]]
//! service = "echo"
//! transport = "tcp"
//! port = 7
//! now = true
//! "#,
//!     "example.toml",
//! )?;
//! # let _ = scripted;
//! # Ok::<(), winsock_async_engine::resolvers::ScriptError>(())
//! ```
//!
//! Each `[[rule]]` has one of these, which says what is asked, and an answer with what is marked
//! so; `name`, where it is not marked, is what was asked unless it is given:
//!
//! | asked | | `name` | `aliases` | `addresses` | `transport` | `port` | `number` |
//! |---|---|---|---|---|---|---|---|
//! | `host = "NAME"` | a host by its name | may | may | must | | | |
//! | `address = "IP"` | a host by its address | must | may | may | | | |
//! | `service = "NAME"` | a service by its name | may | may | | must | must | |
//! | `service-port = N` | a service by its port | must | may | | must | | |
//! | `protocol = "NAME"` | a protocol by its name | may | may | | | | must |
//! | `protocol-number = N` | a protocol by its number | must | may | | | | |
//!
//! `transport` is the protocol that a service is used with. A rule that has it is for lookups without a
//! protocol and with that one; among rules of several transports, a lookup without a protocol takes the
//! transport that comes first.
//!
//! Instead of an answer a rule may have `error = "WSA…"`, an error by Winsock's name. Beside it:
//!
//! - `delay-ms = N`: the answer takes N milliseconds.
//! - `never = true`: there is no answer, unless a test [releases](ScriptControl::release) it. The rule needs
//!   none then; without one, what is released is not found.
//! - `now = true`: answered at once, on the guest's thread. Not with the other two.
//!
//! Several rules that ask the same are used in turn, and the last one stays. A turn is taken when a lookup
//! is answered at once, or when a worker begins with it; a lookup that is cancelled before takes none.

mod control;
mod file;
mod file_rule;
mod rule;
mod turns;

use std::fmt;
use std::net::Ipv4Addr;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use self::control::Stage;
use self::turns::Turns;
use crate::lookup::{Lookup, Resolution, Resolver};
use crate::types::Outcome;

pub use self::control::ScriptControl;
pub use self::file::ScriptError;
pub use self::rule::{Rule, RuleError, Script};

/// A resolver that does what a [`Script`] says. See the [module](self).
///
/// Limits: a lookup that never ends keeps its worker thread. Matching is by the whole name; there are
/// no patterns.
pub struct Scripted {
    hosts: FxHashMap<Box<str>, Turns>,
    addresses: FxHashMap<Ipv4Addr, Turns>,
    /// By name in lower case.
    services: FxHashMap<Box<str>, ByTransport>,
    ports: FxHashMap<u16, ByTransport>,
    /// By name in lower case.
    protocols: FxHashMap<Box<str>, Turns>,
    numbers: FxHashMap<i32, Turns>,
    stage: Arc<Stage>,
}

/// In the order of the script.
type ByTransport = Vec<(Option<Box<str>>, Turns)>;

impl Scripted {
    /// A handle for a test that wants to see what happens, and when, and to decide when lookups end.
    /// Lookups are recorded from the first call of this on.
    pub fn control(&self) -> ScriptControl {
        ScriptControl::new(self.stage.clone())
    }

    fn turns(&self, lookup: &Lookup) -> Option<&Turns> {
        let transport = |turns: &'_ ByTransport, asked: &Option<Box<str>>| {
            turns
                .iter()
                .position(|(transport, _)| match (transport, asked) {
                    (Some(transport), Some(asked)) => transport.eq_ignore_ascii_case(asked),
                    _ => true,
                })
        };
        match lookup {
            Lookup::HostByName(name) => self.hosts.get(name.strip_suffix('.').unwrap_or(name)),
            Lookup::HostByAddress(address) => self.addresses.get(address),
            Lookup::ServiceByName { name, protocol } => {
                let turns = self.services.get(&*name.to_ascii_lowercase())?;
                Some(&turns[transport(turns, protocol)?].1)
            }
            Lookup::ServiceByPort { port, protocol } => {
                let turns = self.ports.get(port)?;
                Some(&turns[transport(turns, protocol)?].1)
            }
            Lookup::ProtocolByName(name) => self.protocols.get(&*name.to_ascii_lowercase()),
            Lookup::ProtocolByNumber(number) => self.numbers.get(number),
        }
    }
}

impl Resolver for Scripted {
    /// Takes no lock: the rules do not change, a turn is a counter, and the record is a lock-free queue.
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        let known = match self.turns(lookup) {
            None => Resolution::NotFound,
            Some(turns) => match turns.take_if_now() {
                Some(outcome) => Resolution::Ready(outcome.clone()),
                None => Resolution::Blocking,
            },
        };
        if known != Resolution::Blocking {
            self.stage.record(lookup);
        }
        known
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        self.stage.record(lookup);
        match self.turns(lookup) {
            None => Err(lookup.miss()),
            Some(turns) => {
                let step = turns.take();
                self.stage.play(lookup, step.wait);
                step.outcome.clone()
            }
        }
    }
}

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let asked = self.hosts.len()
            + self.addresses.len()
            + self.services.len()
            + self.ports.len()
            + self.protocols.len()
            + self.numbers.len();
        f.debug_struct("Scripted")
            .field("asked", &asked)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Answer, ErrorCode, HostEntry, ServiceEntry};
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
    fn rules_are_used_in_turn_and_the_last_one_stays() {
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
    fn only_a_rule_that_is_due_now_is_answered_now() {
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
    fn what_is_not_scripted_is_not_found() {
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
    fn a_service_is_asked_with_its_transport_or_without() {
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

    #[test]
    fn a_lookup_that_never_ends_is_ended_by_a_release() {
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
    fn a_release_before_the_start_counts_and_needs_no_answer() {
        let scripted = script([rule().never()]);
        scripted.control().release("a.test");
        assert_eq!(
            scripted.resolve_blocking(&host("a.test")),
            Err(ErrorCode::HostNotFound)
        );
    }

    #[test]
    fn a_release_cuts_a_delay_short() {
        // Were it not cut short, the test would not end.
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
    fn a_delay_ends_by_itself() {
        let scripted = script([rule().answer(entry(1)).delay(Duration::from_millis(1))]);
        assert_eq!(scripted.resolve_blocking(&host("a.test")), found(1));
    }

    #[test]
    fn releases_go_to_the_name_that_they_are_for() {
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
    fn all_that_reaches_it_is_recorded_from_the_first_control_on() {
        // S-R16: this is how a test sees that nothing that is denied was asked.
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
