//! What is wrong with a file of a table.

use std::io;

/// Why a table could not be read. Each is one line that begins with the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TablesError {
    /// The file cannot be read.
    #[error("{file}: cannot be read: {source}")]
    Unreadable {
        /// The file.
        file: Box<str>,
        /// What the operating system says.
        source: io::Error,
    },
    /// The file is larger than a table may be.
    #[error("{file}: larger than {limit} bytes")]
    TooLarge {
        /// The file.
        file: Box<str>,
        /// The limit. Units: bytes.
        limit: u64,
    },
    /// A line is malformed.
    #[error(transparent)]
    Line(#[from] LineError),
    /// A line is malformed, and no other is there or well-formed.
    #[error("{0}, and no other line is of use")]
    NothingOfUse(LineError),
    /// More lines of a file are malformed than are told one by one.
    #[error("{file}: {lines} more lines are malformed")]
    More {
        /// The file.
        file: Box<str>,
        /// How many lines are not told.
        lines: usize,
    },
}

impl TablesError {
    /// Nothing else of the file is of use.
    pub(super) fn of_no_use(self) -> TablesError {
        match self {
            TablesError::Line(line) => TablesError::NothingOfUse(line),
            other => other,
        }
    }
}

/// A line that is malformed, shown as `FILE:LINE: PROBLEM`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
#[non_exhaustive]
pub struct LineError {
    /// The file, or what the text was given as.
    pub file: Box<str>,
    /// The line; the first is 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a line. What a variant holds is the part of the line that it speaks of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// It is not text.
    #[error("not UTF-8")]
    NotUtf8,
    /// It has a control character other than a tab.
    #[error("has the control character {0:?}")]
    Control(char),
    /// It is longer than a line may be.
    #[error("longer than {0} bytes")]
    TooLong(usize),
    /// It has more names than a host may have.
    #[error("more than {0} names")]
    TooManyNames(usize),
    /// It ends too early.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// It does not begin with an address.
    #[error("`{0}` is not an IPv4 or IPv6 address")]
    Address(Box<str>),
    /// No host can have this name.
    #[error("`{0}` is not a host name")]
    HostName(Box<str>),
    /// It is not a port and a protocol.
    #[error("`{0}` is not a port and a protocol, such as `80/tcp`")]
    Port(Box<str>),
    /// It is not a protocol's number.
    #[error("`{0}` is not the number of a protocol")]
    Number(Box<str>),
}
