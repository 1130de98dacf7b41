//! The outcome of a query, as a line of text or of JSON.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use serde::Serialize;
use winsock_async_guest::{Answer, WsaError};

use crate::plain::Plain;

/// One line of `lookup`. [`Display`](fmt::Display) is the text, with control characters escaped.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The query as it was written.
    pub query: String,
    /// The outcome. In JSON it is a field with the name of the variant.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// The outcome of a query.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A host was found.
    Host {
        /// Its official name.
        name: String,
        /// Its other names.
        aliases: Vec<String>,
        /// Its addresses.
        addresses: Vec<Ipv4Addr>,
    },
    /// A service was found.
    Service {
        /// Its official name.
        name: String,
        /// Its other names.
        aliases: Vec<String>,
        /// Its port as a number.
        port: u16,
        /// The protocol to use with the service.
        protocol: String,
    },
    /// A protocol was found.
    Protocol {
        /// Its official name.
        name: String,
        /// Its other names.
        aliases: Vec<String>,
        /// Its number.
        number: i32,
    },
    /// Addresses were found.
    Addresses {
        /// The canonical name, if it is known.
        name: Option<String>,
        /// The addresses, in the order in which to try them.
        addresses: Vec<IpAddr>,
    },
    /// The name of an address was found.
    Name(String),
    /// Nothing was found.
    Error {
        /// Winsock's name of the error, if it has one.
        name: Option<&'static str>,
        /// Winsock's number of the error.
        number: i32,
        /// The error in words.
        text: String,
    },
    /// The request was cancelled after this number of milliseconds.
    CancelledAfterMs(u64),
}

impl Report {
    /// Makes the report of a request that completed.
    pub fn new(query: impl fmt::Display, outcome: Result<Answer, WsaError>) -> Report {
        let outcome = match outcome {
            Ok(Answer::Host(e)) => Outcome::Host {
                name: e.name,
                aliases: e.aliases,
                addresses: e.addresses,
            },
            Ok(Answer::Service(e)) => Outcome::Service {
                name: e.name,
                aliases: e.aliases,
                port: e.port,
                protocol: e.protocol,
            },
            Ok(Answer::Protocol(e)) => Outcome::Protocol {
                name: e.name,
                aliases: e.aliases,
                number: e.number,
            },
            Ok(Answer::Addresses(list)) => Outcome::Addresses {
                name: list.canonical_name,
                addresses: list.addresses,
            },
            Ok(Answer::Name(name)) => Outcome::Name(name),
            Err(error) => Outcome::Error {
                name: error.name(),
                number: error.number(),
                text: error.to_string(),
            },
        };
        Report {
            query: query.to_string(),
            outcome,
        }
    }

    /// Makes the report of a request that the host refused.
    pub fn refused(query: impl fmt::Display, error: WsaError) -> Report {
        Report {
            query: query.to_string(),
            outcome: Outcome::Error {
                name: error.name(),
                number: error.number(),
                text: format!("not begun: {error}"),
            },
        }
    }

    /// Makes the report of a request that was cancelled.
    pub fn cancelled(query: impl fmt::Display, after_ms: u64) -> Report {
        Report {
            query: query.to_string(),
            outcome: Outcome::CancelledAfterMs(after_ms),
        }
    }

    /// Returns whether there was an answer.
    pub fn is_answer(&self) -> bool {
        !matches!(
            self.outcome,
            Outcome::Error { .. } | Outcome::CancelledAfterMs(_)
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", Plain(self.query.as_bytes()))?;
        match &self.outcome {
            Outcome::Host {
                name,
                aliases,
                addresses,
            } => {
                names(f, name, aliases)?;
                addresses
                    .iter()
                    .try_for_each(|address| write!(f, " {address}"))
            }
            Outcome::Service {
                name,
                aliases,
                port,
                protocol,
            } => {
                names(f, name, aliases)?;
                write!(f, " port {port}/{}", Plain(protocol.as_bytes()))
            }
            Outcome::Protocol {
                name,
                aliases,
                number,
            } => {
                names(f, name, aliases)?;
                write!(f, " number {number}")
            }
            Outcome::Addresses { name, addresses } => {
                let name = name.as_deref().unwrap_or("?");
                write!(f, "{}", Plain(name.as_bytes()))?;
                addresses
                    .iter()
                    .try_for_each(|address| write!(f, " {address}"))
            }
            Outcome::Name(name) => write!(f, "{}", Plain(name.as_bytes())),
            Outcome::Error { text, .. } => f.write_str(text),
            Outcome::CancelledAfterMs(ms) => write!(f, "cancelled after {ms} ms"),
        }
    }
}

fn names(f: &mut fmt::Formatter<'_>, name: &str, aliases: &[String]) -> fmt::Result {
    write!(f, "{}", Plain(name.as_bytes()))?;
    let shown = Plain(aliases.join(", ").as_bytes()).to_string();
    match aliases {
        [] => Ok(()),
        [_] => write!(f, " (alias {shown})"),
        _ => write!(f, " (aliases {shown})"),
    }
}

#[cfg(test)]
mod tests {
    use winsock_async_guest::{HostEntry, ProtocolEntry, ServiceEntry, WSANO_DATA};

