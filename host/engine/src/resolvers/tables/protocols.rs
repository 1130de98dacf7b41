//! The table of protocols.

use super::error::Problem;
use super::iana;
use super::index::{Found, Index, Key};
use super::line;
use super::services::folded;
use super::sources::Format;
use crate::resolvers::words::words;
use crate::types::{Answer, ProtocolEntry};

pub(super) const FORMAT: Format = Format {
    name: "protocols",
    path: "/etc/protocols",
    default: iana::PROTOCOLS,
    read,
};

/// Protocols by name and by number.
pub(super) struct Protocols(Index);

impl Protocols {
    pub(super) fn new(index: Index) -> Protocols {
        Protocols(index)
    }

    /// The first protocol with the name.
    pub(super) fn by_name(&self, name: &str) -> Option<Answer> {
        let is_asked =
            |protocol: &Protocol<'_>| protocol.names().any(|n| n.eq_ignore_ascii_case(name));
        self.find(Key::Name(&folded(name)), is_asked)
    }

    /// The first protocol with the number.
    pub(super) fn by_number(&self, number: i32) -> Option<Answer> {
        let number = u16::try_from(number).ok()?;
        self.find(Key::Number(number.into()), |protocol| {
            protocol.number == number
        })
    }

    fn find(&self, key: Key<'_>, is_asked: impl Fn(&Protocol<'_>) -> bool) -> Option<Answer> {
        let mut protocols = self
            .0
            .lines(key)
            .filter_map(|line| Protocol::parse(line).ok());
        Some(protocols.find(is_asked)?.answer())
    }

    /// The number of keys.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// Reads a line such as `tcp 6 TCP`. A name that is not UTF-8 is a problem and not kept.
pub(super) fn read(content: &[u8], found: &mut Found<'_>) {
    let protocol = match Protocol::parse(content) {
        Ok(protocol) => protocol,
        Err(problem) => return found.problem(problem),
    };
    found.valid();
    let mut has_name = false;
    for name in protocol.names() {
        found.key(Key::Name(&folded(name)));
        has_name = true;
    }
    if has_name {
        found.key(Key::Number(protocol.number.into()));
    }
    let wrong = line::names(content).filter(|word| line::name(word).is_none());
    wrong.for_each(|word| found.problem(Problem::Name(word.into())));
}

/// A line with a number.
struct Protocol<'a> {
    content: &'a [u8],
    number: u16,
}

impl<'a> Protocol<'a> {
    fn parse(content: &'a [u8]) -> Result<Protocol<'a>, Problem> {
        let mut words = words(content).skip(1);
        let word = words
            .next()
            .ok_or(Problem::Missing("a protocol's number"))?;
        let number = line::number(word).ok_or_else(|| Problem::Number(word.into()))?;
        Ok(Protocol { content, number })
    }

    fn names(&self) -> impl Iterator<Item = &'a str> {
        line::names(self.content).filter_map(line::name)
    }

    fn answer(&self) -> Answer {
        let mut names = self.names().map(String::from);
        Answer::Protocol(ProtocolEntry {
            name: names.next().unwrap_or_default(),
            aliases: names.collect(),
            number: self.number.into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::warnings_of;
    use super::*;

    #[test]
    fn malformed_lines_are_problems() {
        for number in ["x", "-1", "+6", "6.0", "65536", "0x6"] {
            let said = format!("F:1: `{number}` is not the number of a protocol");
            let text = format!("tcp {number}");
            assert_eq!(warnings_of(text.as_bytes(), read), [said]);
        }
        let missing = "F:1: a protocol's number is missing";
        assert_eq!(warnings_of(b"tcp # 6", read), [missing]);
        let odd = r"F:1: `\xff` is not a name in UTF-8";
        assert_eq!(warnings_of(b"tcp 6 \xff TCP # \xff", read), [odd]);
    }
}
