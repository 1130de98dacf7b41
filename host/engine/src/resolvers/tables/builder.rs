//! Collects the sources of tables, and makes the tables.

use std::io;
use std::path::{Path, PathBuf};

use super::error::TablesError;
use super::hosts::{self, Hosts};
use super::iana;
use super::index::{Added, Found, Index, Malformed, Source};
use super::protocols::{self, Protocols};
use super::resolver::Tables;
use super::services::{self, Services};
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
    hosts: Option<Index>,
    services: Option<Index>,
    protocols: Option<Index>,
    /// What to do at a malformed line of a named file.
    malformed: Malformed,
    /// Errors of named files and of texts. The first fails the build.
    errors: Vec<TablesError>,
    /// Errors of this machine's files, and what is skipped of named files.
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
    /// Skips malformed lines, and malformed names of a line, in the files that are named after this
    /// call, and lists them in [`Tables::warnings`]. A file with malformed lines and no valid line
    /// still fails the build; a line is valid whatever its names are. Default: a malformed line or
    /// name of a named file fails the build.
    pub fn skip_malformed(mut self) -> Self {
        self.malformed = Malformed::Skip;
        self
    }

    /// Adds the hosts of a file, which this call reads. [`build`](Self::build) reports errors. A
    /// pipe is one: opening it would wait for its writer.
    pub fn hosts_file(mut self, path: impl Into<PathBuf>) -> Self {
        let mut index = self.hosts.take().unwrap_or_default();
        self.named(&mut index, path.into(), hosts::read);
        self.hosts = Some(index);
        self
    }

    /// Adds the hosts of a file that the caller has read. Errors and warnings name it `file`.
    pub fn hosts_bytes(mut self, bytes: Vec<u8>, file: &str) -> Self {
        let mut index = self.hosts.take().unwrap_or_default();
        self.add(&mut index, file, Ok(bytes), hosts::read);
        self.hosts = Some(index);
        self
    }

    /// Adds hosts from text. Errors name the text `hosts`.
    pub fn hosts_text(mut self, text: &str) -> Self {
        let index = self.hosts.get_or_insert_default();
        given(index, "hosts", text, hosts::read, &mut self.errors);
        self
    }

    /// Adds this machine's `/etc/hosts`. Malformed lines are skipped with a warning, and a missing
    /// file is no error.
    pub fn system_hosts(mut self) -> Self {
        system(&mut self.hosts, HOSTS, hosts::read, &mut self.warnings);
        self
    }

    /// Adds the services of a file, which this call reads. [`build`](Self::build) reports errors.
    pub fn services_file(mut self, path: impl Into<PathBuf>) -> Self {
        let mut index = self.services.take().unwrap_or_default();
        self.named(&mut index, path.into(), services::read);
        self.services = Some(index);
        self
    }

    /// Adds services from text. Errors name the text `services`.
    pub fn services_text(mut self, text: &str) -> Self {
        let index = self.services.get_or_insert_default();
        given(index, "services", text, services::read, &mut self.errors);
        self
    }

    /// Adds this machine's `/etc/services`. Malformed lines are skipped with a warning, and a
    /// missing file is no error.
    pub fn system_services(mut self) -> Self {
        system(
            &mut self.services,
            SERVICES,
            services::read,
            &mut self.warnings,
        );
        self
    }

    /// Adds the protocols of a file, which this call reads. [`build`](Self::build) reports errors.
    pub fn protocols_file(mut self, path: impl Into<PathBuf>) -> Self {
        let mut index = self.protocols.take().unwrap_or_default();
        self.named(&mut index, path.into(), protocols::read);
        self.protocols = Some(index);
        self
    }

    /// Adds protocols from text. Errors name the text `protocols`.
    pub fn protocols_text(mut self, text: &str) -> Self {
        let index = self.protocols.get_or_insert_default();
        given(index, "protocols", text, protocols::read, &mut self.errors);
        self
    }

    /// Adds this machine's `/etc/protocols`. Malformed lines are skipped with a warning, and a
    /// missing file is no error.
    pub fn system_protocols(mut self) -> Self {
        system(
            &mut self.protocols,
            PROTOCOLS,
            protocols::read,
            &mut self.warnings,
        );
        self
    }

    /// Reads a named file.
    fn named(&mut self, index: &mut Index, path: PathBuf, read_line: ReadLine) {
        let file = path.display().to_string();
        let bytes = read(&path, &file);
        self.add(index, &file, bytes, read_line);
    }

    /// Adds a named file with these bytes.
    fn add(
        &mut self,
        index: &mut Index,
        file: &str,
        bytes: Result<Vec<u8>, TablesError>,
        read_line: ReadLine,
    ) {
        let malformed = self.malformed;
        let added = bytes.and_then(|bytes| {
            let source = Source {
                name: file,
                bytes,
                malformed,
            };
            index.add(source, read_line)
        });
        let mut added = match added {
            Ok(added) => added,
            Err(error) => return self.errors.push(error),
        };
        match malformed {
            Malformed::Stop => self.errors.append(&mut added.problems),
            Malformed::Skip if !added.is_valid => {
                let first = added.problems.into_iter().next();
                self.errors
                    .extend(first.map(TablesError::without_valid_line));
            }
            Malformed::Skip => self.warnings.append(&mut added.problems),
        }
    }

    /// Makes the tables.
    ///
    /// # Errors
    ///
    /// The first error of a named file or a text. Errors of this machine's files, and what is
    /// [skipped](Self::skip_malformed), are in [`Tables::warnings`].
    pub fn build(mut self) -> Result<Tables, TablesError> {
        if !self.errors.is_empty() {
            return Err(self.errors.swap_remove(0));
        }
        Ok(self.finish())
    }

    /// Makes the tables, whatever the errors.
    fn finish(self) -> Tables {
        let or = |index: Option<Index>, default, read_line| {
            let index = index.unwrap_or_else(|| {
                let mut index = Index::default();
                given(&mut index, "", default, read_line, &mut Vec::new());
                index
            });
            index.finish()
        };
        Tables {
            hosts: Hosts::new(or(self.hosts, hosts::LOCALHOST, hosts::read)),
            services: Services::new(or(self.services, iana::SERVICES, services::read)),
            protocols: Protocols::new(or(self.protocols, iana::PROTOCOLS, protocols::read)),
            warnings: self.warnings,
        }
    }
}

