//! The resolver: finds answers in the tables.

use std::fmt;
use std::sync::Arc;

use super::error::TablesError;
use super::hosts::Hosts;
use super::protocols::Protocols;
use super::services::Services;
use crate::lookup::{Lookup, Resolution, Resolver};
use crate::types::{ErrorCode, Outcome};

/// Answers from tables in memory, at once, on the guest's thread.
///
/// The tables come from files in the format of `/etc/hosts`, `/etc/services` and `/etc/protocols`.
///
/// - **Hosts** by name or alias. The addresses are those of all lines with the name and of the
///   family that is asked for. The first of these lines has the official name and the aliases. A
///   name whose lines have the other family's addresses only is WSANO_DATA (`S-A4`). By address:
///   the first line that has it. A host that is not in the table may be known elsewhere, so a
///   [`Chain`](crate::resolvers::Chain) goes on.
/// - **Services and protocols** by name or alias in any case, or by number: the first entry that
///   matches. With a protocol, both must match (`S-R12`: without one, the first entry matches). An
///   entry that is not in the table does not exist: WSANO_DATA.
///
/// A name that no host can have, or that is not UTF-8, is not kept, while the other names of its
/// line are. [`warnings`](Self::warnings) has such names, except those of block lists, which have
/// lines such as `0.0.0.0 NAME`.
///
/// # Limits
///
/// - Files are read once: later changes are not seen.
/// - As in glibc, `::1` counts as 127.0.0.1 for a lookup of IPv4 addresses alone, and
///   `::ffff:192.0.2.1` as 192.0.2.1 for all lookups. The scope of `fe80::1%eth0` is dropped.
/// - A file has at most 32 MiB, and all sources of a table 4 GiB. A line has at most 8 KiB, its
///   comment not counted; the names behind that are not read.
/// - Tables hold their text, and 8 bytes for each name of a host and for each line.
///
/// ```
/// use winsock_async_engine::resolvers::Tables;
///
/// let tables = Tables::builder()
///     .hosts_text("192.0.2.1 www.test web.test")
///     .build()?;
/// # let _ = tables;
/// # Ok::<(), winsock_async_engine::resolvers::TablesError>(())
/// ```
pub struct Tables {
    pub(super) hosts: Hosts,
    pub(super) services: Services,
    pub(super) protocols: Protocols,
    pub(super) warnings: Vec<TablesError>,
}

impl Tables {
    /// The files of this machine that cannot be read, and the malformed lines and names that were
    /// skipped. Of each file the first 100, and how many more there are.
    pub fn warnings(&self) -> &[TablesError] {
        &self.warnings
    }
}

impl Resolver for Tables {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        let found = match lookup {
            Lookup::HostByName(name) | Lookup::Addresses { name, .. } => {
                return host(self.hosts.by_name(lookup, name));
            }
            Lookup::HostByAddress(address) => {
                return host(self.hosts.by_address(lookup, (*address).into()));
            }
            Lookup::NameOf(address) => return host(self.hosts.by_address(lookup, *address)),
            Lookup::ServiceByName { name, protocol } => {
                self.services.by_name(name, protocol.as_deref())
            }
            Lookup::ServiceByPort { port, protocol } => {
                self.services.by_port(*port, protocol.as_deref())
            }
            Lookup::ProtocolByName(name) => self.protocols.by_name(name),
            Lookup::ProtocolByNumber(number) => self.protocols.by_number(*number),
        };
        Resolution::Ready(found.map(Arc::new).ok_or(ErrorCode::NoData))
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        let known = self.try_resolve(lookup).outcome(lookup);
        known.expect("a table never waits")
    }
}

/// A host that is not in the table may be known elsewhere.
fn host(found: Option<Outcome>) -> Resolution {
    found.map_or(Resolution::NotFound, Resolution::Ready)
}

