//! The operating system's name service.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(
    unsafe_code,
    reason = "glibc's reentrant calls have no safe wrapper that keeps aliases"
)]
mod glibc;
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod portable;

use std::sync::Arc;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
use self::glibc as imp;
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
use self::portable as imp;
use super::special;
use crate::lookup::{Lookup, Resolution, Resolver};
use crate::policy::Policy;
use crate::types::Outcome;

/// Looks hosts up by the operating system's name service: its hosts file, DNS, and the other
/// sources in the system's configuration. Each lookup takes a worker thread. Services and
/// protocols are not found; [`Tables`](super::Tables) has those.
///
/// # Addresses of either family
///
/// [`Lookup::Addresses`] asks `getaddrinfo` for one family or for both, and keeps its order, which
/// is that of RFC 6724 with the machine's routes (`S-A1`). The answer has the canonical name. A
/// scope such as that of `fe80::1%2` is dropped. [`Lookup::NameOf`] asks for the name of an IPv4 or
/// IPv6 address. All other lookups are for IPv4 (`S-R13`: HostByName gives IPv4 only).
///
/// glibc's `getaddrinfo` does not tell an unknown name from an alias of a name without an address.
/// So `System` asks for an IPv4 address again if it finds nothing, which tells the two apart.
///
/// # Limits
///
/// - With glibc, a name that only the hosts file has, and only with IPv6 addresses, is
///   WSAHOST_NOT_FOUND to a lookup of IPv4 addresses, instead of WSANO_DATA. A
///   [`Chain`](super::Chain) with [`Tables`](super::Tables) tells the two apart.
/// - A lookup that has begun cannot be interrupted. It keeps its thread until the operating system
///   returns: with glibc's defaults 10 seconds for one silent name server.
/// - With glibc, a host has its aliases and every address, by `gethostbyname2_r` and
///   `gethostbyaddr_r`. Elsewhere it has no aliases, and its name is the requested one. A system
///   that does not tell "no such name" from "no address" gives WSAHOST_NOT_FOUND for both (`S-R15`:
///   the name errors are told apart).
/// - `localhost` and names under it are 127.0.0.1 and ::1, and names under `invalid` and `onion`
///   are not found. The operating system does not get these names (RFC 6761, RFC 7686).
/// - When all name servers refuse, glibc gives WSATRY_AGAIN. `Dns`, with the feature `dns`, gives
///   WSANO_RECOVERY (`S-R15`).
/// - The system's settings apply. nscd or a local resolver may answer from a cache. With glibc,
///   this process's environment variables `RES_OPTIONS`, `LOCALDOMAIN` and `HOSTALIASES` apply.
/// - Bytes in an answer's names that are not UTF-8 are shown as `\DDD`, in decimal as in DNS.
/// - A host of more than 1 MiB is WSANO_RECOVERY.
///
/// # The search list
///
/// If the policy allows every name, the operating system completes names without a trailing dot
/// by its search list.
///
/// Otherwise each name that the list makes is asked only if the policy allows it (`S-R16`), so the
/// operating system must make no name itself. With glibc, its search and `HOSTALIASES` are off
/// during the call, and `System` asks for one name after the other, as glibc does. It reads
/// `/etc/resolv.conf`, `LOCALDOMAIN` and `RES_OPTIONS` for each lookup. A domain whose servers fail
/// or are silent does not end this search. A name of the hosts file may come after a name that the
/// list makes; a [`Chain`](super::Chain) with [`Tables`](super::Tables) asks the file first. On
/// other systems, the name is asked with a trailing dot, and the search list does not apply.
///
/// Another process that answers for the system, such as nscd, has a search list of its own, which
/// no policy judges. So has systemd-resolved, if nsswitch.conf names its module.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl System {
    /// A resolver on the name service of this machine.
    pub const fn new() -> System {
        System
    }
}

impl Resolver for System {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        special::special_name(lookup).unwrap_or(Resolution::Blocking)
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        resolve(lookup, None)
    }

    fn resolve_with_policy(&self, lookup: &Lookup, policy: &Arc<Policy>) -> Outcome {
        resolve(lookup, Some(policy))
    }
}

