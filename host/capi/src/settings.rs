//! Makes an engine of a configuration.

use std::num::NonZeroU32;
use std::str;
use std::time::Duration;

use winsock_async_engine::resolvers::{Chain, Deny, Script, System, Tables};
use winsock_async_engine::{self as engine, LookupEngine, Policy, Rate};

use crate::failure::Failure;
use crate::types::*;

/// A configuration whose texts were copied.
pub(crate) struct Settings {
    pub(crate) policy: Vec<u8>,
    pub(crate) resolvers: Vec<(u32, Vec<u8>)>,
    pub(crate) limits: Option<Limits>,
    pub(crate) host_name: Vec<u8>,
}

/// Why no engine was made, and a message.
pub(crate) type Refusal = (Failure, String);

impl Settings {
    pub(crate) fn build(&self) -> Result<LookupEngine, Refusal> {
        let policy = text(&self.policy, "policy")?;
        let policy = Policy::parse(policy, "policy").map_err(malformed)?;
        let mut builder = LookupEngine::builder().policy(policy);
        if let Some(limits) = &self.limits {
            builder = builder.limits(limits.into());
        }
        let host_name = text(&self.host_name, "host_name")?;
        if !host_name.is_empty() {
            builder = builder.host_name(host_name);
        }
        if !self.resolvers.is_empty() {
            let add = |chain, (kind, text): &(u32, Vec<u8>)| with_resolver(chain, *kind, text);
            builder = builder.resolver(self.resolvers.iter().try_fold(Chain::new(), add)?);
        }
        Ok(builder.build())
    }
}

fn with_resolver(chain: Chain, kind: u32, bytes: &[u8]) -> Result<Chain, Refusal> {
    Ok(match kind {
        WINSOCK_ASYNC_RESOLVER_SYSTEM_TABLES => chain.then(Tables::system()),
        WINSOCK_ASYNC_RESOLVER_SYSTEM => chain.then(System::new()),
        WINSOCK_ASYNC_RESOLVER_DNS => with_dns(chain, bytes)?,
        WINSOCK_ASYNC_RESOLVER_TABLES => {
            let hosts = text(bytes, "hosts")?;
            chain.then(
                Tables::builder()
                    .hosts_text(hosts)
                    .build()
                    .map_err(malformed)?,
            )
        }
        WINSOCK_ASYNC_RESOLVER_SCRIPT => {
            let script = text(bytes, "script")?;
            chain.then(Script::parse(script, "script").map_err(malformed)?)
        }
        WINSOCK_ASYNC_RESOLVER_DENY => chain.then(Deny),
        _ => {
            return Err((
                Failure(WINSOCK_ASYNC_WRONG_NUMBER),
                format!("there is no resolver {kind}"),
            ));
        }
    })
}

#[cfg(feature = "dns")]
fn with_dns(chain: Chain, resolv_conf: &[u8]) -> Result<Chain, Refusal> {
    use winsock_async_engine::resolvers::{Dns, DnsError};

    let settings = if resolv_conf.is_empty() {
        Dns::builder().system().map_err(malformed)?
    } else {
        Dns::builder().resolv_conf_text(resolv_conf, "resolv.conf")
    };
    let refusal = |error: DnsError| (Failure(WINSOCK_ASYNC_BAD_CONFIG), error.to_string());
    Ok(chain.then(settings.build().map_err(refusal)?))
}

#[cfg(not(feature = "dns"))]
fn with_dns(_: Chain, _: &[u8]) -> Result<Chain, Refusal> {
    let message = "the library was built without the feature `dns`";
    Err((Failure(WINSOCK_ASYNC_UNSUPPORTED), message.into()))
}

fn text<'a>(bytes: &'a [u8], name: &str) -> Result<&'a str, Refusal> {
    str::from_utf8(bytes).map_err(|error| {
        (
            Failure(WINSOCK_ASYNC_WRONG_TEXT),
            format!("{name}: {error}"),
        )
    })
}

fn malformed(error: impl ToString) -> Refusal {
    (Failure(WINSOCK_ASYNC_BAD_CONFIG), error.to_string())
}

impl From<&Limits> for engine::Limits {
    fn from(limits: &Limits) -> engine::Limits {
        let max_rate = NonZeroU32::new(limits.max_rate_per_second).map(|per_second| Rate {
            per_second,
            burst: NonZeroU32::new(limits.max_rate_burst).unwrap_or(NonZeroU32::MIN),
        });
        engine::Limits {
            max_requests: limits.max_requests,
            requests_per_engine: limits.requests_per_engine,
            bytes_per_session: limits.bytes_per_session,
            answer_bytes: limits.answer_bytes,
            max_rate,
            request_timeout: (limits.request_timeout > 0)
                .then(|| Duration::from_nanos(limits.request_timeout)),
            name_bytes: limits.name_bytes,
            max_answered_addresses: limits.max_answered_addresses,
            workers: limits.workers,
            max_extra_workers: limits.max_extra_workers,
            max_workers_per_session: limits.max_workers_per_session,
            stuck_after: duration(limits.stuck_after).unwrap_or(Duration::MAX),
        }
    }
}

impl From<engine::Limits> for Limits {
    fn from(limits: engine::Limits) -> Limits {
        let nanoseconds = |time: Duration| {
            let time = u64::try_from(time.as_nanos()).unwrap_or(WINSOCK_ASYNC_FOREVER);
            if time == 0 { 1 } else { time }
        };
        Limits {
            max_requests: limits.max_requests,
            requests_per_engine: limits.requests_per_engine,
            bytes_per_session: limits.bytes_per_session,
            answer_bytes: limits.answer_bytes,
            name_bytes: limits.name_bytes,
            max_answered_addresses: limits.max_answered_addresses,
            workers: limits.workers,
            max_extra_workers: limits.max_extra_workers,
            max_workers_per_session: limits.max_workers_per_session,
            max_rate_per_second: limits.max_rate.map_or(0, |rate| rate.per_second.get()),
            max_rate_burst: limits.max_rate.map_or(0, |rate| rate.burst.get()),
            request_timeout: limits.request_timeout.map_or(0, nanoseconds),
            stuck_after: nanoseconds(limits.stuck_after),
        }
    }
}

/// A time in nanoseconds. None is for ever.
pub(crate) fn duration(nanoseconds: u64) -> Option<Duration> {
    (nanoseconds != WINSOCK_ASYNC_FOREVER).then(|| Duration::from_nanos(nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_survive_the_way_through_c() {
        let odd = engine::Limits {
            max_requests: 1,
            requests_per_engine: 2,
            bytes_per_session: 3,
            answer_bytes: 4,
            max_rate: Some(Rate {
                per_second: 5.try_into().unwrap(),
                burst: 6.try_into().unwrap(),
            }),
            request_timeout: Some(Duration::from_nanos(7)),
            name_bytes: 8,
            max_answered_addresses: 9,
            workers: 10,
            max_extra_workers: 11,
            max_workers_per_session: 12,
            stuck_after: Duration::MAX,
        };
        for limits in [odd, engine::Limits::default()] {
            assert_eq!(engine::Limits::from(&Limits::from(limits.clone())), limits);
        }
    }
}
