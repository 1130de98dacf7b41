//! What was found, owned by whoever holds it.

use std::net::Ipv4Addr;

use crate::bindings::types;

/// What a request found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// To a host's name or address.
    Host(HostEntry),
    /// To a service's name or port.
    Service(ServiceEntry),
    /// To a protocol's name or number.
    Protocol(ProtocolEntry),
}

/// A host.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostEntry {
    /// Its official name; for an address given as text, that text (`S-R13`).
    pub name: String,
    /// Its other names.
    pub aliases: Vec<String>,
    /// Its addresses, in the order of the answer.
    pub addresses: Vec<Ipv4Addr>,
}

/// A service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServiceEntry {
    /// Its official name.
    pub name: String,
    /// Its other names.
    pub aliases: Vec<String>,
    /// Its port as a number: 80 for http. Winsock's own `s_port` is in network byte order (`S-R11`).
    pub port: u16,
    /// The name of the protocol to use with it.
    pub protocol: String,
}

/// A protocol.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProtocolEntry {
    /// Its official name.
    pub name: String,
    /// Its other names.
    pub aliases: Vec<String>,
    /// Its number, in host order (`S-R11`).
    pub number: i32,
}

/// Bytes of a pointer, of `hostent`, of `servent` and of `protoent`, on wasm32 (`S-R9`).
const POINTER: usize = 4;
const HOSTENT: usize = 16;
const SERVENT: usize = 16;
const PROTOENT: usize = 12;

impl Answer {
    /// The official name.
    pub fn name(&self) -> &str {
        match self {
            Answer::Host(entry) => &entry.name,
            Answer::Service(entry) => &entry.name,
            Answer::Protocol(entry) => &entry.name,
        }
    }

    /// The other names.
    pub fn aliases(&self) -> &[String] {
        match self {
            Answer::Host(entry) => &entry.aliases,
            Answer::Service(entry) => &entry.aliases,
            Answer::Protocol(entry) => &entry.aliases,
        }
    }

    /// Bytes that this answer takes as Winsock's structure on wasm32, with all that it points to
    /// (`S-R7`, `S-R9`).
    pub fn winsock_size(&self) -> usize {
        let string = |s: &str| s.len() + 1;
        let aliases = self.aliases();
        let names = string(self.name())
            + (aliases.len() + 1) * POINTER
            + aliases.iter().map(|alias| string(alias)).sum::<usize>();
        names
            + match self {
                Answer::Host(entry) => {
                    let count = entry.addresses.len();
                    HOSTENT + (count + 1) * POINTER + count * size_of::<Ipv4Addr>()
                }
                Answer::Service(entry) => SERVENT + string(&entry.protocol),
                Answer::Protocol(_) => PROTOENT,
            }
    }
}

impl From<types::Answer> for Answer {
    fn from(answer: types::Answer) -> Answer {
        match answer {
            types::Answer::Host(e) => Answer::Host(HostEntry {
                name: e.name,
                aliases: e.aliases,
                addresses: e.addresses.into_iter().map(Ipv4Addr::from_bits).collect(),
            }),
            types::Answer::Service(e) => Answer::Service(ServiceEntry {
                name: e.name,
                aliases: e.aliases,
                port: e.port,
                protocol: e.protocol,
            }),
            types::Answer::Protocol(e) => Answer::Protocol(ProtocolEntry {
                name: e.name,
                aliases: e.aliases,
                number: e.number,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_winsocks_structures() {
        // S-R7, S-R9
        let host = Answer::Host(HostEntry {
            name: "a.test".into(),
            aliases: vec!["b".into()],
            addresses: vec![Ipv4Addr::LOCALHOST; 2],
        });
        // hostent, name, alias list and alias, address list and addresses.
        assert_eq!(host.winsock_size(), 16 + 7 + 8 + 2 + 12 + 8);
        let service = Answer::Service(ServiceEntry {
            name: "http".into(),
            aliases: vec![],
            port: 80,
            protocol: "tcp".into(),
        });
        assert_eq!(service.winsock_size(), 16 + 5 + 4 + 4);
        let protocol = Answer::Protocol(ProtocolEntry {
            name: "ip".into(),
            aliases: vec![],
            number: 0,
        });
        assert_eq!(protocol.winsock_size(), 12 + 3 + 4);
    }

    #[test]
    fn an_answer_of_the_interface_keeps_everything() {
        let answer = Answer::from(types::Answer::Host(types::HostEntry {
            name: "a".into(),
            aliases: vec!["b".into()],
            addresses: vec![0xc000_0201],
        }));
        assert_eq!(
            (answer.name(), answer.aliases()),
            ("a", &["b".to_owned()][..])
        );
        let Answer::Host(entry) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!(entry.addresses, [Ipv4Addr::new(192, 0, 2, 1)]);
    }
}
