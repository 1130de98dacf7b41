//! Collects the settings of a resolver, one by one or from a file, and starts the resolver.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::cache::{Bounds, Cache};
use super::error::DnsError;
use super::event_loop::{self, Shared};
use super::inbox::Inbox;
use super::memory::Memory;
use super::resolver::Dns;
use super::server_selection::MAX_SERVERS;
use super::transport::Transport;
use crate::resolvers::resolv_conf::{self, ConfError, Environment};
use crate::resolvers::search::{self, MAX_DOMAINS};
use crate::resolvers::settings::Settings;

/// The file with this machine's settings.
const SYSTEM: &str = "/etc/resolv.conf";
/// The most permits.
const MAX_QUERIES: usize = 32_768;

/// Settings of a [`Dns`].
///
/// A setting that is given here takes precedence over that of a file, in any order of the calls.
#[derive(Debug)]
#[must_use]
pub struct DnsBuilder {
    file: Settings,
    warnings: Vec<ConfError>,
    servers: Vec<SocketAddr>,
    search: Option<Vec<String>>,
    ndots: Option<u8>,
    timeout: Option<Duration>,
    tries: Option<u8>,
    tcp: bool,
    rotate: bool,
    max_queries: usize,
    cache: Bounds,
}

impl Default for DnsBuilder {
    fn default() -> DnsBuilder {
        DnsBuilder {
            file: Settings::default(),
            warnings: Vec::new(),
            servers: Vec::new(),
            search: None,
            ndots: None,
            timeout: None,
            tries: None,
            tcp: false,
            rotate: false,
            max_queries: 16_384,
            cache: Bounds {
                entries: 65_536,
                bytes: 32 << 20,
                max_ttl: Duration::from_secs(24 * 60 * 60),
            },
        }
    }
}

impl Dns {
    /// A resolver with the settings of `/etc/resolv.conf` and of the environment: see
    /// [`DnsBuilder::system`]. What is malformed is skipped, and listed in
    /// [`warnings`](Self::warnings).
    ///
    /// # Errors
    /// As [`DnsBuilder::build`], and [`DnsError::Unreadable`].
    pub fn system() -> Result<Dns, DnsError> {
        Dns::builder().system()?.build()
    }

    /// A builder without a name server, and with no setting of this machine.
    pub fn builder() -> DnsBuilder {
        DnsBuilder::default()
    }
}

impl DnsBuilder {
    /// Reads a file in the format of resolv.conf, and this process's environment as glibc does.
    /// `LOCALDOMAIN` replaces the file's search list, and `RES_OPTIONS` has further options. If
    /// nothing names a search list, the domain of the host's name is the search list.
    ///
    /// What is malformed is skipped, and listed in [`Dns::warnings`]. A file without a name server
    /// means 127.0.0.1.
    ///
    /// # Errors
    /// [`DnsError::Unreadable`]: the file cannot be read.
    pub fn resolv_conf(self, path: impl AsRef<Path>) -> Result<DnsBuilder, DnsError> {
        let path = path.as_ref();
        let file: Box<str> = path.display().to_string().into();
        match resolv_conf::contents(path) {
            Ok(bytes) => Ok(self.read(&bytes, &file, &Environment::of_process())),
            Err(source) => Err(DnsError::Unreadable { file, source }),
        }
    }

    /// Reads text in the format of resolv.conf, and nothing of this machine or process. `file`
    /// names the text in warnings.
    pub fn resolv_conf_text(self, text: &[u8], file: &str) -> DnsBuilder {
        self.read(text, file, &Environment::default())
    }

    /// Reads this machine's settings: `/etc/resolv.conf`, and the environment as
    /// [`resolv_conf`](Self::resolv_conf) does. Without the file, the name server is 127.0.0.1.
    ///
    /// # Errors
    /// [`DnsError::Unreadable`]: the file exists, and cannot be read.
    pub fn system(self) -> Result<DnsBuilder, DnsError> {
        self.system_at(Path::new(SYSTEM))
    }

