//! Collects the sources of tables, and makes the tables.

use std::io;
use std::path::{Path, PathBuf};

use super::error::TablesError;
use super::hosts::Hosts;
use super::iana;
use super::numbered::{Protocols, Services};
use super::parse::{self, HostLine, Malformed, ProtocolLine, ServiceLine};
use super::resolver::Tables;
use crate::files;

/// The largest file.
const MAX_FILE_BYTES: u64 = 32 << 20;

const HOSTS: &str = "/etc/hosts";
const SERVICES: &str = "/etc/services";
const PROTOCOLS: &str = "/etc/protocols";

/// Makes [`Tables`]; see [`Tables::builder`].
///
/// Sources of one kind add up, in the order in which they are given. The first source of a kind
/// replaces its default: `localhost`, and the services and protocols of IANA's registries.
#[derive(Debug, Default)]
#[must_use]
pub struct TablesBuilder {
    hosts: Option<Vec<HostLine>>,
    services: Option<Vec<ServiceLine>>,
    protocols: Option<Vec<ProtocolLine>>,
    /// What to do at a malformed line of a named file.
    malformed: Malformed,
    /// Errors of named files and of texts. The first fails the build.
    errors: Vec<TablesError>,
    /// Errors of this machine's files, and skipped lines of named files.
    warnings: Vec<TablesError>,
}

impl Tables {
    /// The tables of this machine: `/etc/hosts`, `/etc/services`, `/etc/protocols`.
    ///
    /// A missing file is replaced by its default: hosts by `localhost`, services and protocols by
    /// IANA's registries. Malformed lines are skipped, and are in [`warnings`](Self::warnings), as
    /// is a file that cannot be read.
    pub fn system() -> Tables {
        Tables::builder()
            .system_hosts()
            .system_services()
            .system_protocols()
            .finish()
    }

    /// A builder without a file of this machine. Without a source, the tables have `localhost`, and
    /// the services and protocols of IANA's registries.
    pub fn builder() -> TablesBuilder {
        TablesBuilder::default()
    }
}

impl TablesBuilder {
    /// Skips malformed lines of the files that are named after this call, and lists them in
    /// [`Tables::warnings`]. A file with malformed lines and no valid line still fails the build.
    /// Default: a malformed line of a named file fails the build.
    pub fn skip_malformed(mut self) -> Self {
        self.malformed = Malformed::Skip;
        self
    }

    /// Adds the hosts of a file, which this call reads. [`build`](Self::build) reports errors. A pipe
    /// is one: opening it would wait for its writer.
    pub fn hosts_file(mut self, path: impl Into<PathBuf>) -> Self {
        let lines = self.named(path.into(), parse::hosts);
        self.hosts.get_or_insert_default().extend(lines);
        self
    }

    /// Adds the hosts of a file that the caller has read. Errors and warnings name it `file`.
    pub fn hosts_bytes(mut self, bytes: &[u8], file: &str) -> Self {
        let lines = self.lines(file, bytes, parse::hosts);
        self.hosts.get_or_insert_default().extend(lines);
        self
    }

    /// Adds hosts from text. Errors name the text `hosts`.
    pub fn hosts_text(mut self, text: &str) -> Self {
        given(
            "hosts",
            text,
            parse::hosts,
            &mut self.hosts,
            &mut self.errors,
        );
        self
    }

    /// Adds this machine's `/etc/hosts`. Malformed lines are skipped with a warning, and a missing
    /// file is no error.
    pub fn system_hosts(mut self) -> Self {
        system(HOSTS, parse::hosts, &mut self.hosts, &mut self.warnings);
        self
    }

    /// Adds the services of a file, which this call reads. [`build`](Self::build) reports errors.
    pub fn services_file(mut self, path: impl Into<PathBuf>) -> Self {
        let lines = self.named(path.into(), parse::services);
        self.services.get_or_insert_default().extend(lines);
        self
    }

    /// Adds services from text. Errors name the text `services`.
    pub fn services_text(mut self, text: &str) -> Self {
        given(
            "services",
            text,
            parse::services,
            &mut self.services,
            &mut self.errors,
        );
        self
    }

    /// Adds this machine's `/etc/services`. Malformed lines are skipped with a warning, and a
    /// missing file is no error.
    pub fn system_services(mut self) -> Self {
        system(
            SERVICES,
            parse::services,
            &mut self.services,
            &mut self.warnings,
        );
        self
    }

