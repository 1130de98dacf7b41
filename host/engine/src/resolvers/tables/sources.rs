//! The sources of one table: files and texts in one format.

use std::io;
use std::path::Path;

use super::error::TablesError;
use super::index::{Added, Found, Index, Malformed, Source};
use crate::files;

/// The largest file.
const MAX_FILE_BYTES: u64 = 32 << 20;

/// A format of lines.
#[derive(Debug)]
pub(super) struct Format {
    /// What errors call a text.
    pub(super) name: &'static str,
    /// This machine's file.
    pub(super) path: &'static str,
    /// The text of a table without a source.
    pub(super) default: &'static str,
    /// Reads the content of one line.
    pub(super) read: fn(&[u8], &mut Found<'_>),
}

/// What is wrong with the sources of all tables.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Errors of named files and of texts. The first fails the build.
    pub(super) errors: Vec<TablesError>,
    /// Errors of this machine's files, and what is skipped of named files.
    pub(super) warnings: Vec<TablesError>,
}

/// The sources of one table, in the order in which they are added.
#[derive(Debug)]
pub(super) struct Sources {
    format: &'static Format,
    /// None without a source.
    index: Option<Index>,
}

impl Sources {
    pub(super) fn new(format: &'static Format) -> Sources {
        Sources {
            format,
            index: None,
        }
    }

    /// Adds a file that the embedder names.
    pub(super) fn file(&mut self, path: &Path, malformed: Malformed, report: &mut Report) {
        let name = path.display().to_string();
        match read(path, &name) {
            Ok(bytes) => self.bytes(&name, bytes, malformed, report),
            Err(error) => report.errors.push(error),
        }
    }

    /// Adds a text.
    pub(super) fn text(&mut self, text: &str, report: &mut Report) {
        self.bytes(self.format.name, text.into(), Malformed::Stop, report);
    }

    /// Adds bytes under a name.
    pub(super) fn bytes(
        &mut self,
        name: &str,
        bytes: Vec<u8>,
        malformed: Malformed,
        report: &mut Report,
    ) {
        let mut added = match self.add(name, bytes, malformed) {
            Ok(added) => added,
            Err(error) => return report.errors.push(error),
        };
        match malformed {
            Malformed::Stop => report.errors.append(&mut added.problems),
            Malformed::Skip if !added.is_valid => {
                let first = added.problems.into_iter().next();
                report
                    .errors
                    .extend(first.map(TablesError::without_valid_line));
            }
            Malformed::Skip => report.warnings.append(&mut added.problems),
        }
    }

    /// Adds this machine's file. A missing file is no source.
    pub(super) fn system(&mut self, report: &mut Report) {
        let name = self.format.path;
        let added =
            read(Path::new(name), name).and_then(|bytes| self.add(name, bytes, Malformed::Skip));
        match added {
            Ok(Added { problems, .. }) => report.warnings.extend(problems),
            Err(TablesError::Unreadable { source, .. })
                if source.kind() == io::ErrorKind::NotFound => {}
            Err(error) => report.warnings.push(error),
        }
    }

    fn add(
        &mut self,
        name: &str,
        bytes: Vec<u8>,
        malformed: Malformed,
    ) -> Result<Added, TablesError> {
        let source = Source {
            name,
            bytes,
            malformed,
        };
        let index = self.index.get_or_insert_default();
        index.add(source, self.format.read)
    }

    /// The lines of all sources, or those of the default.
    pub(super) fn finish(mut self) -> Index {
        if self.index.is_none() {
            self.text(self.format.default, &mut Report::default());
        }
        self.index.unwrap_or_default().finish()
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
    use crate::resolvers::tables::hosts;

    fn system(format: &'static Format) -> (bool, Report) {
        let (mut sources, mut report) = (Sources::new(format), Report::default());
        sources.system(&mut report);
        (sources.index.is_some(), report)
    }

    #[test]
    fn errors_of_this_machines_files_are_warnings() {
        static MISSING: Format = Format {
            path: "/nonexistent/hosts",
            ..hosts::FORMAT
        };
        // A directory can be opened and not read.
        static UNREADABLE: Format = Format {
            path: "/",
            ..hosts::FORMAT
        };
        for (format, warnings) in [(&MISSING, 0), (&UNREADABLE, 1)] {
            let (has_source, report) = system(format);
            assert!(!has_source && report.errors.is_empty());
            assert_eq!(report.warnings.len(), warnings);
        }
    }
}
