//! The default services and protocols.
//!
//! The data are facts of two registries of IANA. "Service Name and Transport Protocol Port Number"
//! has the system ports (1 to 1023) and the registered ports that are in use. "Assigned Internet
//! Protocol Numbers" has the protocol numbers. The traditional names "ip", for protocol 0, and
//! "www", for http, are not IANA's.

use super::parse::{self, Malformed, ProtocolLine, ServiceLine};

const SERVICES: &str = include_str!("services.txt");
const PROTOCOLS: &str = include_str!("protocols.txt");

/// The services, in the order of their ports.
pub(super) fn services() -> Vec<ServiceLine> {
    parse::services(
        "services.txt",
        SERVICES.as_bytes(),
        Malformed::Skip,
        &mut Vec::new(),
    )
}

/// The protocols, in the order of their numbers.
pub(super) fn protocols() -> Vec<ProtocolLine> {
    parse::protocols(
        "protocols.txt",
        PROTOCOLS.as_bytes(),
        Malformed::Skip,
        &mut Vec::new(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn embedded_tables_have_no_malformed_line() {
        let mut errors = Vec::new();
        parse::services(
            "services.txt",
            SERVICES.as_bytes(),
            Malformed::Skip,
            &mut errors,
        );
        parse::protocols(
            "protocols.txt",
            PROTOCOLS.as_bytes(),
            Malformed::Skip,
            &mut errors,
        );
        assert!(errors.is_empty(), "{errors:?}");
    }

    #[test]
    fn each_port_has_one_service_and_each_number_one_protocol() {
        let mut seen = HashSet::new();
        for ServiceLine { port, protocol, .. } in services() {
            assert!(seen.insert((port, protocol.clone())), "{port}/{protocol}");
        }
        let mut seen = HashSet::new();
        // 0 is "ip", by tradition, and "hopopt".
        for line in protocols().into_iter().skip(1) {
            assert!(seen.insert(line.number), "{}", line.number);
        }
    }

    #[test]
    fn embedded_tables_have_the_common_services_and_protocols() {
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
