//! The operating system's name service.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[path = "glibc.rs"]
#[expect(
    unsafe_code,
    reason = "glibc's reentrant calls have no safe wrapper that keeps aliases"
)]
mod imp;
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
#[path = "portable.rs"]
mod imp;

use crate::lookup::{Lookup, Resolution, Resolver};
use crate::types::Outcome;

/// Hosts by the operating system's name service: its hosts file, DNS, and whatever else it is set up to
/// ask. It knows nothing at once, and nothing of services and protocols; see [`Tables`](super::Tables).
///
/// Limits:
/// - IPv4 only (`S-R13`).
/// - A lookup that has begun cannot be interrupted: it takes as long as the operating system lets it
///   take, some seconds for a silent name server, and keeps its thread as long.
/// - Where there is glibc the answer has the aliases and every address, by `gethostbyname2_r` and
///   `gethostbyaddr_r`. Elsewhere it has no aliases, the name is the one that was asked, and a system
///   that does not tell "no such name" from "no address" gives WSAHOST_NOT_FOUND for both (`S-R15`).
/// - glibc asks the next name server when one refuses, and says WSATRY_AGAIN when all have;
///   `Dns`, with the feature `dns`, says WSANO_RECOVERY (`S-R15`).
/// - What the system is set up to do applies: the search list completes names that have no trailing
///   dot, nscd or a resolver of the machine's own may answer from a cache, and glibc looks at a few
///   variables of this process's environment (`RES_OPTIONS`, `LOCALDOMAIN`, `HOSTALIASES`).
/// - Bytes in an answer's names that are not UTF-8 are shown as `\DDD`, in decimal as in DNS.
/// - An answer of over 1 MiB is WSANO_RECOVERY.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl System {
    /// The name service of this machine.
    pub const fn new() -> System {
        System
    }
}

impl Resolver for System {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        match lookup {
            Lookup::HostByName(_) | Lookup::HostByAddress(_) => Resolution::Blocking,
            _ => Resolution::NotFound,
        }
    }

    fn resolve_blocking(&self, lookup: &Lookup) -> Outcome {
        match lookup {
            Lookup::HostByName(name) => imp::host_by_name(name),
            Lookup::HostByAddress(address) => imp::host_by_address(*address),
            _ => Err(lookup.miss()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Answer, ErrorCode, HostEntry};
    use std::net::Ipv4Addr;

    /// Whether this machine's hosts file has the pair; then nothing but that file is asked.
    fn hosts_file_has(name: &str, address: Ipv4Addr) -> bool {
        let hosts = std::fs::read_to_string("/etc/hosts").unwrap_or_default();
        hosts.lines().any(|line| {
            let mut words = line.split('#').next().unwrap_or("").split_whitespace();
            words.next() == Some(&address.to_string()) && words.any(|word| word == name)
        })
    }

    fn host(outcome: Outcome) -> HostEntry {
        match &*outcome.expect("the hosts file has it") {
            Answer::Host(entry) => entry.clone(),
            other => panic!("not a host: {other:?}"),
        }
    }

    #[test]
    fn localhost_both_ways() {
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

    #[test]
    fn hosts_need_waiting_and_the_rest_is_not_here() {
        assert_eq!(
            System.try_resolve(&Lookup::HostByName("localhost".into())),
            Resolution::Blocking
        );
        assert_eq!(
            System.try_resolve(&Lookup::HostByAddress(Ipv4Addr::LOCALHOST)),
            Resolution::Blocking
        );
        let protocol = Lookup::ProtocolByNumber(6);
        assert_eq!(System.try_resolve(&protocol), Resolution::NotFound);
        assert_eq!(System.resolve_blocking(&protocol), Err(ErrorCode::NoData));
    }
}