fn resolve(lookup: &Lookup, policy: Option<&Policy>) -> Outcome {
    if let Some(outcome) = special::special_name(lookup).and_then(|known| known.outcome(lookup)) {
        return outcome;
    }
    match lookup {
        Lookup::HostByName(name) | Lookup::Addresses { name, .. } => {
            if policy.is_some_and(Policy::allows_all) {
                imp::by_name(lookup, name)
            } else {
                imp::by_allowed_names(lookup, policy)
            }
        }
        Lookup::HostByAddress(address) => imp::host_by_address(*address),
        Lookup::NameOf(address) => imp::name_of(*address),
        _ => Err(lookup.miss()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{AddressFamily, AddressList, Answer, ErrorCode, HostEntry};
    use std::net::{Ipv4Addr, Ipv6Addr};

    /// Whether this machine's hosts file has the pair, so that the name service asks no server.
    fn hosts_file_has(name: &str, address: Ipv4Addr) -> bool {
        let hosts = std::fs::read_to_string("/etc/hosts").unwrap_or_default();
        hosts.lines().any(|line| {
            let mut words = line.split('#').next().unwrap_or("").split_whitespace();
            words.next() == Some(&address.to_string()) && words.any(|word| word == name)
        })
    }

    fn addresses(name: &str, family: Option<AddressFamily>) -> Lookup {
        Lookup::Addresses {
            name: name.into(),
            family,
        }
    }

    fn host(outcome: Outcome) -> HostEntry {
        match &*outcome.expect("the hosts file has it") {
            Answer::Host(entry) => entry.clone(),
            other => panic!("not a host: {other:?}"),
        }
    }

    #[test]
    fn localhost_is_found_by_name_and_by_address() {
        let localhost = Ipv4Addr::LOCALHOST;
        if !hosts_file_has("localhost", localhost) {
            return;
        }
        // S-R13
        let by_name = host(System.resolve_blocking(&Lookup::HostByName("localhost".into())));
        assert!(by_name.addresses().any(|address| address == localhost));
        let by_address = host(System.resolve_blocking(&Lookup::HostByAddress(localhost)));
        assert!(by_address.addresses().any(|address| address == localhost));
        assert!(!by_address.name.is_empty());
    }

    // S-A1, RFC 6761
    #[test]
    fn localhost_has_an_address_of_each_family_without_the_operating_system() {
        let (v4, v6) = (Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into());
        for (family, expected) in [
            (None, vec![v6, v4]),
            (Some(AddressFamily::Ipv4), vec![v4]),
            (Some(AddressFamily::Ipv6), vec![v6]),
        ] {
            let lookup = addresses("a.localhost", family);
            let list = AddressList::new(Some("a.localhost".into()), expected);
            let expected = Ok(Arc::new(list.into()));
            assert_eq!(System.resolve_blocking(&lookup), expected);
            assert_eq!(System.try_resolve(&lookup), Resolution::Ready(expected));
        }
    }

    // S-A1
    #[test]
    fn loopback_address_has_the_name_of_the_hosts_file() {
        let localhost = Ipv4Addr::LOCALHOST;
        if !hosts_file_has("localhost", localhost) {
            return;
        }
        let outcome = System.resolve_blocking(&Lookup::NameOf(localhost.into()));
        let by_address = host(System.resolve_blocking(&Lookup::HostByAddress(localhost)));
        assert_eq!(outcome, Ok(Arc::new(Answer::Name(by_address.name))));
    }

    // RFC 6761, RFC 7686
    #[test]
    fn special_names_do_not_reach_the_operating_system() {
        let localhost = Lookup::HostByName("a.localhost".into());
        let found = host(System.resolve_blocking(&localhost));
        assert_eq!(found, HostEntry::new("a.localhost", [Ipv4Addr::LOCALHOST]));
        assert_eq!(
            System.try_resolve(&localhost),
            Resolution::Ready(Ok(Arc::new(found.into())))
        );
        for name in ["a.invalid", "a.onion."] {
            for lookup in [Lookup::HostByName(name.into()), addresses(name, None)] {
                assert_eq!(System.try_resolve(&lookup), Resolution::NotFound);
                let outcome = System.resolve_blocking(&lookup);
                assert_eq!(outcome, Err(ErrorCode::HostNotFound));
            }
        }
    }

    #[test]
    fn hosts_need_a_worker_and_other_lookups_are_not_found() {
        for lookup in [
            Lookup::HostByName("a.test".into()),
            Lookup::HostByAddress(Ipv4Addr::LOCALHOST),
            addresses("a.test", None),
            Lookup::NameOf(Ipv6Addr::LOCALHOST.into()),
        ] {
            assert_eq!(System.try_resolve(&lookup), Resolution::Blocking);
        }
        let protocol = Lookup::ProtocolByNumber(6);
        assert_eq!(System.try_resolve(&protocol), Resolution::NotFound);
        assert_eq!(System.resolve_blocking(&protocol), Err(ErrorCode::NoData));
    }
}