/// Reads the content of one line.
type ReadLine = fn(&[u8], &mut Found<'_>);

/// Adds a text.
fn given(
    index: &mut Index,
    name: &str,
    text: &str,
    read_line: ReadLine,
    errors: &mut Vec<TablesError>,
) {
    let source = Source {
        name,
        bytes: text.into(),
        malformed: Malformed::Stop,
    };
    match index.add(source, read_line) {
        Ok(Added { problems, .. }) => errors.extend(problems),
        Err(error) => errors.push(error),
    }
}

/// Adds a file of this machine.
fn system(
    index: &mut Option<Index>,
    name: &str,
    read_line: ReadLine,
    warnings: &mut Vec<TablesError>,
) {
    let bytes = match read(Path::new(name), name) {
        Ok(bytes) => bytes,
        Err(TablesError::Unreadable { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            return;
        }
        Err(error) => return warnings.push(error),
    };
    let source = Source {
        name,
        bytes,
        malformed: Malformed::Skip,
    };
    match index.get_or_insert_default().add(source, read_line) {
        Ok(Added { problems, .. }) => warnings.extend(problems),
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
    fn valid_line_without_an_entry_makes_a_file_usable() {
        let directory = std::env::temp_dir().join(format!("winsock-valid-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let file = directory.join("hosts");
        let warnings = |text: &str| {
            std::fs::write(&file, text).unwrap();
            let built = Tables::builder().skip_malformed().hosts_file(&file).build();
            built
                .map(|tables| tables.warnings().len())
                .map_err(|error| error.to_string())
        };
        let counts = [
            "fe80::1 router\n1.2.3 a\n",
            "0.0.0.0 0.0.0.0\n1.2.3 a\n",
            "192.0.2.1 a:b c\n",
            "192.0.2.1 a:b\n",
        ]
        .map(warnings);
        std::fs::remove_dir_all(&directory).unwrap();
        assert_eq!(counts, [Ok(1), Ok(1), Ok(1), Ok(1)]);
    }

    #[test]
    fn embedded_tables_have_no_malformed_line() {
        Tables::builder()
            .services_text(iana::SERVICES)
            .protocols_text(iana::PROTOCOLS)
            .build()
            .unwrap();
    }

    #[test]
    fn errors_of_this_machines_files_are_warnings() {
        let (mut index, mut warnings) = (None, Vec::new());
        let nowhere = "/nonexistent/hosts";
        system(&mut index, nowhere, hosts::read, &mut warnings);
        assert!(index.is_none() && warnings.is_empty());
        // A directory can be opened and not read.
        system(&mut index, "/", hosts::read, &mut warnings);
        assert!(index.is_none() && warnings.len() == 1);
    }
}
