//! Errors of the files of tables.

use std::io;

use crate::text::DisplayText;

/// Why a table cannot be read. The message is one line that begins with the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TablesError {
    /// The file cannot be read.
    #[error("{file}: cannot be read: {source}")]
    Unreadable {
        /// The file.
        file: Box<str>,
        /// The operating system's error.
        source: io::Error,
    },
    /// The file is larger than a file may be, or all sources of a table are larger than a table.
    #[error("{file}: larger than {limit} bytes")]
    TooLarge {
        /// The file.
        file: Box<str>,
        /// The most bytes.
        limit: u64,
    },
    /// A line, or a part of a line, is malformed.
    #[error(transparent)]
    Line(#[from] LineError),
    /// A line is malformed, and no line of the file is valid.
    #[error("{0}, and no other line is valid")]
    NoValidLine(LineError),
    /// The file has more problems than are listed.
    #[error("{file}: {problems} more problems of lines")]
    More {
        /// The file.
        file: Box<str>,
        /// How many problems are not listed.
        problems: usize,
    },
}

impl TablesError {
    /// The same error of a file without a valid line.
    pub(super) fn without_valid_line(self) -> TablesError {
        match self {
            TablesError::Line(line) => TablesError::NoValidLine(line),
            other => other,
        }
    }
}

/// A malformed line, shown as `FILE:LINE: PROBLEM`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
#[non_exhaustive]
pub struct LineError {
    /// The file, or the name of the text.
    pub file: Box<str>,
    /// The line number, from 1.
    pub line: usize,
    /// The problem.
    pub problem: Problem,
}

/// The problem of a line. A variant's bytes are the wrong part of the line, its number a limit or a
/// port. Messages show the part as [`DisplayText::name`] does.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The line has more bytes than this limit, comments not counted.
    #[error("longer than {0} bytes; the rest is not read")]
    TooLong(usize),
    /// The line has a NUL outside its comment.
    #[error("has a NUL; the rest of the line is not read")]
    Nul,
    /// The line ends before this part.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// The line does not begin with an address.
    #[error("`{}` is not an IPv4 or IPv6 address", DisplayText::name(.0))]
    Address(Box<[u8]>),
    /// No host can have this name.
    #[error("`{}` is not a host name", DisplayText::name(.0))]
    HostName(Box<[u8]>),
    /// The name is not UTF-8, or has a control character.
    #[error("`{}` is not a name in UTF-8", DisplayText::name(.0))]
    Name(Box<[u8]>),
    /// The word is not a port and a protocol.
    #[error("`{}` is not a port and a protocol, such as `80/tcp`", DisplayText::name(.0))]
    Port(Box<[u8]>),
    /// The port has no protocol. Lookups without a protocol find the entry.
    #[error("port {0} has no protocol, such as `80/tcp`")]
    NoProtocol(u16),
    /// The word is not the number of a protocol.
    #[error("`{}` is not the number of a protocol", DisplayText::name(.0))]
    Number(Box<[u8]>),
}
