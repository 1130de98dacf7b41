//! Texts of policy files: an error names a line that exists, and an accepted policy gives the same
//! verdict for every spelling of a name. Lines as rules for connections and listening: a rule reads
//! back from what it shows, and the other one gives the same verdicts.

#![no_main]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use libfuzzer_sys::fuzz_target;
use winsock_async_engine::Lookup;
use winsock_async_engine::policy::{ConnectPattern, ListenPattern, Policy, Transport};

/// Names and addresses that short texts may contain.
const NAMES: [&str; 4] = ["localhost", "a.test", "www.a.test", "a"];
const ADDRESSES: [IpAddr; 9] = [
    IpAddr::V4(Ipv4Addr::LOCALHOST),
    IpAddr::V4(Ipv4Addr::new(10, 0, 0, 7)),
    IpAddr::V4(Ipv4Addr::new(8, 8, 8, 8)),
    IpAddr::V4(Ipv4Addr::BROADCAST),
    IpAddr::V6(Ipv6Addr::LOCALHOST),
    IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    IpAddr::V6(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0xa00, 7)),
    IpAddr::V6(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0x808, 0x808)),
    IpAddr::V6(Ipv6Addr::new(0x2002, 0xa00, 7, 0, 0, 0, 0, 1)),
];

const TRANSPORTS: [Transport; 2] = [Transport::Tcp, Transport::Udp];
const PORTS: [u16; 4] = [0, 80, 443, u16::MAX];

fuzz_target!(|text: &str| {
    for line in text.lines() {
        if let Ok(rule) = line.parse::<ConnectPattern>() {
            check_connect(&rule);
        }
        if let Ok(rule) = line.parse::<ListenPattern>() {
            check_listen(rule);
        }
    }
    match Policy::parse(text, "F") {
        Ok(policy) => check(&policy),
        Err(error) => {
            let shown = error.to_string();
            assert!(shown.starts_with(&format!("F:{}: ", error.line)), "{shown}");
            assert!(
                (1..=1 + text.matches('\n').count()).contains(&error.line),
                "{shown}"
            );
        }
    }
});

/// Checks that `allow_private` forbids nothing, and that spelling changes nothing (S-R16).
fn check(policy: &Policy) {
    let permissive = policy.clone().allow_private();
    for name in NAMES {
        let allowed = policy.allows_name(name);
        assert_eq!(
            policy.allows_name(&format!("{}.", name.to_uppercase())),
            allowed
        );
        let lookup = Lookup::HostByName(name.into());
        for address in ADDRESSES {
            assert_eq!(
                policy.allows_name(&address.to_string()),
                policy.allows_address(address)
            );
            if policy.allows_answer(&lookup, address) {
                assert!(permissive.allows_answer(&lookup, address));
            }
            if let IpAddr::V4(given) = address {
                assert!(policy.allows_answer(&Lookup::HostByAddress(given), address));
            }
        }
    }
}

/// Checks that a rule for connections reads back, has one transport and never port 0 (S-W4).
fn check_connect(rule: &ConnectPattern) {
    let read: ConnectPattern = rule.to_string().parse().expect("what a rule shows");
    assert_eq!(*rule, read);
    let policy = Policy::deny_all().connect(rule.clone());
    let private = Policy::deny_all().allow_private().connect(read);
    let used = TRANSPORTS.map(|transport| policy.has_connections(transport));
    assert_ne!(used[0], used[1]);
    for (transport, is_used) in TRANSPORTS.into_iter().zip(used) {
        for port in PORTS {
            for address in ADDRESSES {
                let address = SocketAddr::new(address, port);
                let allowed = policy.allows_connection(transport, address);
                assert_eq!(private.allows_connection(transport, address), allowed);
                assert!(!allowed || is_used && port > 0, "{rule}: {address}");
            }
            for name in NAMES {
                let allowed = policy.connects_to_name(transport, name, port);
                assert_eq!(private.connects_to_name(transport, name, port), allowed);
                assert!(!allowed || is_used && port > 0, "{rule}: {name}:{port}");
                // S-W6
                assert!(!allowed || policy.allows_name(name), "{rule}: {name}");
            }
        }
    }
}

/// Checks that a place to listen reads back, and allows no connection (S-W4).
fn check_listen(rule: ListenPattern) {
    let read: ListenPattern = rule.to_string().parse().expect("what a rule shows");
    assert_eq!(rule, read);
    let policy = Policy::deny_all().listen(rule);
    for transport in TRANSPORTS {
        assert!(!policy.has_connections(transport));
        for address in ADDRESSES {
            let address = SocketAddr::new(address, 80);
            let allowed = policy.allows_listen(transport, address);
            assert!(!allowed || policy.has_listeners(transport));
        }
    }
}
