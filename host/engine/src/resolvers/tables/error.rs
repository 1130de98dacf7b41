//! Errors of the files of tables.

use std::io;

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
    /// The file is larger than a table may be.
    #[error("{file}: larger than {limit} bytes")]
    TooLarge {
        /// The file.
        file: Box<str>,
        /// The most bytes that a file may have.
        limit: u64,
    },
    /// A line is malformed.
    #[error(transparent)]
    Line(#[from] LineError),
    /// A line is malformed, and no line of the file is valid.
    #[error("{0}, and no other line is valid")]
    NoValidLine(LineError),
    /// More lines of a file are malformed than are listed.
    #[error("{file}: {lines} more lines are malformed")]
    More {
        /// The file.
        file: Box<str>,
        /// How many malformed lines are not listed.
        lines: usize,
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

/// The problem of a line. A variant's text is the wrong part of the line, its number a limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The line is not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// The line has a control character other than a tab.
    #[error("has the control character {0:?}")]
    Control(char),
    /// The line has more bytes than this limit.
    #[error("longer than {0} bytes")]
    TooLong(usize),
    /// The line has more names of a host than this limit.
    #[error("more than {0} names")]
    TooManyNames(usize),
    /// The line ends before this part.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// The line does not begin with an address.
    #[error("`{0}` is not an IPv4 or IPv6 address")]
    Address(Box<str>),
    /// No host can have this name.
    #[error("`{0}` is not a host name")]
    HostName(Box<str>),
    /// The word is not a port and a protocol.
    #[error("`{0}` is not a port and a protocol, such as `80/tcp`")]
    Port(Box<str>),
    /// The word is not the number of a protocol.
    #[error("`{0}` is not the number of a protocol")]
    Number(Box<str>),
}
