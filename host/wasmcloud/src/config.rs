//! The configuration of a component.

use std::collections::HashMap;
use std::fmt::Display;
use std::num::NonZeroU32;
use std::str::FromStr;

use winsock_async_engine::policy::FileError;
use winsock_async_engine::{Limits, Policy, Rate};

/// What all keys of this plugin begin with.
const PREFIX: &str = "winsock.";

/// Why the configuration of a component is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The policy is malformed. Shown as `winsock.policy:LINE: PROBLEM`.
    #[error(transparent)]
    Policy(#[from] FileError),
    /// The value of a limit is malformed.
    #[error("{key}: `{}`: {problem}", value.escape_debug())]
    Limit {
        /// The key.
        key: Box<str>,
        /// The value.
        value: Box<str>,
        /// What is wrong with it.
        problem: Box<str>,
    },
    /// There is no such key.
    #[error("{}: there is no such key", .0.escape_debug())]
    UnknownKey(Box<str>),
}

/// What a component is configured with.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) policy: Policy,
    pub(super) limits: Limits,
}

impl Config {
    /// Reads the configuration of the workload's interface, and then that of the component, on top
    /// of `limits`.
    ///
    /// # Errors
    ///
    /// One of the mistakes.
    pub(super) fn read<'a>(
        sources: impl IntoIterator<Item = &'a HashMap<String, String>>,
        limits: Limits,
    ) -> Result<Config, ConfigError> {
        let mut values = HashMap::new();
        for source in sources {
            values.extend(source.iter().filter(|(key, _)| key.starts_with(PREFIX)));
        }
        let policy = Policy::deny_all();
        let mut config = Config { policy, limits };
        for (key, value) in values {
            config.set(key, value)?;
        }
        Ok(config)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), ConfigError> {
        let limits = &mut self.limits;
        let done = match key.strip_prefix(PREFIX).unwrap_or_default() {
            "policy" => {
                self.policy = Policy::parse(value, key)?;
                return Ok(());
            }
            "max-requests" => number(value).map(|n| limits.max_requests = n),
            "requests-per-component" => number(value).map(|n| limits.requests_per_engine = n),
            "bytes-per-session" => number(value).map(|n| limits.bytes_per_session = n),
            "answer-bytes" => number(value).map(|n| limits.answer_bytes = n),
            "name-bytes" => number(value).map(|n| limits.name_bytes = n),
            "max-rate" => rate(value).map(|rate| limits.max_rate = Some(rate)),
            "request-timeout" => match humantime::parse_duration(value) {
                Ok(time) => {
                    limits.request_timeout = Some(time);
                    Ok(())
                }
                Err(error) => Err(error.to_string()),
            },
            _ => return Err(ConfigError::UnknownKey(key.into())),
        };
        done.map_err(|problem| ConfigError::Limit {
            key: key.into(),
            value: value.into(),
            problem: problem.into(),
        })
    }
}

fn number<N: FromStr<Err: Display>>(value: &str) -> Result<N, String> {
    value.parse().map_err(|error: N::Err| error.to_string())
}

/// Reads `N` or `N/BURST`.
fn rate(value: &str) -> Result<Rate, String> {
    let (per_second, burst) = value.split_once('/').unwrap_or((value, value));
    Ok(Rate {
        per_second: number::<NonZeroU32>(per_second)?,
        burst: number::<NonZeroU32>(burst)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn map(pairs: &[(&str, &str)]) -> HashMap<String, String> {
        let pairs = pairs.iter().copied();
        pairs
            .map(|(key, value)| (key.into(), value.into()))
            .collect()
    }

    fn read(workload: &[(&str, &str)], component: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::read([&map(workload), &map(component)], Limits::default())
    }

    // S-R16
    #[test]
    fn component_without_configuration_may_look_up_no_host() {
        let config = read(&[("other", "1")], &[("winsock", "1")]).unwrap();
        assert!(!config.policy.allows_name("localhost"));
        assert_eq!(config.limits, Limits::default());
    }

    #[test]
    fn value_of_the_component_takes_the_place_of_the_workloads() {
        let workload = [
            ("winsock.policy", "allow = ['a.test', 'b.test']"),
            ("winsock.max-requests", "10"),
            ("winsock.name-bytes", "100"),
        ];
        let component = [
            ("winsock.policy", "allow = ['b.test']"),
            ("winsock.max-requests", "20"),
        ];
        let config = read(&workload, &component).unwrap();
        let allows = |name| config.policy.allows_name(name);
        assert!(allows("b.test") && !allows("a.test"));
        let limits = config.limits;
        assert_eq!((limits.max_requests, limits.name_bytes), (20, 100));
    }

    #[test]
    fn every_limit_takes_effect() {
        let given = read(
            &[
                ("winsock.max-requests", "1"),
                ("winsock.requests-per-component", "2"),
                ("winsock.bytes-per-session", "3"),
                ("winsock.answer-bytes", "4"),
                ("winsock.name-bytes", "5"),
                ("winsock.max-rate", "6/7"),
                ("winsock.request-timeout", "1m 30s"),
            ],
            &[],
        );
        let rate = |per_second: u32, burst: u32| Rate {
            per_second: per_second.try_into().unwrap(),
            burst: burst.try_into().unwrap(),
        };
        let expected = Limits {
            max_requests: 1,
            requests_per_engine: 2,
            bytes_per_session: 3,
            answer_bytes: 4,
            name_bytes: 5,
            max_rate: Some(rate(6, 7)),
            request_timeout: Some(Duration::from_secs(90)),
            ..Limits::default()
        };
        assert_eq!(given.unwrap().limits, expected);
        let even = read(&[], &[("winsock.max-rate", "8")]).unwrap();
        assert_eq!(even.limits.max_rate, Some(rate(8, 8)));
    }

    #[test]
    fn mistakes_name_the_key_and_the_line() {
        for (key, value, said) in [
            (
                "winsock.policy",
                "allow = [\n'a..b',\n]",
                "winsock.policy:2: ",
            ),
            (
                "winsock.policy",
                "\n\nalow = []",
                "winsock.policy:3: unknown field `alow`",
            ),
            ("winsock.polcy", "", "winsock.polcy: there is no such key"),
            ("winsock.max-requests", "-1", "winsock.max-requests: `-1`: "),
            ("winsock.max-rate", "0", "winsock.max-rate: `0`: "),
            ("winsock.max-rate", "1/", "winsock.max-rate: `1/`: "),
            (
                "winsock.request-timeout",
                "5 parsecs",
                "winsock.request-timeout: `5 parsecs`: ",
            ),
        ] {
            for (workload, component) in [(&[(key, value)][..], &[][..]), (&[], &[(key, value)])] {
                let error = read(workload, component).unwrap_err().to_string();
                assert!(error.starts_with(said), "{error}");
            }
        }
    }
}
