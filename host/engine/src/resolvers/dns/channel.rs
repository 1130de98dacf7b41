//! The settings of c-ares.

use std::net::SocketAddr;
use std::time::Duration;

use c_ares::{Channel, Flags, Options};

use crate::resolvers::settings::Settings;

/// Questions over one port: few enough for answers to be hard to guess, and to fit in its buffer.
const QUESTIONS_PER_PORT: u32 = 128;

/// Makes a channel of c-ares for one server, with these settings and none of this machine's. Server
/// selection and the interpretation of answers stay in this crate.
pub(super) fn channel(
    mut options: Options,
    settings: &Settings,
    server: SocketAddr,
    shares_ports: bool,
) -> c_ares::Result<Channel> {
    let mut flags = Flags::STAYOPEN | Flags::EDNS | Flags::NOSEARCH | Flags::NOALIASES;
    flags |= Flags::NOCHECKRESP;
    flags.set(Flags::USEVC, settings.tcp);
    options
        .set_flags(flags)
        .set_timeout(settings.timeout)
        .set_max_timeout(settings.timeout)
        .set_tries(tries(settings.timeout))
        .set_udp_max_queries(Some(if shares_ports { QUESTIONS_PER_PORT } else { 1 }))
        // This crate has a cache of outcomes.
        .set_query_cache_max_ttl(0)
        .set_lookups("b")?
        .set_resolvconf_path("/dev/null")?
        .set_hosts_path("/dev/null")?;
    let mut channel = Channel::with_options(options)?;
    channel.set_servers([server.to_string()])?;
    Ok(channel)
}

/// The shortest time-out that c-ares chooses for a quick server.
const MIN_TIMEOUT: Duration = Duration::from_millis(250);

/// How often c-ares sends a question within `timeout`. Whatever its time-out, c-ares first waits
/// five times the server's usual response time, and then twice as long each time. An answer that
/// comes later may be lost.
fn tries(timeout: Duration) -> u32 {
    let mut waited = Duration::ZERO;
    let mut tries = 0;
    while waited < timeout {
        waited += (MIN_TIMEOUT * (1 << tries.min(16))).min(timeout);
        tries += 1;
    }
    tries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_fill_the_timeout() {
        let of = |timeout| tries(Duration::from_millis(timeout));
        assert_eq!([1, 250, 1000, 5000].map(of), [1, 1, 3, 5]);
    }
}
