//! Writes questions, and reads what name servers send.
//!
//! A message is cut to the bounds below where it is read, once: nothing larger is cached or shared.
//! No message costs more than the steps of [`MAX_STEPS`], whatever its counts and pointers say.

mod name;
mod question;
mod read;

#[cfg(test)]
pub(super) mod sample;
#[cfg(test)]
mod tests;

pub(super) use self::question::{Cookie, Question, RecordType};
pub(super) use self::read::{QuestionMatch, Records, Response, rcode, read};

/// Bytes of the header.
const HEADER_BYTES: usize = 12;
/// The longest name, in the form of messages.
const MAX_NAME_BYTES: usize = 255;

/// The most records of a message, in all of its sections.
const MAX_RECORDS: usize = 4096;
/// The most steps to compare and copy the names of a message: a label or a pointer is one step. A
/// message without pointers has fewer labels than this.
const MAX_STEPS: usize = 32_768;
/// The most CNAMEs that an answer is followed through.
const MAX_CNAMES: usize = 128;
/// The most aliases of an answer, and the most bytes of their text. Further aliases are dropped.
const MAX_ALIASES: usize = 128;
const MAX_ALIAS_BYTES: usize = 16 * 1024;

/// The classes and types of records that have a meaning here.
const CLASS_IN: u16 = 1;
const TYPE_A: u16 = 1;
const TYPE_NS: u16 = 2;
const TYPE_CNAME: u16 = 5;
const TYPE_SOA: u16 = 6;
const TYPE_PTR: u16 = 12;
const TYPE_AAAA: u16 = 28;
const TYPE_OPT: u16 = 41;

/// The option of EDNS that has a cookie (RFC 7873).
const OPTION_COOKIE: u16 = 10;
