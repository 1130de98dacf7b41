//! Texts of policy files: an error names a line that exists, and an accepted policy gives the same
//! verdict for every spelling of a name.

#![no_main]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use libfuzzer_sys::fuzz_target;
use winsock_async_engine::Lookup;
use winsock_async_engine::policy::Policy;

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

fuzz_target!(|text: &str| {
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
