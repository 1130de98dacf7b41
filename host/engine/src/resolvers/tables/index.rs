//! The text of a table, and where in the text each key is.
//!
//! A table keeps the text of its sources. For each key of a line, such as a name, the index has the
//! key's hash and the place of the line: 8 bytes. A lookup parses the lines with the hash again.

use std::hash::{BuildHasher, Hash};

use rustc_hash::FxBuildHasher;

use super::error::{LineError, Problem, TablesError};
use super::line;
use crate::resolvers::words::without_mark;

/// Most problems of a source that are listed.
const MAX_PROBLEMS: usize = 100;

/// What lookups find lines by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key<'a> {
    Name(&'a str),
    Number(u32),
    Ipv6(u128),
    /// A name, and a protocol in lower case.
    NameWith(&'a str, &'a str),
    /// A number, and a protocol in lower case.
    NumberWith(u32, &'a str),
}

impl Key<'_> {
    /// The upper half of an entry: 32 bits of the key's hash.
    fn upper_half(&self) -> u64 {
        let hash = FxBuildHasher.hash_one(self);
        (hash ^ (hash >> 32)) << 32
    }
}

/// What to do at a malformed line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    /// Stop reading: the source is an error.
    Stop,
    /// Skip what is malformed. [`MAX_PROBLEMS`] problems of a source are listed, and the others
    /// counted.
    Skip,
}

/// A source of lines: a file, or a text with a name.
pub(super) struct Source<'a> {
    pub(super) name: &'a str,
    pub(super) bytes: Vec<u8>,
    pub(super) malformed: Malformed,
}

/// What [`Index::add`] found in a source.
pub(super) struct Added {
    /// Whether a line is valid.
    pub(super) is_valid: bool,
    pub(super) problems: Vec<TablesError>,
}

/// Takes what a format finds on one line.
pub(super) struct Found<'a> {
    entries: &'a mut Vec<u64>,
    /// Where the line begins: the lower half of its entries.
    at: u64,
    problems: Vec<Problem>,
    is_valid: bool,
}

impl Found<'_> {
    /// Adds a key of the line.
    pub(super) fn key(&mut self, key: Key<'_>) {
        self.entries.push(key.upper_half() | self.at);
    }

    /// Adds a problem of the line.
    pub(super) fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Marks the line as valid, if it has an entry or not.
    pub(super) fn valid(&mut self) {
        self.is_valid = true;
    }
}

#[derive(Debug, Default)]
pub(super) struct Index {
    /// The texts of all sources. Each ends with a line break.
    text: Vec<u8>,
    /// For each key of each line the key's hash in the upper half, and where the line begins in the
    /// lower half.
    entries: Vec<u64>,
}

impl Index {
    /// Adds the lines of a source. `read` is called with the content of each line that has any.
    ///
    /// # Errors
    ///
    /// If all sources together have 4 GiB or more.
    pub(super) fn add(
        &mut self,
        source: Source<'_>,
        read: impl Fn(&[u8], &mut Found<'_>),
    ) -> Result<Added, TablesError> {
        let begin = self.text.len();
        self.append(source.bytes)
            .map_err(|limit| TablesError::TooLarge {
                file: source.name.into(),
                limit,
            })?;
        let mut found = Found {
            entries: &mut self.entries,
            at: 0,
            problems: Vec::new(),
            is_valid: false,
        };
        let mut problems = Vec::new();
        let mut unlisted = 0;
        let (mut at, mut number) = (begin, 0);
        while at < self.text.len() {
            let line = line::at(&self.text, at);
            number += 1;
            let (content, cut) = line::content(line);
            found.at = at as u64;
            if !content.is_empty() {
                read(content, &mut found);
            }
            for problem in cut.into_iter().chain(found.problems.drain(..)) {
                if problems.len() < MAX_PROBLEMS {
                    problems.push(TablesError::Line(LineError {
                        file: source.name.into(),
                        line: number,
                        problem,
                    }));
                } else {
                    unlisted += 1;
                }
            }
            if source.malformed == Malformed::Stop && !problems.is_empty() {
                break;
            }
            at += line.len() + 1;
        }
        if unlisted > 0 {
            problems.push(TablesError::More {
                file: source.name.into(),
                problems: unlisted,
            });
        }
        let is_valid = found.is_valid;
        Ok(Added { is_valid, problems })
    }

    /// Appends a text, with a line break at its end and without a byte order mark at its beginning.
    /// Fails if the index would need more than 32 bits for a place.
    fn append(&mut self, mut bytes: Vec<u8>) -> Result<(), u64> {
        let mark = bytes.len() - without_mark(&bytes).len();
        bytes.drain(..mark);
        let limit = u64::from(u32::MAX);
        if self.text.len() as u64 + bytes.len() as u64 >= limit {
            return Err(limit);
        }
        if self.text.is_empty() {
            self.text = bytes;
        } else {
            self.text.extend_from_slice(&bytes);
        }
        if self.text.last().is_some_and(|&byte| byte != b'\n') {
            self.text.push(b'\n');
        }
        Ok(())
    }

    /// Prepares for lookups, once all sources are added.
    pub(super) fn finish(mut self) -> Index {
        self.entries.sort_unstable();
        self.entries.dedup();
        self.entries.shrink_to_fit();
        // Unless little can be had: the text of one file is read into an allocation of its size.
        if self.text.capacity() - self.text.len() > self.text.len() / 8 {
            self.text.shrink_to_fit();
        }
        self
    }

    /// The content of each line that may have the key, in the order of the sources. Other keys may
    /// have the same hash: the caller checks the line.
    pub(super) fn lines(&self, key: Key<'_>) -> impl Iterator<Item = &[u8]> {
        let hash = key.upper_half();
        let first = self.entries.partition_point(|&entry| entry < hash);
        self.entries[first..]
            .iter()
            .take_while(move |&&entry| entry >> 32 == hash >> 32)
            .map(|&entry| line::content(line::at(&self.text, entry as u32 as usize)).0)
    }

    /// The number of keys of all lines.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}
