//! The default services and protocols.
//!
//! The data are facts of two registries of IANA. "Service Name and Transport Protocol Port Number"
//! has the system ports (1 to 1023) and the registered ports that are in use. "Assigned Internet
//! Protocol Numbers" has the protocol numbers. The traditional names "ip", for protocol 0, and
//! "www", for http, are not IANA's.

/// The services, in the order of their ports.
pub(super) const SERVICES: &str = include_str!("services.txt");
/// The protocols, in the order of their numbers.
pub(super) const PROTOCOLS: &str = include_str!("protocols.txt");

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// The words of each entry.
    fn entries(text: &str) -> Vec<Vec<&str>> {
        text.lines()
            .map(|line| line.split('#').next().unwrap_or_default())
            .map(|content| content.split_whitespace().collect::<Vec<_>>())
            .filter(|words| !words.is_empty())
            .collect()
    }

    #[test]
    fn each_port_has_one_service_and_each_number_one_protocol() {
        let mut seen = HashSet::new();
        for words in entries(SERVICES) {
            assert!(seen.insert(words[1]), "{words:?}");
        }
        let mut seen = HashSet::new();
        // 0 is "ip", by tradition, and "hopopt".
        for words in entries(PROTOCOLS).iter().skip(1) {
            assert!(seen.insert(words[1]), "{words:?}");
        }
    }

    #[test]
    fn embedded_tables_have_the_common_services_and_protocols() {
        let services = entries(SERVICES);
        let names: HashSet<&str> = services.iter().map(|words| words[0]).collect();
        assert!(names.len() >= 150, "{}", names.len());
        assert!(entries(PROTOCOLS).len() >= 50);
        for (name, port) in [
            ("ftp", "21/tcp"),
            ("domain", "53/tcp"),
            ("http", "80/tcp"),
            ("pop3", "110/tcp"),
            ("https", "443/tcp"),
        ] {
            let found = services.iter().find(|words| words[0] == name).unwrap();
            assert_eq!(found[1], port, "{name}");
        }
        assert!(services.iter().any(|words| words[2..].contains(&"www")));
    }
}
