//! Parses a script from TOML.

use toml::Spanned;

use super::file_rule::FileRule;
use super::resolver::Scripted;
use super::rule::{RuleError, Script};
use crate::text::DisplayText;

impl Script {
    /// Parses a script. `file` names it in errors. See the [module](super) for the format.
    ///
    /// # Errors
    ///
    /// The first error, with its line.
    pub fn parse(text: &str, file: &str) -> Result<Scripted, ScriptError> {
        let line = |at: usize| 1 + text.bytes().take(at).filter(|&b| b == b'\n').count();
        let script: File = toml::from_str(text).map_err(|error| ScriptError::Syntax {
            file: file.into(),
            line: line(error.span().map_or(0, |span| span.start)),
            message: error
                .message()
                .lines()
                .collect::<Vec<_>>()
                .join(", ")
                .into(),
        })?;
        let mut rules = Script::new();
        for rule in script.rule {
            let at = rule.span().start;
            let wrong = |problem| ScriptError::Rule {
                file: file.into(),
                line: line(at),
                problem,
            };
            let rule = rule.into_inner().into_rule().map_err(wrong)?;
            rule.check().map_err(wrong)?;
            rules = rules.rule(rule);
        }
        // Every rule is valid by now, so this never fails.
        rules.build().map_err(|problem| ScriptError::Rule {
            file: file.into(),
            line: 1,
            problem,
        })
    }
}