    /// Adds the protocols of a file, which this call reads. [`build`](Self::build) reports errors.
    pub fn protocols_file(mut self, path: impl Into<PathBuf>) -> Self {
        let lines = self.named(path.into(), parse::protocols);
        self.protocols.get_or_insert_default().extend(lines);
        self
    }

    /// Adds protocols from text. Errors name the text `protocols`.
    pub fn protocols_text(mut self, text: &str) -> Self {
        given(
            "protocols",
            text,
            parse::protocols,
            &mut self.protocols,
            &mut self.errors,
        );
        self
    }

    /// Adds this machine's `/etc/protocols`. Malformed lines are skipped with a warning, and a
    /// missing file is no error.
    pub fn system_protocols(mut self) -> Self {
        system(
            PROTOCOLS,
            parse::protocols,
            &mut self.protocols,
            &mut self.warnings,
        );
        self
    }

    /// Reads the lines of a named file.
    fn named<T>(&mut self, path: PathBuf, parser: Parser<T>) -> Vec<T> {
        let file = path.display().to_string();
        let bytes = match read(&path, &file) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.errors.push(error);
                return Vec::new();
            }
        };
        self.lines(&file, &bytes, parser)
    }

    /// Reads the lines of a named file with these bytes.
    fn lines<T>(&mut self, file: &str, bytes: &[u8], parser: Parser<T>) -> Vec<T> {
        let mut wrong = Vec::new();
        let lines = parser(file, bytes, self.malformed, &mut wrong);
        match self.malformed {
            Malformed::Stop => self.errors.append(&mut wrong),
            Malformed::Skip if lines.is_empty() => {
                let first = wrong.into_iter().next();
                self.errors
                    .extend(first.map(TablesError::without_valid_line));
            }
            Malformed::Skip => self.warnings.append(&mut wrong),
        }
        lines
    }

    /// Makes the tables.
    ///
    /// # Errors
    ///
    /// The first error of a named file or a text. Errors of this machine's files, and lines that
    /// are [skipped](Self::skip_malformed), are in [`Tables::warnings`].
    pub fn build(mut self) -> Result<Tables, TablesError> {
        if !self.errors.is_empty() {
            return Err(self.errors.swap_remove(0));
        }
        Ok(self.finish())
    }

    /// Makes the tables, whatever the errors.
    fn finish(self) -> Tables {
        Tables {
            hosts: Hosts::new(self.hosts.unwrap_or_else(|| vec![HostLine::localhost()])),
            services: Services::new(self.services.unwrap_or_else(iana::services)),
            protocols: Protocols::new(self.protocols.unwrap_or_else(iana::protocols)),
            warnings: self.warnings,
        }
    }
}

type Parser<T> = fn(&str, &[u8], Malformed, &mut Vec<TablesError>) -> Vec<T>;
type Lines<T> = Option<Vec<T>>;

/// Adds the lines of a text.
fn given<T>(
    name: &str,
    text: &str,
    parser: Parser<T>,
    to: &mut Lines<T>,
    errors: &mut Vec<TablesError>,
) {
    to.get_or_insert_default()
        .extend(parser(name, text.as_bytes(), Malformed::Stop, errors));
}

