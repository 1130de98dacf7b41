//! Lookups that no name service is asked for.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::lookup::{Lookup, Resolution};
use crate::names;

/// The resolution of a lookup that no name service is to be asked for. `None` for other lookups. A
/// custom resolver of hosts calls it first.
///
/// `localhost` and the names under it are loopback addresses, and names under `invalid` do not
/// exist (RFC 6761). Names under `onion` are Tor's, which resolvers of DNS do not find (RFC 7686).
/// Services and protocols are those of [`Tables`](super::Tables).
pub fn special_name(lookup: &Lookup) -> Option<Resolution> {
    let Some(name) = lookup.host_name() else {
        let is_host = matches!(lookup, Lookup::HostByAddress(_) | Lookup::NameOf(_));
        return (!is_host).then_some(Resolution::NotFound);
    };
    if names::means_this_machine(name) {
        let name = name.strip_suffix('.').unwrap_or(name);
        let addresses = [Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()];
        return Some(Resolution::Ready(lookup.answer_host(name, [], addresses)));
    }
    // Not an error, so that a chain asks the next resolver, which may be Tor's.
    is_special(name).then_some(Resolution::NotFound)
}

/// Whether a canonical name never leaves this machine.
pub(super) fn is_special(name: &str) -> bool {
    matches!(names::last_label(name), "localhost" | "invalid" | "onion")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::types::{AddressFamily, AddressList, Answer, HostEntry};

    fn resolution(name: &str) -> Option<Resolution> {
        special_name(&Lookup::HostByName(name.into()))
    }

    fn addresses(name: &str, family: Option<AddressFamily>) -> Lookup {
        Lookup::Addresses {
            name: name.into(),
            family,
        }
    }

    #[test]
    fn localhost_and_names_under_it_are_loopback() {
        for (name, shown) in [
            ("localhost", "localhost"),
            ("localhost.", "localhost"),
            ("a.b.localhost", "a.b.localhost"),
        ] {
            let Some(Resolution::Ready(Ok(answer))) = resolution(name) else {
                panic!("{name}");
            };
            let expected = HostEntry::new(shown, [Ipv4Addr::LOCALHOST]);
            assert_eq!(*answer, Answer::Host(expected));
        }
    }

    // S-A1
    #[test]
    fn localhost_has_an_address_of_each_family() {
        let (v4, v6) = (Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into());
        for (family, expected) in [
            (None, vec![v6, v4]),
            (Some(AddressFamily::Ipv4), vec![v4]),
            (Some(AddressFamily::Ipv6), vec![v6]),
        ] {
            let list = AddressList::new(Some("a.localhost".into()), expected);
            let expected = Resolution::Ready(Ok(Arc::new(list.into())));
            assert_eq!(
                special_name(&addresses("a.localhost.", family)),
                Some(expected)
            );
        }
    }

    #[test]
    fn invalid_and_onion_are_not_found() {
        for name in ["invalid", "a.invalid", "a.invalid.", "onion", "abc.onion."] {
            assert_eq!(resolution(name), Some(Resolution::NotFound), "{name}");
            let resolution = special_name(&addresses(name, None));
            assert_eq!(resolution, Some(Resolution::NotFound), "{name}");
        }
    }

    #[test]
    fn other_names_are_not_special() {
        for name in [
            "localhost.test",
            "onion.test",
            "notlocalhost",
            "a.xinvalid",
            "a",
        ] {
            assert_eq!(resolution(name), None, "{name}");
            assert_eq!(special_name(&addresses(name, None)), None, "{name}");
        }
        assert_eq!(
            special_name(&Lookup::HostByAddress(Ipv4Addr::LOCALHOST)),
            None
        );
        assert_eq!(
            special_name(&Lookup::NameOf(Ipv6Addr::LOCALHOST.into())),
            None
        );
    }

    #[test]
    fn services_and_protocols_are_not_found() {
        let lookup = Lookup::ProtocolByNumber(6);
        assert_eq!(special_name(&lookup), Some(Resolution::NotFound));
    }
}
