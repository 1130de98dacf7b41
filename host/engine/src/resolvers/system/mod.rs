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

/// Looks hosts up by the operating system's name service: its hosts file, DNS, and the other
/// sources in the system's configuration. Each lookup takes a worker thread. Services and
/// protocols are not found; [`Tables`](super::Tables) has those.
///
/// # Limits
///
/// - IPv4 only (`S-R13`: HostByName gives IPv4 only).
/// - A lookup that has begun cannot be interrupted. It keeps its thread until the operating system
///   returns: with glibc's defaults 10 seconds for one silent name server.
/// - With glibc, the answer has the aliases and every address, by `gethostbyname2_r` and
///   `gethostbyaddr_r`. Elsewhere it has no aliases, and its name is the requested one. A system
///   that does not tell "no such name" from "no address" gives WSAHOST_NOT_FOUND for both (`S-R15`:
///   the name errors are told apart).
/// - When all name servers refuse, glibc gives WSATRY_AGAIN. `Dns`, with the feature `dns`, gives
///   WSANO_RECOVERY (`S-R15`).
/// - The system's settings apply. The search list completes names without a trailing dot. nscd or a
///   local resolver may answer from a cache. With glibc, this process's environment variables
///   `RES_OPTIONS`, `LOCALDOMAIN` and `HOSTALIASES` apply.
/// - Bytes in an answer's names that are not UTF-8 are shown as `\DDD`, in decimal as in DNS.
/// - An answer of more than 1 MiB is WSANO_RECOVERY.
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

    /// Whether this machine's hosts file has the pair, so that the name service asks no server.
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

    #[test]
    fn hosts_need_a_worker_and_other_lookups_are_not_found() {
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