/// An error in a script's file, shown as `FILE:LINE: PROBLEM`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScriptError {
    /// The file is not TOML, or a key is unknown or of the wrong type.
    #[error("{file}:{line}: {}", DisplayText::message(message.as_bytes(), 1024))]
    Syntax {
        /// The file.
        file: Box<str>,
        /// The line number, from 1.
        line: usize,
        /// The problem.
        message: Box<str>,
    },
    /// A rule is invalid.
    #[error("{file}:{line}: {problem}")]
    Rule {
        /// The file.
        file: Box<str>,
        /// The number of the line where the rule begins, from 1.
        line: usize,
        /// The problem.
        problem: RuleError,
    },
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rule: Vec<Spanned<FileRule>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lookup::{Lookup, Resolution, Resolver};
    use crate::types::{Answer, ErrorCode, HostEntry, ProtocolEntry, ServiceEntry};
    use proptest::prelude::*;
    use std::net::Ipv4Addr;

    fn answer(script: &str, lookup: &Lookup) -> Answer {
        let scripted = Script::parse(script, "F").unwrap();
        let answer = scripted.resolve_blocking(lookup).unwrap();
        (*answer).clone()
    }

    fn error(rule: &str) -> String {
        Script::parse(&format!("# one\n\n[[rule]]\n{rule}"), "F")
            .unwrap_err()
            .to_string()
    }

    fn host(name: &str) -> Lookup {
        Lookup::HostByName(name.into())
    }

    #[test]
    fn rule_of_each_kind_answers_its_lookup() {
        let localhost = Ipv4Addr::LOCALHOST;
        let script = r#"
            rule = [
                { host = "A.test", addresses = ["127.0.0.1"], aliases = ["b", "c"], name = "d" },
                { address = "127.0.0.1", name = "e" },
                { service = "echo", transport = "tcp", port = 7 },
                { service-port = 9, transport = "udp", name = "discard" },
                { protocol = "tcp", number = 6, aliases = ["TCP"] },
                { protocol-number = -1, name = "none" },
            ]
        "#;
        let entry = HostEntry::new("d", [localhost]).with_aliases(["b", "c"]);
        assert_eq!(answer(script, &host("a.test")), entry.into());
        let entry = HostEntry::new("e", [localhost]);
        assert_eq!(
            answer(script, &Lookup::HostByAddress(localhost)),
            entry.into()
        );
        let service = |name: &str, port, protocol: &str| {
            let (name, protocol) = (name.into(), protocol.into());
            Answer::Service(ServiceEntry {
                name,
                aliases: vec![],
                port,
                protocol,
            })
        };
        let by_name = Lookup::ServiceByName {
            name: "Echo".into(),
            protocol: None,
        };
        assert_eq!(answer(script, &by_name), service("echo", 7, "tcp"));
        let by_port = Lookup::ServiceByPort {
            port: 9,
            protocol: Some("udp".into()),
        };
        assert_eq!(answer(script, &by_port), service("discard", 9, "udp"));
        let protocol = |name: &str, aliases: &[&str], number| {
            let aliases = aliases.iter().map(|&alias| alias.into()).collect();
            Answer::Protocol(ProtocolEntry {
                name: name.into(),
                aliases,
                number,
            })
        };
        let by_name = Lookup::ProtocolByName("tcp".into());
        assert_eq!(answer(script, &by_name), protocol("tcp", &["TCP"], 6));
        assert_eq!(
            answer(script, &Lookup::ProtocolByNumber(-1)),
            protocol("none", &[], -1)
        );
    }

    #[test]
    fn errors_delays_and_never_are_parsed() {
        let script = r#"
            [[rule]]
            host = "a"
            error = "WSATRY_AGAIN"
            now = true
            [[rule]]
            host = "a"
            error = "WSANO_RECOVERY"
            delay-ms = 1
            [[rule]]
            service = "stuck"
            transport = "tcp"
            never = true
        "#;
        let scripted = Script::parse(script, "F").unwrap();
        assert_eq!(
            scripted.try_resolve(&host("a")),
            Resolution::Ready(Err(ErrorCode::TryAgain))
        );
        assert_eq!(scripted.try_resolve(&host("a")), Resolution::Blocking);
        assert_eq!(
            scripted.resolve_blocking(&host("a")),
            Err(ErrorCode::NoRecovery)
        );
        scripted.control().release("stuck");
        let stuck = Lookup::ServiceByName {
            name: "stuck".into(),
            protocol: Some("tcp".into()),
        };
        assert_eq!(scripted.resolve_blocking(&stuck), Err(ErrorCode::NoData));
        assert_eq!(
            Script::parse("", "F").unwrap().try_resolve(&host("a")),
            Resolution::NotFound
        );
    }

    #[test]
    fn error_names_its_line() {
        let starts = |rule: &str, start: &str| {
            let error = error(rule);
            assert!(error.starts_with(start) && !error.contains('\n'), "{error}");
        };
        starts("host = ", "F:4: ");
        starts("\nhosts = 'a'", "F:5: unknown field `hosts`");
        starts(
            "host = 'a'\naddresses = ['127.1']",
            "F:5: invalid IP address syntax",
        );
        starts(
            "host = 'a'\nerror = 'TRY_AGAIN'",
            "F:5: `TRY_AGAIN` is not a Winsock error; expected one of WSAEINTR, ",
        );
        starts("service-port = 65536", "F:4: ");
        starts("delay-ms = -1", "F:4: ");
        starts("host = 'a'\nnow = 1", "F:5: ");
        starts(
            "host = 'a'\naddress = '127.0.0.1'",
            "F:3: a rule has exactly one of",
        );
        starts("name = 'a'", "F:3: a rule has exactly one of");
        starts(
            "host = '127.0.0.1'\nerror = 'WSATRY_AGAIN'",
            "F:3: `127.0.0.1` is not a host name",
        );
        starts("host = 'a'", "F:3: the answer needs `addresses`");
        starts(
            "host = 'a'\naddresses = []",
            "F:3: the answer needs `addresses`",
        );
        starts(
            "service = 'a'\nport = 1",
            "F:3: the answer needs `transport`",
        );
        starts(
            "service = 'a'\ntransport = 'tcp'",
            "F:3: the answer needs `port`",
        );
        starts("protocol-number = 1", "F:3: the answer needs `name`");
        starts(
            "host = 'a'\naddresses = ['127.0.0.1']\nport = 1",
            "F:3: `port` has no meaning",
        );
        starts(
            "host = 'a'\nerror = 'WSATRY_AGAIN'\nname = 'b'",
            "F:3: `name` has no meaning",
        );
        starts(
            "host = 'a'\nerror = 'WSATRY_AGAIN'\nnow = true\nnever = true",
            "F:3: a rule has at most one",
        );
    }

    proptest! {
        #[test]
        fn arbitrary_text_is_a_script_or_an_error(text in "(\\[\\[rule\\]\\]|host|=|'a'|1|never|true|\n|\\PC){0,20}") {
            if let Err(error) = Script::parse(&text, "F") {
                prop_assert!(error.to_string().starts_with("F:"));
            }
        }
    }
}
