//! Reads a server's message, and keeps of its records what an answer needs.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::name::{Malformed, Name, Names, skip};
use super::question::{Cookie, Question, RecordType};
use super::{
    CLASS_IN, HEADER_BYTES, MAX_ALIAS_BYTES, MAX_ALIASES, MAX_CNAMES, MAX_RECORDS, OPTION_COOKIE,
    TYPE_A, TYPE_AAAA, TYPE_CNAME, TYPE_NS, TYPE_OPT, TYPE_PTR, TYPE_SOA,
};

/// Bits of the header's flags.
const RESPONSE: u16 = 0x8000;
const OPCODE: u16 = 0x7800;
const AUTHORITATIVE: u16 = 0x0400;
const TRUNCATED: u16 = 0x0200;
const RECURSION_AVAILABLE: u16 = 0x0080;
const RCODE: u16 = 0x000f;

/// Codes of servers.
pub(crate) mod rcode {
    pub(crate) const NO_ERROR: u16 = 0;
    pub(crate) const SERV_FAIL: u16 = 2;
    pub(crate) const NX_DOMAIN: u16 = 3;
}

/// A server's message in answer to a question.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) question: QuestionMatch,
    /// The code, with the upper bits that EDNS gives it.
    pub(crate) rcode: u16,
    pub(crate) is_authoritative: bool,
    /// Whether records are missing.
    pub(crate) is_truncated: bool,
    pub(crate) is_recursion_available: bool,
    /// `None` if the message has no OPT record.
    pub(crate) edns: Option<Edns>,
    /// `None` if the message is malformed. Its sections are shorter than its counts say, a record
    /// is not of its type's form, or a bound is passed.
    pub(crate) records: Option<Records>,
}

/// Whose question a response has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QuestionMatch {
    /// The question asked, byte for byte.
    Exact,
    /// The question asked, with letters in another case.
    OtherCase,
    /// None: a message with an error may be a bare header. Its id is all that it proves.
    Missing,
}

/// What a server says of EDNS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edns {
    pub(crate) version: u8,
    /// The cookie, if there is one and its length is one that a cookie may have.
    pub(crate) cookie: Option<Cookie>,
}

/// What the records of a message say of the question's name. Names are text with escapes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Records {
    /// The last name of the CNAME chain. `None` if the question's name has no CNAME.
    pub(crate) canonical: Option<String>,
    /// The names between the question's and the last one, in order.
    pub(crate) aliases: Vec<String>,
    /// Whether the chain is a loop or longer than its bound. The fields below are empty then.
    pub(crate) is_loop: bool,
    /// The IPv4 addresses of the last name, if the question is for them.
    pub(crate) addresses: Vec<Ipv4Addr>,
    /// The IPv6 addresses of the last name, if the question is for them.
    pub(crate) ipv6: Vec<Ipv6Addr>,
    /// The names that the last name's PTR records have.
    pub(crate) names: Vec<String>,
    /// The shortest time to live of the records above, in seconds. `u32::MAX` without records.
    pub(crate) ttl: u32,
    /// How long the answer section says nothing else, in seconds, by the zone's SOA record (RFC
    /// 2308).
    pub(crate) negative_ttl: Option<u32>,
    /// Whether the answer section has no record.
    pub(crate) is_empty: bool,
    /// Whether the authority section has an NS record.
    pub(crate) has_ns: bool,
}

/// Reads a message with the id of a question. The caller has compared the id.
///
/// `None` if the message is foreign: shorter than a header, no response, of another opcode, or with
/// another question or several. Nothing but its id tells who sent it.
pub(crate) fn read(bytes: &[u8], question: &Question) -> Option<Response> {
    let header = Header::read(bytes.first_chunk()?);
    if header.flags & (RESPONSE | OPCODE) != RESPONSE {
        return None;
    }
    let flag = |bit| header.flags & bit != 0;
    let mut response = Response {
        question: header.question(bytes, question)?,
        rcode: header.flags & RCODE,
        is_authoritative: flag(AUTHORITATIVE),
        is_truncated: flag(TRUNCATED),
        is_recursion_available: flag(RECURSION_AVAILABLE),
        edns: None,
        records: None,
    };
    let end = match response.question {
        QuestionMatch::Missing => HEADER_BYTES,
        QuestionMatch::Exact | QuestionMatch::OtherCase => question.end(),
    };
    response.records = read_sections(bytes, &header, question, end, &mut response).ok();
    Some(response)
}

impl Response {
    /// Whether the code says that the server has neither an answer nor a miss.
    pub(crate) fn is_failure(&self) -> bool {
        !matches!(self.rcode, rcode::NO_ERROR | rcode::NX_DOMAIN)
    }

