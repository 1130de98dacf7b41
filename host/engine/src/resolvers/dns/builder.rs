//! The settings of a resolver, one by one or from a file.

use std::fs::File;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use c_ares::Options;

use super::Dns;
use super::asker::{self, CHANNELS_EACH, Shared};
use super::cache::{Bounds, Cache};
use super::channel::channel;
use super::conf;
use super::ears::Ears;
use super::error::{ConfError, DnsError};
use super::inbox::Inbox;
use super::plan::MOST_SERVERS;
use super::settings::{self, Settings};

/// This machine's settings.
const SYSTEM: &str = "/etc/resolv.conf";
/// What is read of a file: a little more than is looked at, so that it shows. Units: bytes.
const READ: u64 = 65 * 1024;
/// The most places for questions, and spare ones. All of them may be a channel's, which tells answers apart by a number of 16
/// bits, and would look for a free one for ever if it had all of them.
const MOST: usize = 32_768;
const MOST_SPARES: usize = 32_767;

/// Settings of a [`Dns`].
///
/// What is given here comes before what a file says, whichever is called first.
#[derive(Debug)]
#[must_use]
pub struct DnsBuilder {
    file: Settings,
    file_name: Box<str>,
    warnings: Vec<ConfError>,
    servers: Vec<SocketAddr>,
    search: Option<Vec<String>>,
    ndots: Option<u8>,
    timeout: Option<Duration>,
    tries: Option<u8>,
    tcp: bool,
    rotate: bool,
    most: usize,
    cache: Bounds,
}

impl Default for DnsBuilder {
    fn default() -> DnsBuilder {
        DnsBuilder {
            file: Settings::default(),
            file_name: "the settings".into(),
            warnings: Vec::new(),
            servers: Vec::new(),
            search: None,
            ndots: None,
            timeout: None,
            tries: None,
            tcp: false,
            rotate: false,
            most: 16_384,
            cache: Bounds {
                entries: 65_536,
                bytes: 32 << 20,
                longest: Duration::from_secs(24 * 60 * 60),
            },
        }
    }
}

impl DnsBuilder {
    /// Takes the settings of a file of the form of resolv.conf over. Lines that are malformed are left out,
    /// and are in [`Dns::warnings`].
    ///
    /// # Errors
    /// [`DnsError::Unreadable`].
    pub fn resolv_conf(self, path: impl AsRef<Path>) -> Result<DnsBuilder, DnsError> {
        let path = path.as_ref();
        let file: Box<str> = path.display().to_string().into();
        match contents(path) {
            Ok(bytes) => Ok(self.resolv_conf_text(&bytes, &file)),
            Err(source) => Err(DnsError::Unreadable { file, source }),
        }
    }

    /// The same with the text of such a file; `file` is what warnings call it.
    pub fn resolv_conf_text(mut self, text: &[u8], file: &str) -> DnsBuilder {
        self.file = Settings::default();
        self.file_name = file.into();
        self.warnings = conf::read(text, file, &mut self.file);
        self
    }

    /// Takes this machine's settings over, from `/etc/resolv.conf`.
    ///
    /// # Errors
    /// [`DnsError::Unreadable`].
    pub fn system(self) -> Result<DnsBuilder, DnsError> {
        self.resolv_conf(SYSTEM)
    }

    /// A name server to ask, after those given before, 32 at most; with one, those of a file are not asked.
    pub fn server(mut self, server: SocketAddr) -> Self {
        self.servers.push(server);
        self
    }

    /// Domains that complete a name without a trailing dot, in this order. Default: none.
    pub fn search<S: Into<String>>(mut self, domains: impl IntoIterator<Item = S>) -> Self {
        self.search = Some(domains.into_iter().map(Into::into).collect());
        self
    }

    /// From how many dots on a name is asked for as it is before it is completed. Default: 1.
    pub fn ndots(mut self, dots: u8) -> Self {
        self.ndots = Some(dots);
        self
    }

    /// How long a server has for an answer before the next is asked too. Default: 5 seconds.
    ///
    /// In that time it is asked again, as a message may be lost: first after five times what its answers to others take, and
    /// no less than a quarter of a second, then after up to twice as long each time; an answer to an earlier message may be
    /// lost. A name that no server answers takes this, times the servers, times the [`tries`](Self::tries), and up to half
    /// as much again; less where servers are known to be silent, as those are asked at once.
    /// [`Limits::request_timeout`](crate::Limits::request_timeout) is a bound for what a guest waits.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How often each server is given that time for a name. Default: 2.
    pub fn tries(mut self, tries: u8) -> Self {
        self.tries = Some(tries);
        self
    }

    /// Whether servers are asked in turn, rather than the first unless it fails. Default: no.
    pub fn rotate(mut self, rotate: bool) -> Self {
        self.rotate = rotate;
        self
    }

    /// Whether all is asked over TCP, rather than what is too long for UDP. Default: no.
    pub fn tcp(mut self, tcp: bool) -> Self {
        self.tcp = tcp;
        self
    }

    /// How many questions may be under way; more wait their turn. One session has a ninth of these at most, or one. Default:
    /// 16,384.
    pub fn questions(mut self, most: usize) -> Self {
        self.most = most;
        self
    }

    /// How many answers are kept, and how many bytes of them; of either, 0 keeps none. Default: 65,536 and
    /// 32 MiB.
    pub fn cache(mut self, entries: usize, bytes: u64) -> Self {
        self.cache.entries = entries;
        self.cache.bytes = bytes;
        self
    }

    /// How long an answer is kept if its records would live longer. Default: a day.
    pub fn longest_life(mut self, life: Duration) -> Self {
        self.cache.longest = life;
        self
    }