/// Adds the lines of a file of this machine.
fn system<T>(file: &str, parser: Parser<T>, to: &mut Lines<T>, warnings: &mut Vec<TablesError>) {
    match read(Path::new(file), file) {
        Ok(bytes) => {
            to.get_or_insert_default()
                .extend(parser(file, &bytes, Malformed::Skip, warnings));
        }
        Err(TablesError::Unreadable { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
        }
        Err(error) => warnings.push(error),
    }
}

fn read(path: &Path, file: &str) -> Result<Vec<u8>, TablesError> {
    let bytes =
        files::read(path, MAX_FILE_BYTES + 1).map_err(|source| TablesError::Unreadable {
            file: file.into(),
            source,
        })?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(TablesError::TooLarge {
            file: file.into(),
            limit: MAX_FILE_BYTES,
        });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lookup::{Lookup, Resolution, Resolver};

    fn has_host(tables: &Tables, name: &str) -> bool {
        matches!(
            tables.try_resolve(&Lookup::HostByName(name.into())),
            Resolution::Ready(Ok(_))
        )
    }

    #[test]
    fn tables_without_sources_have_localhost_and_ianas_registries() {
        let tables = Tables::builder().build().unwrap();
        assert!(has_host(&tables, "localhost"));
        let http = Lookup::ServiceByPort {
            port: 80,
            protocol: None,
        };
        assert!(matches!(
            tables.try_resolve(&http),
            Resolution::Ready(Ok(_))
        ));
        let udp = Lookup::ProtocolByName("udp".into());
        assert!(matches!(tables.try_resolve(&udp), Resolution::Ready(Ok(_))));
        assert!(tables.warnings().is_empty());
    }

    #[test]
    fn sources_add_up_and_replace_the_defaults() {
        let texts = Tables::builder()
            .hosts_text("192.0.2.1 a")
            .hosts_text("192.0.2.2 b");
        let tables = texts.services_text("").protocols_text("").build().unwrap();
        assert!(has_host(&tables, "a") && has_host(&tables, "b"));
        assert!(!has_host(&tables, "localhost"));
        assert_eq!((tables.services.len(), tables.protocols.len()), (0, 0));
    }

    #[test]
    fn first_malformed_line_fails_the_build() {
        let error = Tables::builder()
            .hosts_text("192.0.2.1 a\n\n1.2.3 b\n1.2.3.4.5 c\n")
            .services_text("bad")
            .build()
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "hosts:3: `1.2.3` is not an IPv4 or IPv6 address"
        );
    }

    #[test]
    fn errors_of_a_file_name_it() {
        let directory = std::env::temp_dir().join(format!("winsock-tables-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let file = directory.join("services");
        std::fs::write(&file, "echo 7/tcp\nbad 70000/tcp\n").unwrap();
        let wrong = Tables::builder()
            .services_file(&file)
            .build()
            .unwrap_err()
            .to_string();
        std::fs::remove_dir_all(&directory).unwrap();
        let missing = Tables::builder().hosts_file(&file).build().unwrap_err();
        let shown = file.display();
        assert_eq!(
            wrong,
            format!("{shown}:2: `70000/tcp` is not a port and a protocol, such as `80/tcp`")
        );
        assert!(
            missing
                .to_string()
                .starts_with(&format!("{shown}: cannot be read: ")),
            "{missing}"
        );
        assert!(matches!(missing, TablesError::Unreadable { .. }));
    }

    #[test]
    fn malformed_lines_are_skipped_but_a_file_without_a_valid_line_fails() {
        let directory =
            std::env::temp_dir().join(format!("winsock-left-out-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let file = directory.join("hosts");
        let built = |text: &str| {
            std::fs::write(&file, text).unwrap();
            let builder = Tables::builder().skip_malformed();
            builder
                .hosts_file(&file)
                .build()
                .map_err(|error| error.to_string())
        };
        let tables = built("1.2.3 a\n192.0.2.2 b\n192.0.2.3\n192.0.2.4 d\n").unwrap();
        let useless = built("# none\n1.2.3 a\nx y\n").map(drop);
        let empty = built("# none\n\n").map(|tables| tables.hosts.len());
        std::fs::remove_dir_all(&directory).unwrap();
        let shown = file.display();
        assert!(has_host(&tables, "b") && has_host(&tables, "d") && !has_host(&tables, "a"));
        let told: Vec<_> = tables.warnings().iter().map(ToString::to_string).collect();
        let missing = format!("{shown}:3: a host's name is missing");
        let address = "`1.2.3` is not an IPv4 or IPv6 address";
        assert_eq!(told, [format!("{shown}:1: {address}"), missing]);
        let reason = format!("{shown}:2: {address}, and no other line is valid");
        assert_eq!((useless, empty), (Err(reason), Ok(0)));
    }

    #[test]
    fn errors_of_this_machines_files_are_warnings() {
        let (mut hosts, mut warnings) = (None, Vec::new());
        system(
            "/nonexistent/hosts",
            parse::hosts,
            &mut hosts,
            &mut warnings,
        );
        assert!(hosts.is_none() && warnings.is_empty());
        // A directory can be opened and not read.
        system("/", parse::hosts, &mut hosts, &mut warnings);
        assert!(hosts.is_none() && warnings.len() == 1);
    }
}
