//! How c-ares is set.

use std::net::SocketAddr;
use std::time::Duration;

use c_ares::{Channel, Flags, Options};

use super::settings::Settings;

/// Questions over one port: so answers cannot be guessed for long, and all of them fit in its buffer.
const QUESTIONS_A_PORT: u32 = 128;

/// c-ares for one server, with these settings and nothing of this machine's. Which server is asked, and what its answer
/// means, is decided here.
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
        .set_udp_max_queries(Some(if shares_ports { QUESTIONS_A_PORT } else { 1 }))
        // The cache is this crate's: answers are in it as they are given.
        .set_query_cache_max_ttl(0)
        .set_lookups("b")?
        .set_resolvconf_path("/dev/null")?
        .set_hosts_path("/dev/null")?;
    let mut channel = Channel::with_options(options)?;
    channel.set_servers([server.to_string()])?;
    Ok(channel)
}

/// The shortest time-out that c-ares comes to by itself, when a server is quick.
const SHORTEST: Duration = Duration::from_millis(250);

/// How often c-ares is to ask a server in the time that it has. For it does not wait for an answer as long as it is told,
/// but five times as long as the server's answers take, and then twice as long each time; what comes later than
/// that may be lost.
fn tries(timeout: Duration) -> u32 {
    let mut waited = Duration::ZERO;
    let mut tries = 0;
    while waited < timeout {
        waited += (SHORTEST * (1 << tries.min(16))).min(timeout);
        tries += 1;
    }
    tries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_slow_has_its_time() {
        let of = |timeout| tries(Duration::from_millis(timeout));
        assert_eq!([1, 250, 1000, 5000].map(of), [1, 1, 3, 5]);
    }
}