    /// Starts the resolver with its thread.
    ///
    /// # Errors
    /// [`DnsError::NoServer`] or [`DnsError::NoGoodServer`] where neither a file nor [`server`](Self::server) names one;
    /// [`DnsError::Port`], [`DnsError::Domain`] and [`DnsError::Bounds`] for what was given here;
    /// [`DnsError::Cares`] and [`DnsError::Thread`] where the machine is short of something.
    pub fn build(self) -> Result<Dns, DnsError> {
        let settings = self.settings()?;
        let further = settings.servers.len() - 1;
        let spares = MOST_SPARES.min(self.most * further);
        let count = settings.servers.len() * CHANNELS_EACH;
        let ears = Ears::new(count).map_err(DnsError::Poll)?;
        let channel = |number| {
            let mut options = Options::new();
            ears.listen_to(number, &mut options)
                .map_err(DnsError::Poll)?;
            let server = settings.servers[number / CHANNELS_EACH];
            // A server's second is for questions that its first could not keep from others' garbage.
            let shares_ports = number % CHANNELS_EACH == 0;
            channel(options, &settings, server, shares_ports)
                .map_err(|error| DnsError::Cares(error.to_string().into()))
        };
        let channels = (0..count).map(channel).collect::<Result<_, _>>()?;
        let shared = Arc::new(Shared {
            settings,
            cache: Cache::new(&self.cache),
            under_way: Arc::default(),
            inbox: Inbox::new(self.most, spares),
        });
        asker::start(Arc::clone(&shared), channels, ears).map_err(DnsError::Thread)?;
        Ok(Dns {
            shared,
            warnings: self.warnings,
        })
    }

    fn settings(&self) -> Result<Settings, DnsError> {
        let bounds = |is_good, setting, bounds| match is_good {
            true => Ok(()),
            false => Err(DnsError::Bounds { setting, bounds }),
        };
        let mut settings = self.file.clone();
        if !self.servers.is_empty() {
            settings.servers.clone_from(&self.servers);
        }
        if settings.servers.is_empty() {
            return Err(match self.warnings.first() {
                Some(malformed) => DnsError::NoGoodServer(malformed.clone()),
                None => DnsError::NoServer(self.file_name.clone()),
            });
        }
        if let Some(server) = settings.servers.iter().find(|server| server.port() == 0) {
            return Err(DnsError::Port(*server));
        }
        bounds(
            settings.servers.len() <= MOST_SERVERS,
            "the number of servers",
            "32 at most",
        )?;
        if let Some(domains) = &self.search {
            settings.search = domains
                .iter()
                .map(|text| {
                    settings::domain(text).ok_or_else(|| DnsError::Domain(text.as_str().into()))
                })
                .collect::<Result<_, _>>()?;
        }
        settings.ndots = self.ndots.unwrap_or(settings.ndots);
        settings.timeout = self.timeout.unwrap_or(settings.timeout);
        settings.tries = self.tries.unwrap_or(settings.tries);
        settings.rotate |= self.rotate;
        settings.tcp |= self.tcp;
        let timeouts = Duration::from_millis(1)..=Duration::from_secs(3600);
        bounds(
            timeouts.contains(&settings.timeout),
            "the time-out",
            "from a millisecond to an hour",
        )?;
        bounds(settings.tries > 0, "the number of tries", "over 0")?;
        bounds(
            (1..=MOST).contains(&self.most),
            "the number of questions",
            "from 1 to 32,768",
        )?;
        Ok(settings)
    }
}

fn contents(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(READ).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{IpAddr, Ipv4Addr};

    fn refused(builder: DnsBuilder) -> String {
        builder.settings().unwrap_err().to_string()
    }

    const SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 53);

    fn builder() -> DnsBuilder {
        Dns::builder().server(SERVER)
    }

    #[test]
    fn what_is_given_comes_before_what_a_file_says() {
        let text = b"nameserver 192.0.2.9\nsearch a.test\noptions ndots:3 attempts:4";
        let settings = builder()
            .tries(1)
            .search(["B.test."])
            .resolv_conf_text(text, "conf")
            .settings()
            .unwrap();
        assert_eq!(settings.servers, ["192.0.2.1:53".parse().unwrap()]);
        assert_eq!(settings.search, ["b.test".into()]);
        assert_eq!((settings.tries, settings.ndots), (1, 3));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        assert_eq!(
            refused(Dns::builder().resolv_conf_text(b"search a.test", "conf")),
            "conf: names no name server"
        );
        assert_eq!(
            refused(Dns::builder().resolv_conf_text(b"\nnamserver 192.0.2.1", "conf")),
            "conf:2: `namserver` is not a setting, and no line names a name server"
        );
        assert_eq!(
            refused(Dns::builder()),
            "the settings: names no name server"
        );
        assert_eq!(
            refused(builder().server("192.0.2.1:0".parse().unwrap())),
            "192.0.2.1:0: a name server has no port 0"
        );
        assert_eq!(
            refused(builder().search(["a b"])),
            "`a b` is not a domain to search"
        );
        assert_eq!(
            refused(builder().timeout(Duration::ZERO)),
            "the time-out must be from a millisecond to an hour"
        );
        assert_eq!(
            refused(builder().tries(0)),
            "the number of tries must be over 0"
        );
        let servers = |count| (0..count).fold(Dns::builder(), |dns, _| dns.server(SERVER));
        assert!(servers(32).settings().is_ok());
        assert_eq!(
            refused(servers(33)),
            "the number of servers must be 32 at most"
        );
        for most in [0, MOST + 1] {
            assert_eq!(
                refused(builder().questions(most)),
                "the number of questions must be from 1 to 32,768"
            );
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_told_of() {
        let error = Dns::builder().resolv_conf("/no/such/file").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("/no/such/file: cannot be read: ")
        );
    }
}