impl fmt::Debug for Tables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tables")
            .field("hosts", &self.hosts.len())
            .field("services", &self.services.len())
            .field("protocols", &self.protocols.len())
            .field("warnings", &self.warnings)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{AddressFamily, Answer, HostEntry, ProtocolEntry, ServiceEntry};
    use std::net::Ipv4Addr;

    fn tables() -> Tables {
        Tables::builder()
            .hosts_text(
                "127.0.0.1 localhost\n\
                 192.0.2.1 www.test Web.Test www\n\
                 192.0.2.2 www.test other.test\n\
                 192.0.2.1 late.test\n\
                 2001:db8::1 localhost six.test\n",
            )
            .services_text("echo 7/udp\necho 7/tcp Ping\nother 7/tcp\nlast 9/tcp echo\n")
            .protocols_text("ip 0 IP\nhopopt 0 Hop\ntcp 6 TCP\n")
            .build()
            .unwrap()
    }

    fn by_name(name: &str) -> Lookup {
        Lookup::HostByName(name.into())
    }

    fn host(tables: &Tables, lookup: &Lookup) -> HostEntry {
        match tables.try_resolve(lookup) {
            Resolution::Ready(Ok(answer)) => match &*answer {
                Answer::Host(entry) => entry.clone(),
                other => panic!("not a host: {other:?}"),
            },
            other => panic!("{lookup:?}: {other:?}"),
        }
    }

    fn service(name: &str, protocol: Option<&str>) -> Result<(String, u16, String), ErrorCode> {
        let (name, protocol) = (name.into(), protocol.map(Into::into));
        outcome(Lookup::ServiceByName { name, protocol })
    }

    fn port(port: u16, protocol: Option<&str>) -> Result<(String, u16, String), ErrorCode> {
        let protocol = protocol.map(Into::into);
        outcome(Lookup::ServiceByPort { port, protocol })
    }

    fn outcome(lookup: Lookup) -> Result<(String, u16, String), ErrorCode> {
        match tables().try_resolve(&lookup) {
            Resolution::Ready(Ok(answer)) => match &*answer {
                Answer::Service(ServiceEntry {
                    name,
                    port,
                    protocol,
                    ..
                }) => Ok((name.clone(), *port, protocol.clone())),
                other => panic!("not a service: {other:?}"),
            },
            Resolution::Ready(Err(error)) => Err(error),
            other => panic!("{lookup:?}: {other:?}"),
        }
    }

    #[test]
    fn host_has_the_addresses_of_all_its_lines() {
        let www = host(&tables(), &by_name("www.test"));
        assert_eq!(www.name, "www.test");
        assert_eq!(www.aliases, ["Web.Test", "www"]);
        assert!(
            www.addresses()
                .eq([Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(192, 0, 2, 2)])
        );
    }

    #[test]
    fn host_is_found_by_alias_in_any_case_and_with_a_trailing_dot() {
        for name in ["web.test", "web.test.", "www"] {
            let web = host(&tables(), &by_name(name));
            assert_eq!(web.name, "www.test", "{name}");
            assert!(web.addresses().eq([Ipv4Addr::new(192, 0, 2, 1)]), "{name}");
        }
        assert_eq!(
            host(&tables(), &by_name("other.test")).aliases,
            ["other.test"]
        );
    }

    #[test]
    fn address_has_the_name_of_its_first_line() {
        let lookup = Lookup::HostByAddress(Ipv4Addr::new(192, 0, 2, 1));
        assert_eq!(host(&tables(), &lookup).name, "www.test");
        assert!(
            host(&tables(), &lookup)
                .addresses()
                .eq([Ipv4Addr::new(192, 0, 2, 1)])
        );
    }

    #[test]
    fn missing_host_is_not_found_so_that_a_chain_goes_on() {
        let tables = tables();
        for name in ["unknown.test", "", "."] {
            assert_eq!(
                tables.try_resolve(&by_name(name)),
                Resolution::NotFound,
                "{name}"
            );
        }
        assert_eq!(
            tables.resolve_blocking(&by_name("a.test")),
            Err(ErrorCode::HostNotFound)
        );
        let lookup = Lookup::HostByAddress(Ipv4Addr::BROADCAST);
        assert_eq!(tables.try_resolve(&lookup), Resolution::NotFound);
    }

    // S-A4, S-R13
    #[test]
    fn names_of_a_host_come_from_a_line_of_the_family_that_is_asked_for() {
        let tables = Tables::builder()
            .hosts_text("2001:db8::1 six.test web\n192.0.2.1 four.test web www\n")
            .build()
            .unwrap();
        let name = "web".into();
        let outcome = tables.resolve_blocking(&by_name("web"));
        let entry = HostEntry::new("four.test", [Ipv4Addr::new(192, 0, 2, 1)]);
        let entry = entry.with_aliases(["web", "www"]);
        assert_eq!(outcome, Ok(Arc::new(Answer::Host(entry))));
        let family = Some(AddressFamily::Ipv6);
        let outcome = tables.resolve_blocking(&Lookup::Addresses { name, family });
        let Ok(Answer::Addresses(list)) = outcome.as_deref() else {
            panic!("{outcome:?}");
        };
        assert_eq!(list.canonical_name.as_deref(), Some("six.test"));
    }

    // S-A1, S-A4
    #[test]
    fn lines_of_both_families_are_kept() {
        let tables = Tables::builder()
            .hosts_text(
                "192.0.2.1 both.test four.test\n\
                 2001:db8::1 Both.test six.test\n\
                 2001:db8::1 both.test\n\
                 2001:db8::2%eth0 both.test\n\
                 ::ffff:192.0.2.9 mapped.test\n\
                 ::1 six-loopback.test\n",
            )
            .build()
            .unwrap();
        let addresses = |name: &str, family| {
            let name = name.into();
            let lookup = Lookup::Addresses { name, family };
            match tables.try_resolve(&lookup) {
                Resolution::Ready(Ok(answer)) => match &*answer {
                    Answer::Addresses(list) => {
                        let mut shown: Vec<_> = list.addresses().map(|a| a.to_string()).collect();
                        // In the order of this machine's routes.
                        shown.sort();
                        Ok((list.canonical_name.clone().unwrap(), shown.join(" ")))
                    }
                    other => panic!("{other:?}"),
                },
                Resolution::Ready(Err(error)) => Err(error),
                other => panic!("{other:?}"),
            }
        };
        let found = |name: &str, list: &str| Ok((name.to_owned(), list.to_owned()));
        let (four, six) = (Some(AddressFamily::Ipv4), Some(AddressFamily::Ipv6));
        for (name, family, expected) in [
            (
                "both.test",
                None,
                found("both.test", "192.0.2.1 2001:db8::1 2001:db8::2"),
            ),
            ("both.test.", four, found("both.test", "192.0.2.1")),
            (
                "both.test",
                six,
                found("Both.test", "2001:db8::1 2001:db8::2"),
            ),
            ("six.test", None, found("Both.test", "2001:db8::1")),
            ("six.test", four, Err(ErrorCode::NoData)),
            ("four.test", six, Err(ErrorCode::NoData)),
            ("mapped.test", None, found("mapped.test", "192.0.2.9")),
            ("mapped.test", six, Err(ErrorCode::NoData)),
            ("six-loopback.test", None, found("six-loopback.test", "::1")),
            (
                "six-loopback.test",
                four,
                found("six-loopback.test", "127.0.0.1"),
            ),
        ] {
            assert_eq!(addresses(name, family), expected, "{name} {family:?}");
        }
        let no_data = Resolution::Ready(Err(ErrorCode::NoData));
        assert_eq!(tables.try_resolve(&by_name("six.test")), no_data);
        for (address, expected) in [
            ("2001:db8::1", Some("Both.test")),
            ("192.0.2.1", Some("both.test")),
            ("2001:db8::3", None),
        ] {
            let lookup = Lookup::NameOf(address.parse().unwrap());
            let answer = expected.map(|name| Arc::new(Answer::Name(name.into())));
            let expected = answer.map_or(Resolution::NotFound, |name| Resolution::Ready(Ok(name)));
            assert_eq!(tables.try_resolve(&lookup), expected, "{address}");
        }
    }

    #[test]
    fn service_without_a_protocol_is_the_first_that_matches() {
        // S-R12
        let found = |name: &str, port, protocol: &str| Ok((name.into(), port, protocol.into()));
        assert_eq!(service("echo", None), found("echo", 7, "udp"));
        assert_eq!(service("ping", None), found("echo", 7, "tcp"));
        assert_eq!(service("PING", None), found("echo", 7, "tcp"));
        assert_eq!(service("eCHo", Some("TCP")), found("echo", 7, "tcp"));
        assert_eq!(service("ping", Some("tcp")), found("echo", 7, "tcp"));
        assert_eq!(port(7, None), found("echo", 7, "udp"));
        assert_eq!(port(7, Some("Tcp")), found("echo", 7, "tcp"));
        assert_eq!(port(9, None), found("last", 9, "tcp"));
    }

    #[test]
    fn service_is_found_among_20_000_protocols() {
        // S-R12
        let text: String = (0..20_000).map(|i| format!("many 7/P{i}\n")).collect();
        let tables = Tables::builder().services_text(&text).build().unwrap();
        for i in [0, 1, 2, 19_999] {
            let protocol = Some(format!("p{i}").into());
            for lookup in [
                Lookup::ServiceByName {
                    name: "many".into(),
                    protocol: protocol.clone(),
                },
                Lookup::ServiceByPort { port: 7, protocol },
            ] {
                let Resolution::Ready(Ok(answer)) = tables.try_resolve(&lookup) else {
                    panic!("{lookup:?}");
                };
                let Answer::Service(entry) = &*answer else {
                    panic!("{answer:?}");
                };
                assert_eq!(entry.protocol, format!("P{i}"));
            }
        }
    }

    #[test]
    fn first_of_two_entries_with_the_same_protocol_counts() {
        // S-R12
        let text = "a 1/tcp\na 2/udp\na 3/TCP\na 4/UDP\n";
        let tables = Tables::builder().services_text(text).build().unwrap();
        for (protocol, port) in [(None, 1), (Some("tcp"), 1), (Some("Udp"), 2)] {
            let lookup = Lookup::ServiceByName {
                name: "a".into(),
                protocol: protocol.map(Into::into),
            };
            let Resolution::Ready(Ok(answer)) = tables.try_resolve(&lookup) else {
                panic!("{lookup:?}");
            };
            assert!(matches!(&*answer, Answer::Service(entry) if entry.port == port));
        }
    }

    #[test]
    fn missing_service_or_protocol_is_no_data() {
        // S-R12
        for missing in [
            service("echos", None),
            service("", None),
            service("ping", Some("udp")),
            service("echo", Some("sctp")),
            port(8, None),
            port(9, Some("udp")),
        ] {
            assert_eq!(missing, Err(ErrorCode::NoData));
        }
        let tables = tables();
        for lookup in [
            Lookup::ProtocolByName("udp".into()),
            Lookup::ProtocolByNumber(-1),
        ] {
            assert_eq!(
                tables.try_resolve(&lookup),
                Resolution::Ready(Err(ErrorCode::NoData))
            );
            assert_eq!(tables.resolve_blocking(&lookup), Err(ErrorCode::NoData));
        }
    }

    #[test]
    fn protocol_is_found_by_name_in_any_case_and_by_number() {
        // S-R12
        let lookups = [
            (Lookup::ProtocolByName("Tcp".into()), "tcp", 6),
            (Lookup::ProtocolByName("tcp".into()), "tcp", 6),
            (Lookup::ProtocolByNumber(6), "tcp", 6),
            (Lookup::ProtocolByNumber(0), "ip", 0),
            (Lookup::ProtocolByName("hopopt".into()), "hopopt", 0),
            (Lookup::ProtocolByName("HOP".into()), "hopopt", 0),
        ];
        for (lookup, name, number) in lookups {
            let Resolution::Ready(Ok(answer)) = tables().try_resolve(&lookup) else {
                panic!("{lookup:?}");
            };
            let Answer::Protocol(ProtocolEntry {
                name: found,
                number: n,
                ..
            }) = &*answer
            else {
                panic!("{answer:?}");
            };
            assert_eq!((&**found, *n), (name, number));
        }
    }

    #[test]
    fn tables_of_this_machine_have_tcp_and_http() {
        let tables = Tables::system();
        let lookups = [
            Lookup::ProtocolByNumber(6),
            Lookup::ServiceByName {
                name: "http".into(),
                protocol: Some("tcp".into()),
            },
        ];
        for lookup in lookups {
            assert!(
                matches!(tables.try_resolve(&lookup), Resolution::Ready(Ok(_))),
                "{lookup:?}"
            );
        }
    }
}
