//! The problems of a resolv.conf.

use crate::text::DisplayText;

/// A malformed part of a resolv.conf, or of the environment, which is skipped. Shown as
/// `FILE:LINE: PROBLEM`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
#[non_exhaustive]
pub struct ConfError {
    /// The file, the name that the text was given with, or the variable of the environment.
    pub file: Box<str>,
    /// The line number, from 1.
    pub line: usize,
    /// The problem.
    pub problem: ConfProblem,
}

/// The problem of a line. A variant's number is a limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfProblem {
    /// A word is wrong. The message shows it as [`DisplayText::name`] does.
    #[error("`{}` {problem}", DisplayText::name(word))]
    Word {
        /// The word.
        word: Box<[u8]>,
        /// Its problem.
        problem: WordProblem,
    },
    /// There are more name servers than this number; the rest is not used.
    #[error("more than {0} name servers")]
    TooManyServers(usize),
    /// There are more domains than this number; the rest is not used.
    #[error("more than {0} domains")]
    TooManyDomains(usize),
    /// The file has more bytes than this number; the rest is not read.
    #[error("more than {0} bytes; the rest is not read")]
    TooLong(usize),
}

/// The problem of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WordProblem {
    /// The line begins with white space, so this, its first word, is no setting.
    #[error("does not start its line")]
    Indented,
    /// The line has nothing after this, its first word.
    #[error("has no value")]
    NoValue,
    /// There is no such setting or option.
    #[error("is not a setting")]
    Setting,
    /// The setting takes one word, and this word is a further one. It is not used.
    #[error("is one word too many")]
    Excess,
    /// It is not the address of a name server.
    #[error("is not an address")]
    Address,
    /// It is a link-local address, and the zone after its `%` is no interface.
    #[error("is on an interface that this machine does not have")]
    Zone,
    /// It is not a domain.
    #[error("is not a domain")]
    Domain,
    /// The option has no number, or one out of its bounds.
    #[error("has no valid number")]
    Number,
}