    fn system_at(self, path: &Path) -> Result<DnsBuilder, DnsError> {
        match resolv_conf::contents(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ok(self.read(b"", SYSTEM, &Environment::of_process()))
            }
            _ => self.resolv_conf(path),
        }
    }

    fn read(mut self, text: &[u8], file: &str, environment: &Environment) -> DnsBuilder {
        (self.file, self.warnings) = resolv_conf::read(text, file, environment);
        self
    }

    /// Adds a name server, after those given before. At most 32. With a server given here, those of
    /// a file are not used.
    pub fn server(mut self, server: SocketAddr) -> Self {
        self.servers.push(server);
        self
    }

    /// Sets the domains that complete a name without a trailing dot, in this order. At most 64.
    /// Default: none.
    ///
    /// A completed name is asked only if the engine's policy allows it, too (`S-R16`). The root,
    /// `.`, stands for the name as it was given.
    pub fn search<S: Into<String>>(mut self, domains: impl IntoIterator<Item = S>) -> Self {
        self.search = Some(domains.into_iter().map(Into::into).collect());
        self
    }

    /// Sets how many dots a name needs to be tried as it is first. A name with fewer dots is tried
    /// with the domains of the search list first. Default: 1.
    pub fn ndots(mut self, dots: u8) -> Self {
        self.ndots = Some(dots);
        self
    }

    /// Sets how long a server has for an answer before the next server gets the question too. From
    /// 1 ms to 1 hour. Default: 5 seconds.
    ///
    /// Within that time the question is sent again, as a message may be lost. The first repeat
    /// comes after five times the server's usual response time: not before 250 ms, and not after
    /// half of this time-out. Each further interval is three times as long.
    ///
    /// A name that no server answers takes this time-out × servers × [`tries`](Self::tries). It
    /// takes less where servers are known to be silent, because those get
    /// the question at once.
    /// [`Limits::request_timeout`](crate::Limits::request_timeout) bounds the time that a guest
    /// waits.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets how often each server gets the time-out for a name. At least 1. Default: 2.
    pub fn tries(mut self, tries: u8) -> Self {
        self.tries = Some(tries);
        self
    }

    /// Sets whether each query begins with the server after that of the query before. Default:
    /// false.
    pub fn rotate(mut self, rotate: bool) -> Self {
        self.rotate = rotate;
        self
    }

    /// Sets whether all questions go over TCP, instead of those alone whose answer is too long for
    /// UDP. Default: false.
    pub fn tcp(mut self, tcp: bool) -> Self {
        self.tcp = tcp;
        self
    }

    /// Sets how many queries may be in flight. Further lookups wait. One session has at most a
    /// ninth of these queries in flight, and always one. From 1 to 32,768. Default: 16,384.
    pub fn max_queries(mut self, max: usize) -> Self {
        self.max_queries = max;
        self
    }

    /// Sets how many outcomes the cache keeps, and how many bytes they may hold. 0 of either keeps
    /// no outcome. Default: 65,536 outcomes and 32 MiB.
    pub fn cache(mut self, entries: usize, bytes: u64) -> Self {
        self.cache.entries = entries;
        self.cache.bytes = bytes;
        self
    }

    /// Sets how long the cache keeps an outcome at most, whatever its records' time to live. 0
    /// keeps none. Default: a day.
    pub fn max_ttl(mut self, ttl: Duration) -> Self {
        self.cache.max_ttl = ttl;
        self
    }

    /// Starts the resolver and its thread, `winsock-dns`.
    ///
    /// # Errors
    /// - [`DnsError::NoServer`]: no file was read, and no [`server`](Self::server) given.
    /// - [`DnsError::NoGoodServer`]: each name server of the file is malformed.
    /// - [`DnsError::Port`], [`DnsError::Domain`], [`DnsError::Bounds`]: a setting is out of its
    ///   bounds.
    /// - [`DnsError::Poll`], [`DnsError::Thread`]: the machine is short of
    ///   memory, files or threads.
    pub fn build(self) -> Result<Dns, DnsError> {
        let settings = self.settings()?;
        let transport = Transport::new(&settings, self.max_queries).map_err(DnsError::Poll)?;
        let shared = Arc::new(Shared {
            settings,
            cache: Cache::new(&self.cache),
            in_flight: Arc::default(),
            inbox: Inbox::new(self.max_queries),
        });
        event_loop::start(Arc::clone(&shared), transport).map_err(DnsError::Thread)?;
        Ok(Dns {
            memory: Memory {
                servers: shared.settings.servers.len(),
                max_queries: self.max_queries,
                cache: self.cache,
            },
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
                None => DnsError::NoServer,
            });
        }
        if let Some(server) = settings.servers.iter().find(|server| server.port() == 0) {
            return Err(DnsError::Port(*server));
        }
        bounds(
            settings.servers.len() <= MAX_SERVERS,
            "the number of servers",
            "32 at most",
        )?;
        if let Some(domains) = &self.search {
            settings.search.domains = domains
                .iter()
                .map(|text| {
                    search::domain(text).ok_or_else(|| DnsError::Domain(text.as_str().into()))
                })
                .collect::<Result<_, _>>()?;
        }
        bounds(
            settings.search.domains.len() <= MAX_DOMAINS,
            "the number of domains",
            "64 at most",
        )?;
        settings.search.ndots = self.ndots.unwrap_or(settings.search.ndots);
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
            (1..=MAX_QUERIES).contains(&self.max_queries),
            "the number of queries",
            "from 1 to 32,768",
        )?;
        Ok(settings)
    }
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
    fn builder_settings_take_precedence_over_those_of_a_file() {
        let text = b"nameserver 192.0.2.9\nsearch a.test\noptions ndots:3 attempts:4";
        let settings = builder()
            .tries(1)
            .search(["B.test."])
            .resolv_conf_text(text, "conf")
            .settings()
            .unwrap();
        assert_eq!(settings.servers, ["192.0.2.1:53".parse().unwrap()]);
        assert_eq!(settings.search.domains, ["b.test".into()]);
        assert_eq!((settings.tries, settings.search.ndots), (1, 3));
    }

    #[test]
    fn settings_out_of_bounds_are_refused() {
        assert_eq!(refused(Dns::builder()), "the settings name no name server");
        assert_eq!(
            refused(Dns::builder().resolv_conf_text(b"\nnameserver nobody", "conf")),
            "conf:2: `nobody` is not an address, and no line names a name server"
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
        let domains = |count| builder().search((0..count).map(|n| format!("d{n}.test")));
        assert!(domains(64).settings().is_ok());
        assert_eq!(
            refused(domains(65)),
            "the number of domains must be 64 at most"
        );
        for max in [0, MAX_QUERIES + 1] {
            assert_eq!(
                refused(builder().max_queries(max)),
                "the number of queries must be from 1 to 32,768"
            );
        }
    }

    #[test]
    fn file_without_a_name_server_means_the_loopback_address() {
        let loopback = [SocketAddr::from((Ipv4Addr::LOCALHOST, 53))];
        let text = Dns::builder().resolv_conf_text(b"search a.test", "conf");
        assert_eq!(text.settings().unwrap().servers, loopback);
        let missing = Dns::builder().system_at(Path::new("/no/such/file"));
        assert_eq!(missing.unwrap().settings().unwrap().servers, loopback);
    }

    #[test]
    fn missing_file_is_an_error() {
        let error = Dns::builder().resolv_conf("/no/such/file").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("/no/such/file: cannot be read: ")
        );
    }
}
