//! A rule of a script's file.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use serde::de::{self, Deserialize, Deserializer};

use super::rule::{Rule, RuleError};
use crate::types::{Answer, ErrorCode, HostEntry, ProtocolEntry, ServiceEntry};

/// The keys of a rule.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct FileRule {
    host: Option<String>,
    address: Option<IpAddr>,
    service: Option<String>,
    service_port: Option<u16>,
    protocol: Option<String>,
    protocol_number: Option<i32>,

    name: Option<String>,
    aliases: Option<Vec<String>>,
    addresses: Option<Vec<IpAddr>>,
    transport: Option<String>,
    port: Option<u16>,
    number: Option<i32>,

    error: Option<ErrorName>,
    delay_ms: Option<u64>,
    #[serde(default)]
    never: bool,
    #[serde(default)]
    now: bool,
}

impl FileRule {
    /// Makes the rule. Its parts are valid, and their combination is unchecked.
    pub(super) fn into_rule(mut self) -> Result<Rule, RuleError> {
        let lookup = (
            self.host.take(),
            self.address.take(),
            self.service.take(),
            self.service_port.take(),
            self.protocol.take(),
            self.protocol_number.take(),
        );
        let (mut rule, answer) = match lookup {
            (Some(name), None, None, None, None, None) => {
                let (rule, answer) = self.with_host(Rule::host(&name), Some(name), None)?;
                (rule, Ok(answer))
            }
            (None, Some(address), None, None, None, None) => {
                let (rule, answer) = self.with_host(Rule::address(address), None, Some(address))?;
                (rule, Ok(answer))
            }
            (None, None, Some(name), None, None, None) => {
                let transport = self.transport.take();
                let rule = Rule::service(&name, transport.as_deref());
                (rule, self.service_answer(Some(name), None, transport))
            }
            (None, None, None, Some(port), None, None) => {
                let transport = self.transport.take();
                let rule = Rule::service_port(port, transport.as_deref());
                (rule, self.service_answer(None, Some(port), transport))
            }
            (None, None, None, None, Some(name), None) => (
                Rule::protocol(&name),
                self.protocol_answer(Some(name), None),
            ),
            (None, None, None, None, None, Some(number)) => (
                Rule::protocol_number(number),
                self.protocol_answer(None, Some(number)),
            ),
            _ => return Err(RuleError::Asked),
        };
        if let Some(answer) = answer? {
            rule = rule.answer(answer);
        }
        self.nothing_unused()?;
        if let Some(ErrorName(error)) = self.error {
            rule = rule.error(error);
        }
        if let Some(milliseconds) = self.delay_ms {
            rule = rule.delay(Duration::from_millis(milliseconds));
        }
        if self.never {
            rule = rule.never();
        }
        if self.now {
            rule = rule.now();
        }
        Ok(rule)
    }

    /// Whether the rule has an answer: neither an error, nor `never` without a part of an answer.
    fn has_answer(&self) -> bool {
        self.error.is_none() && (!self.never || self.nothing_unused().is_err())
    }

    /// Adds the addresses of a host to a rule, and returns the rule and its answer.
    fn with_host(
        &mut self,
        rule: Rule,
        name: Option<String>,
        address: Option<IpAddr>,
    ) -> Result<(Rule, Option<Answer>), RuleError> {
        if !self.has_answer() {
            return Ok((rule, None));
        }
        let name = self
            .name
            .take()
            .or(name)
            .ok_or(RuleError::Missing("name"))?;
        let addresses = self
            .addresses
            .take()
            .or(address.map(|address| vec![address]));
        let addresses = addresses
            .filter(|addresses| !addresses.is_empty())
            .ok_or(RuleError::Missing("addresses"))?;
        let aliases = self.aliases.take().unwrap_or_default();
        let ipv4 = addresses.iter().filter_map(|address| match address {
            IpAddr::V4(address) => Some(*address),
            IpAddr::V6(_) => None,
        });
        let entry = HostEntry::new(name, ipv4).with_aliases(aliases);
        Ok((rule.addresses(addresses), Some(entry.into())))
    }

    fn service_answer(
        &mut self,
        name: Option<String>,
        port: Option<u16>,
        transport: Option<String>,
    ) -> Result<Option<Answer>, RuleError> {
        if !self.has_answer() {
            return Ok(None);
        }
        // By port, the port of the lookup is that of the answer.
        let port = port.or_else(|| self.port.take());
        let entry = ServiceEntry {
            name: self
                .name
                .take()
                .or(name)
                .ok_or(RuleError::Missing("name"))?,
            aliases: self.aliases.take().unwrap_or_default(),
            port: port.ok_or(RuleError::Missing("port"))?,
            protocol: transport.ok_or(RuleError::Missing("transport"))?,
        };
        Ok(Some(entry.into()))
    }

    fn protocol_answer(
        &mut self,
        name: Option<String>,
        number: Option<i32>,
    ) -> Result<Option<Answer>, RuleError> {
        if !self.has_answer() {
            return Ok(None);
        }
        let number = number.or_else(|| self.number.take());
        let entry = ProtocolEntry {
            name: self
                .name
                .take()
                .or(name)
                .ok_or(RuleError::Missing("name"))?,
            aliases: self.aliases.take().unwrap_or_default(),
            number: number.ok_or(RuleError::Missing("number"))?,
        };
        Ok(Some(entry.into()))
    }

    /// Fails if a part of an answer was not taken.
    fn nothing_unused(&self) -> Result<(), RuleError> {
        let parts = [
            ("name", self.name.is_some()),
            ("aliases", self.aliases.is_some()),
            ("addresses", self.addresses.is_some()),
            ("transport", self.transport.is_some()),
            ("port", self.port.is_some()),
            ("number", self.number.is_some()),
        ];
        match parts.into_iter().find(|(_, is_there)| *is_there) {
            Some((part, _)) => Err(RuleError::Unused(part)),
            None => Ok(()),
        }
    }
}

/// An error by its Winsock name.
struct ErrorName(ErrorCode);

impl<'de> Deserialize<'de> for ErrorName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        ErrorCode::ALL
            .into_iter()
            .find(|error| error.winsock_name() == name)
            .map(ErrorName)
            .ok_or_else(|| de::Error::custom(UnknownError(&name)))
    }
}

struct UnknownError<'a>(&'a str);

impl fmt::Display for UnknownError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a Winsock error; expected one of", self.0)?;
        for (i, error) in ErrorCode::ALL.into_iter().enumerate() {
            write!(
                f,
                "{} {}",
                if i == 0 { "" } else { "," },
                error.winsock_name()
            )?;
        }
        Ok(())
    }
}
