//! The services and protocols of a machine that has no files for them.
//!
//! The data are facts of IANA's registries "Service Name and Transport Protocol Port Number" and
//! "Assigned Internet Protocol Numbers": the system ports (1 to 1023) and registered ports that
//! are in use, and the protocol numbers. A few names are those that such files traditionally have,
//! where IANA's is another: "ip" for protocol 0, "www" for http.

use super::parse::{self, Malformed, ProtocolLine, ServiceLine};

const SERVICES: &str = include_str!("services.txt");
const PROTOCOLS: &str = include_str!("protocols.txt");

/// The services, in the order of their ports.
pub(super) fn services() -> Vec<ServiceLine> {
    parse::services(
        "services.txt",
        SERVICES.as_bytes(),
        Malformed::LeaveOut,
        &mut Vec::new(),
    )
}

/// The protocols, in the order of their numbers.
pub(super) fn protocols() -> Vec<ProtocolLine> {
    parse::protocols(
        "protocols.txt",
        PROTOCOLS.as_bytes(),
        Malformed::LeaveOut,
        &mut Vec::new(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_embedded_tables_are_without_fault() {
        let mut errors = Vec::new();
        parse::services(
            "services.txt",
            SERVICES.as_bytes(),
            Malformed::LeaveOut,
            &mut errors,
        );
        parse::protocols(
            "protocols.txt",
            PROTOCOLS.as_bytes(),
            Malformed::LeaveOut,
            &mut errors,
        );
        assert!(errors.is_empty(), "{errors:?}");
    }

    #[test]
    fn no_port_has_two_services_and_no_number_two_protocols() {
        let mut seen = HashSet::new();
        for ServiceLine { port, protocol, .. } in services() {
            assert!(seen.insert((port, protocol.clone())), "{port}/{protocol}");
        }
        let mut seen = HashSet::new();
        // 0 is both "ip", by tradition, and "hopopt".
        for line in protocols().into_iter().skip(1) {
            assert!(seen.insert(line.number), "{}", line.number);
        }
    }

    #[test]
    fn they_have_what_programs_ask_for() {
        let names: HashSet<String> = services().into_iter().map(|s| s.names[0].clone()).collect();
        assert!(names.len() >= 150, "{}", names.len());
        assert!(protocols().len() >= 50);
        for (name, port) in [
            ("ftp", 21),
            ("domain", 53),
            ("http", 80),
            ("pop3", 110),
            ("https", 443),
        ] {
            let found = services().into_iter().find(|s| s.names[0] == name).unwrap();
            assert_eq!((found.port, &*found.protocol), (port, "tcp"), "{name}");
        }
        assert!(
            services()
                .iter()
                .any(|s| s.names[1..].contains(&"www".into()))
        );
    }
}