    /// Whether the message, which has no error, sends the client elsewhere. It has no record that
    /// was asked for, and it refers to the zone's servers (RFC 2308, section 2.2). Or its server
    /// neither has the zone nor asks others.
    pub(crate) fn is_referral(&self, records: &Records) -> bool {
        let refers = records.has_ns && records.negative_ttl.is_none();
        let is_lame = records.is_empty && !self.is_recursion_available;
        !self.is_authoritative && !records.has_wanted() && (refers || is_lame)
    }
}

struct Header {
    flags: u16,
    /// Records of the four sections: questions, answers, authority, additional.
    counts: [u16; 4],
}

impl Header {
    fn read(bytes: &[u8; HEADER_BYTES]) -> Header {
        let field = |n: usize| u16::from_be_bytes([bytes[2 * n], bytes[2 * n + 1]]);
        Header {
            flags: field(1),
            counts: [2, 3, 4, 5].map(field),
        }
    }

    /// Compares the message's question with the one asked. `None` if it is another question.
    fn question(&self, bytes: &[u8], question: &Question) -> Option<QuestionMatch> {
        let is_failure = !matches!(self.flags & RCODE, rcode::NO_ERROR | rcode::NX_DOMAIN);
        match self.counts[0] {
            0 if is_failure => Some(QuestionMatch::Missing),
            // Some servers send the header of the question back, with its counts.
            1 if is_failure && bytes.len() == HEADER_BYTES => Some(QuestionMatch::Missing),
            1 => {
                let (name, fields) = bytes
                    .get(HEADER_BYTES..question.end())?
                    .split_at(question.name().len());
                let [kind, class] = [question.kind() as u16, CLASS_IN].map(u16::to_be_bytes);
                if fields != [kind, class].concat() {
                    return None;
                }
                // No length of a label is a letter, so this compares labels with labels.
                match name == question.name() {
                    true => Some(QuestionMatch::Exact),
                    false => name
                        .eq_ignore_ascii_case(question.name())
                        .then_some(QuestionMatch::OtherCase),
                }
            }
            _ => None,
        }
    }
}

/// A record's fields, and where the message has its names.
#[derive(Clone, Copy)]
struct Record {
    owner: usize,
    kind: u16,
    class: u16,
    /// As it is in the message.
    ttl: u32,
    data: usize,
    end: usize,
}

impl Record {
    /// Reads the record at `at`, and moves `at` to its end.
    fn read(bytes: &[u8], at: &mut usize) -> Result<Record, Malformed> {
        let owner = *at;
        let fields = skip(bytes, owner)?;
        let rest = bytes.get(fields..).ok_or(Malformed)?;
        let [k, kind, c, class, ttl @ .., l, len] = *rest.first_chunk::<10>().ok_or(Malformed)?;
        let data = fields + 10;
        let end = data + usize::from(u16::from_be_bytes([l, len]));
        if end > bytes.len() {
            return Err(Malformed);
        }
        *at = end;
        Ok(Record {
            owner,
            kind: u16::from_be_bytes([k, kind]),
            class: u16::from_be_bytes([c, class]),
            ttl: u32::from_be_bytes(ttl),
            data,
            end,
        })
    }

    fn ttl(&self) -> u32 {
        time_to_live(self.ttl)
    }
}

/// A time to live in seconds. One with the highest bit set is 0 (RFC 2181).
fn time_to_live(seconds: u32) -> u32 {
    if seconds > i32::MAX.unsigned_abs() {
        0
    } else {
        seconds
    }
}

/// Reads the sections after the question, which ends at `at`.
fn read_sections(
    bytes: &[u8],
    header: &Header,
    question: &Question,
    mut at: usize,
    response: &mut Response,
) -> Result<Records, Malformed> {
    let [_, answers, authority, additional] = header.counts.map(usize::from);
    if answers + authority + additional > MAX_RECORDS {
        return Err(Malformed);
    }
    let (mut cnames, mut wanted) = (Vec::new(), Vec::new());
    for _ in 0..answers {
        let record = Record::read(bytes, &mut at)?;
        if record.class != CLASS_IN {
            continue;
        }
        match record.kind {
            TYPE_A if at - record.data != size_of::<Ipv4Addr>() => return Err(Malformed),
            TYPE_AAAA if question.kind() == RecordType::Aaaa && at - record.data != 16 => {
                return Err(Malformed);
            }
            TYPE_CNAME | TYPE_PTR if skip(bytes, record.data)? != at => return Err(Malformed),
            TYPE_CNAME => cnames.push(record),
            kind if kind == question.kind() as u16 => wanted.push(record),
            _ => {}
        }
    }
    let mut records = Records {
        is_empty: answers == 0,
        ..Records::default()
    };
    for _ in 0..authority {
        let record = Record::read(bytes, &mut at)?;
        match (record.class, record.kind) {
            (CLASS_IN, TYPE_NS) => records.has_ns = true,
            (CLASS_IN, TYPE_SOA) => {
                let ttl = negative_ttl(bytes, &record)?;
                records.negative_ttl.get_or_insert(ttl);
            }
            _ => {}
        }
    }
    for _ in 0..additional {
        let record = Record::read(bytes, &mut at)?;
        if record.kind == TYPE_OPT {
            // RFC 6891: at most one, of the root.
            if bytes[record.owner] != 0 || response.edns.is_some() {
                return Err(Malformed);
            }
            let [upper_rcode, version, ..] = record.ttl.to_be_bytes();
            response.rcode |= u16::from(upper_rcode) << 4;
            response.edns = Some(Edns {
                version,
                cookie: cookie(&bytes[record.data..record.end])?,
            });
        }
    }
    if !response.is_failure() {
        records.follow(bytes, question, &cnames, &wanted)?;
    }
    Ok(records)
}