    use super::*;

    #[test]
    fn a_report_is_a_line_of_text_or_json() {
        let host = HostEntry {
            name: "a.test".into(),
            aliases: vec!["b".into(), "c".into()],
            addresses: vec![Ipv4Addr::LOCALHOST, Ipv4Addr::new(192, 0, 2, 1)],
        };
        let service = ServiceEntry {
            name: "http".into(),
            aliases: vec!["www".into()],
            port: 80,
            protocol: "tcp".into(),
        };
        let protocol = ProtocolEntry {
            name: "udp".into(),
            aliases: vec![],
            number: 17,
        };
        for (report, text, json) in [
            (
                Report::new("host:a", Ok(Answer::Host(host))),
                "host:a: a.test (aliases b, c) 127.0.0.1 192.0.2.1",
                r#"{"query":"host:a","host":{"name":"a.test","aliases":["b","c"],"addresses":["127.0.0.1","192.0.2.1"]}}"#,
            ),
            (
                Report::new("port:80", Ok(Answer::Service(service))),
                "port:80: http (alias www) port 80/tcp",
                r#"{"query":"port:80","service":{"name":"http","aliases":["www"],"port":80,"protocol":"tcp"}}"#,
            ),
            (
                Report::new("proto:udp", Ok(Answer::Protocol(protocol))),
                "proto:udp: udp number 17",
                r#"{"query":"proto:udp","protocol":{"name":"udp","aliases":[],"number":17}}"#,
            ),
        ] {
            assert!(report.is_answer());
            assert_eq!(report.to_string(), text);
            assert_eq!(serde_json::to_string(&report).unwrap(), json);
        }
    }

    #[test]
    fn names_with_control_characters_stay_on_their_line() {
        let host = HostEntry {
            name: "a\nhost:b: b 192.0.2.9".into(),
            aliases: vec!["\u{1b}[31mred".into(), "c\r".into()],
            addresses: vec![Ipv4Addr::LOCALHOST],
        };
        assert_eq!(
            Report::new("host:\u{9b}a", Ok(Answer::Host(host))).to_string(),
            r"host:\u{9b}a: a\nhost:b: b 192.0.2.9 (aliases \u{1b}[31mred, c\r) 127.0.0.1"
        );
        let service = ServiceEntry {
            name: "x".into(),
            aliases: vec![],
            port: 1,
            protocol: "t\np".into(),
        };
        assert_eq!(
            Report::new("port:1", Ok(Answer::Service(service))).to_string(),
            r"port:1: x port 1/t\np"
        );
    }

    #[test]
    fn failed_and_cancelled_requests_are_no_answers() {
        let failed = Report::new("serv:x", Err(WSANO_DATA));
        assert_eq!(failed.to_string(), format!("serv:x: {WSANO_DATA}"));
        let json = serde_json::to_value(&failed).unwrap();
        assert_eq!(json["error"]["name"], "WSANO_DATA");
        assert_eq!(json["error"]["number"], 11004);
        let refused = Report::refused("serv:x", WSANO_DATA);
        assert_eq!(
            refused.to_string(),
            format!("serv:x: not begun: {WSANO_DATA}")
        );
        let cancelled = Report::cancelled("host:x", 500);
        assert_eq!(cancelled.to_string(), "host:x: cancelled after 500 ms");
        let json = serde_json::to_string(&cancelled).unwrap();
        assert_eq!(json, r#"{"query":"host:x","cancelled_after_ms":500}"#);
        assert!(!failed.is_answer() && !refused.is_answer() && !cancelled.is_answer());
    }
}
