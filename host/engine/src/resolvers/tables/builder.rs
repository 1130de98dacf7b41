//! Collects the sources of tables, and makes the tables.

use std::path::PathBuf;

use super::error::TablesError;
use super::hosts::{self, Hosts};
use super::index::Malformed;
use super::protocols::{self, Protocols};
use super::resolver::Tables;
use super::services::{self, Services};
use super::sources::{Report, Sources};

/// Makes [`Tables`]; see [`Tables::builder`].
///
/// Sources of one kind add up, in the order in which they are given. The first source of a kind
/// replaces its default: `localhost`, and the services and protocols of IANA's registries.
#[derive(Debug)]
#[must_use]
pub struct TablesBuilder {
    hosts: Sources,
    services: Sources,
    protocols: Sources,
    /// What to do at a malformed line of a named file.
    malformed: Malformed,
    report: Report,
}

impl Default for TablesBuilder {
    fn default() -> TablesBuilder {
        TablesBuilder {
            hosts: Sources::new(&hosts::FORMAT),
            services: Sources::new(&services::FORMAT),
            protocols: Sources::new(&protocols::FORMAT),
            malformed: Malformed::Stop,
            report: Report::default(),
        }
    }
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
        self.hosts
            .file(&path.into(), self.malformed, &mut self.report);
        self
    }

    /// Adds the hosts of a file that the caller has read. Errors and warnings name it `file`.
    pub fn hosts_bytes(mut self, bytes: Vec<u8>, file: &str) -> Self {
        self.hosts
            .bytes(file, bytes, self.malformed, &mut self.report);
        self
    }

    /// Adds hosts from text. Errors name the text `hosts`.
    pub fn hosts_text(mut self, text: &str) -> Self {
        self.hosts.text(text, &mut self.report);
        self
    }

    /// Adds this machine's `/etc/hosts`. Malformed lines are skipped with a warning, and a missing
    /// file is no error.
    pub fn system_hosts(mut self) -> Self {
        self.hosts.system(&mut self.report);
        self
    }

    /// Adds the services of a file, which this call reads. [`build`](Self::build) reports errors.
    pub fn services_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.services
            .file(&path.into(), self.malformed, &mut self.report);
        self
    }

    /// Adds services from text. Errors name the text `services`.
    pub fn services_text(mut self, text: &str) -> Self {
        self.services.text(text, &mut self.report);
        self
    }

    /// Adds this machine's `/etc/services`. Malformed lines are skipped with a warning, and a
    /// missing file is no error.
    pub fn system_services(mut self) -> Self {
        self.services.system(&mut self.report);
        self
    }

    /// Adds the protocols of a file, which this call reads. [`build`](Self::build) reports errors.
    pub fn protocols_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.protocols
            .file(&path.into(), self.malformed, &mut self.report);
        self
    }

    /// Adds protocols from text. Errors name the text `protocols`.
    pub fn protocols_text(mut self, text: &str) -> Self {
        self.protocols.text(text, &mut self.report);
        self
    }

    /// Adds this machine's `/etc/protocols`. Malformed lines are skipped with a warning, and a
    /// missing file is no error.
    pub fn system_protocols(mut self) -> Self {
        self.protocols.system(&mut self.report);
        self
    }

    /// Makes the tables.
    ///
    /// # Errors
    ///
    /// The first error of a named file or a text. Errors of this machine's files, and what is
    /// [skipped](Self::skip_malformed), are in [`Tables::warnings`].
    pub fn build(mut self) -> Result<Tables, TablesError> {
        if !self.report.errors.is_empty() {
            return Err(self.report.errors.swap_remove(0));
        }
        Ok(self.finish())
    }

    /// Makes the tables, whatever the errors.
    fn finish(self) -> Tables {
        Tables {
            hosts: Hosts::new(self.hosts.finish()),
            services: Services::new(self.services.finish()),
            protocols: Protocols::new(self.protocols.finish()),
            warnings: self.report.warnings,
        }
    }
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

    fn skipping(text: &str) -> Result<Tables, String> {
        let builder = Tables::builder().skip_malformed();
        let built = builder.hosts_bytes(text.into(), "F").build();
        built.map_err(|error| error.to_string())
    }

    #[test]
    fn malformed_lines_are_skipped_but_a_file_without_a_valid_line_fails() {
        let tables = skipping("1.2.3 a\n192.0.2.2 b\n192.0.2.3\n192.0.2.4 d\n").unwrap();
        assert!(has_host(&tables, "b") && has_host(&tables, "d") && !has_host(&tables, "a"));
        let told: Vec<_> = tables.warnings().iter().map(ToString::to_string).collect();
        let address = "F:1: `1.2.3` is not an IPv4 or IPv6 address";
        assert_eq!(told, [address, "F:3: a host's name is missing"]);
        let useless = skipping("# none\n1.2.3 a\nx y\n").map(drop);
        let reason = "F:2: `1.2.3` is not an IPv4 or IPv6 address, and no other line is valid";
        assert_eq!(useless, Err(reason.into()));
        let empty = skipping("# none\n\n").map(|tables| tables.hosts.len());
        assert_eq!(empty, Ok(0));
    }

    #[test]
    fn valid_line_without_an_entry_makes_a_file_usable() {
        for text in [
            "fe80::1 router\n1.2.3 a\n",
            "0.0.0.0 0.0.0.0\n1.2.3 a\n",
            "192.0.2.1 a:b c\n",
            "192.0.2.1 a:b\n",
        ] {
            let warnings = skipping(text).map(|tables| tables.warnings().len());
            assert_eq!(warnings, Ok(1), "{text}");
        }
    }

    #[test]
    fn embedded_tables_have_no_malformed_line() {
        Tables::builder()
            .services_text(services::FORMAT.default)
            .protocols_text(protocols::FORMAT.default)
            .build()
            .unwrap();
    }
}