/// How long a zone's SOA record lets a miss live.
fn negative_ttl(bytes: &[u8], record: &Record) -> Result<u32, Malformed> {
    // The names of the zone's server and of its owner, and five numbers.
    let numbers = skip(bytes, skip(bytes, record.data)?)?;
    let numbers = bytes.get(numbers..record.end).ok_or(Malformed)?;
    let numbers: &[u8; 20] = numbers.try_into().map_err(|_| Malformed)?;
    let [.., a, b, c, d] = *numbers;
    Ok(record
        .ttl()
        .min(time_to_live(u32::from_be_bytes([a, b, c, d]))))
}

/// The first cookie among the options of an OPT record.
fn cookie(mut options: &[u8]) -> Result<Option<Cookie>, Malformed> {
    let mut found = None;
    while !options.is_empty() {
        let ([c, code, l, len], rest) = options.split_first_chunk().ok_or(Malformed)?;
        let len = usize::from(u16::from_be_bytes([*l, *len]));
        let (data, rest) = rest.split_at_checked(len).ok_or(Malformed)?;
        if u16::from_be_bytes([*c, *code]) == OPTION_COOKIE {
            found = found.or_else(|| Cookie::read(data));
        }
        options = rest;
    }
    Ok(found)
}

impl Records {
    /// Whether there is a record of the type that was asked for.
    pub(crate) fn has_wanted(&self) -> bool {
        !(self.addresses.is_empty() && self.ipv6.is_empty() && self.names.is_empty())
    }

    /// Follows the CNAMEs from the question's name, and collects the records of the last name.
    fn follow(
        &mut self,
        bytes: &[u8],
        question: &Question,
        cnames: &[Record],
        wanted: &[Record],
    ) -> Result<(), Malformed> {
        let mut names = Names::new(bytes);
        let mut last = Name::of_question(question.name());
        let (mut followed, mut next) = (0, 0);
        self.ttl = u32::MAX;
        let mut text = Text::default();
        // Most chains are in order, so each search begins where the last one ended. Of two CNAMEs
        // for one name, which is malformed, one counts.
        while let Some(found) = find(&mut names, &last, cnames, next)? {
            if followed == MAX_CNAMES {
                self.is_loop = true;
                self.canonical = None;
                self.aliases.clear();
                return Ok(());
            }
            followed += 1;
            next = found + 1;
            self.ttl = self.ttl.min(cnames[found].ttl());
            last = names.copy(cnames[found].data)?;
            if let Some(alias) = self.canonical.replace(last.shown(question.name())) {
                text.add(alias, &mut self.aliases);
            }
        }
        for record in wanted {
            if !names.is_at(&last, record.owner)? {
                continue;
            }
            self.ttl = self.ttl.min(record.ttl());
            match question.kind() {
                RecordType::A => {
                    let octets = bytes[record.data..].first_chunk::<4>().ok_or(Malformed)?;
                    self.addresses.push(Ipv4Addr::from_octets(*octets));
                }
                RecordType::Aaaa => {
                    let octets = bytes[record.data..].first_chunk::<16>().ok_or(Malformed)?;
                    self.ipv6.push(Ipv6Addr::from_octets(*octets));
                }
                RecordType::Ptr if self.names.len() < MAX_ALIASES => {
                    let name = names.copy(record.data)?.shown(question.name());
                    text.add(name, &mut self.names);
                }
                RecordType::Ptr => {}
            }
        }
        Ok(())
    }
}

/// The CNAME of a name. Looks from the record at `from` on, and then at those before it.
fn find(
    names: &mut Names,
    name: &Name,
    cnames: &[Record],
    from: usize,
) -> Result<Option<usize>, Malformed> {
    for index in (from..cnames.len()).chain(0..from) {
        if names.is_at(name, cnames[index].owner)? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// The bounds on the text of aliases.
#[derive(Default)]
struct Text {
    bytes: usize,
}

impl Text {
    /// Adds an alias, unless the aliases would be past their bounds.
    fn add(&mut self, alias: String, aliases: &mut Vec<String>) {
        let bytes = self.bytes + alias.len();
        if aliases.len() < MAX_ALIASES && bytes <= MAX_ALIAS_BYTES {
            self.bytes = bytes;
            aliases.push(alias);
        }
    }
}
