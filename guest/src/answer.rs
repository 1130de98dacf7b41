//! The answers to requests.

use std::net::Ipv4Addr;

use crate::address::AddressList;
use crate::bindings::types;
use crate::error::WsaError;

/// How a request ended.
pub(crate) type Outcome = Result<Answer, WsaError>;

/// The answer to a request. It owns its data.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// The answer to the name or address of a host.
    Host(HostEntry),
    /// The answer to the name or port of a service.
    Service(ServiceEntry),
    /// The answer to the name or number of a protocol.
    Protocol(ProtocolEntry),
    /// The addresses of a host.
    Addresses(AddressList),
    /// The name of a host.
    Name(String),
}

/// A host.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostEntry {
    /// The official name. For an address given as text, that text (`S-R13`: such an address is its
    /// own answer).
    pub name: String,
    /// The other names.
    pub aliases: Vec<String>,
    /// The IPv4 addresses, in the order of the answer.
    pub addresses: Vec<Ipv4Addr>,
}

/// A service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServiceEntry {
    /// The official name.
    pub name: String,
    /// The other names.
    pub aliases: Vec<String>,
    /// The port as a number: 80 for http. The `s_port` of Winsock is in network byte order
    /// (`S-R11`).
    pub port: u16,
    /// The name of the protocol to use with the service.
    pub protocol: String,
}

/// A protocol.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProtocolEntry {
    /// The official name.
    pub name: String,
    /// The other names.
    pub aliases: Vec<String>,
    /// The number, in host order (`S-R11`).
    pub number: i32,
}

/// The size in bytes of a pointer on wasm32. The next three constants are the sizes of Winsock's
/// structures (`S-R9`).
const POINTER: usize = 4;
const HOSTENT: usize = 16;
const SERVENT: usize = 16;
const PROTOENT: usize = 12;

impl Answer {
    /// Returns the official name. "" for addresses of a host whose canonical name is not known.
    pub fn name(&self) -> &str {
        match self {
            Answer::Host(entry) => &entry.name,
            Answer::Service(entry) => &entry.name,
            Answer::Protocol(entry) => &entry.name,
            Answer::Addresses(list) => list.canonical_name.as_deref().unwrap_or_default(),
            Answer::Name(name) => name,
        }
    }

    /// Returns the other names.
    pub fn aliases(&self) -> &[String] {
        match self {
            Answer::Host(entry) => &entry.aliases,
            Answer::Service(entry) => &entry.aliases,
            Answer::Protocol(entry) => &entry.aliases,
            Answer::Addresses(_) | Answer::Name(_) => &[],
        }
    }

    /// Returns the size in bytes of this answer as the structure of Winsock on wasm32, with
    /// everything that it points to (`S-R7`, `S-R9`). 0 if Winsock has no structure for it.
    pub fn winsock_size(&self) -> usize {
        let string = |s: &str| s.len() + 1;
        let of_kind = match self {
            Answer::Addresses(_) | Answer::Name(_) => return 0,
            Answer::Host(entry) => {
                let count = entry.addresses.len();
                HOSTENT + (count + 1) * POINTER + count * size_of::<Ipv4Addr>()
            }
            Answer::Service(entry) => SERVENT + string(&entry.protocol),
            Answer::Protocol(_) => PROTOENT,
        };
        let aliases = self.aliases();
        let names = string(self.name())
            + (aliases.len() + 1) * POINTER
            + aliases.iter().map(|alias| string(alias)).sum::<usize>();
        of_kind + names
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
            types::Answer::Addresses(list) => Answer::Addresses(list.into()),
            types::Answer::Name(name) => Answer::Name(name),
        }
    }
}

/// The kinds of answer that a [`Request`](crate::lookup::Request) can have: [`HostEntry`],
/// [`ServiceEntry`], [`ProtocolEntry`], [`AddressList`], and the `String` of a name.
pub trait FromAnswer: sealed::Sealed + Sized {
    /// Returns the entry if the answer is of this kind. A host that answers with another kind is
    /// broken: the request ends with [`WSANO_RECOVERY`](crate::WSANO_RECOVERY).
    fn from_answer(answer: Answer) -> Option<Self>;
}

mod sealed {
    #[expect(unnameable_types, reason = "only this crate implements it")]
    pub trait Sealed {}
}

macro_rules! kinds {
    ($($entry:ident = $case:ident;)*) => {$(
        impl sealed::Sealed for $entry {}

        impl FromAnswer for $entry {
            fn from_answer(answer: Answer) -> Option<Self> {
                if let Answer::$case(entry) = answer { Some(entry) } else { None }
            }
        }
    )*};
}

kinds! {
    HostEntry = Host;
    ServiceEntry = Service;
    ProtocolEntry = Protocol;
    AddressList = Addresses;
    String = Name;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_an_answer_is_that_of_its_winsock_structure() {
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
    fn an_answer_of_the_interface_keeps_all_its_fields() {
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
