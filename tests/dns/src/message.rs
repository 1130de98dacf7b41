//! Builds the server's messages with hickory-proto.

use hickory_proto::op::{Message, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::{A, CNAME, PTR, SOA};
use hickory_proto::rr::{Name, RData, Record, RecordType};

use crate::lie::Lie;

/// CNAMEs in the long chain.
pub const CHAIN: usize = 100;
/// Addresses in the largest message, which has at most 65,535 bytes.
pub const MANY: usize = 4090;

/// The response that the server sends to a question.
pub(crate) enum Sent {
    /// The message.
    Whole(Vec<u8>),
    /// The first half of the message; then the connection ends.
    Half(Vec<u8>),
    /// The message, once the test releases it.
    Late(Vec<u8>),
    /// Nothing.
    Nothing,
}

/// Answers a question for the address of a good name without parsing it, so that a benchmark does
/// not measure the server. `None` for any other question.
fn quick(question: &[u8]) -> Option<Vec<u8>> {
    const HEADER: usize = 12;
    if question.get(4..6)? != [0, 1]
        || !question
            .get(HEADER + 1..HEADER + 6)?
            .eq_ignore_ascii_case(b"good-")
    {
        return None;
    }
    let mut end = HEADER;
    while question.get(end).filter(|&&len| len < 64)? != &0 {
        end += 1 + usize::from(question[end]);
    }
    // A, IN.
    end += 5;
    if question.get(end - 4..end)? != [0, 1, 0, 1] {
        return None;
    }
    let mut bytes = question[..end].to_vec();
    // Flags: a response, recursion desired and available. Counts: one question, one answer.
    bytes[2..HEADER].copy_from_slice(&[0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
    bytes.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]);
    Some(bytes)
}

/// Answers a question: with the lie `always`, or else the one that the name selects. `None` if the
/// bytes are no question.
pub(crate) fn answer(question: &[u8], is_tcp: bool, always: Option<Lie>) -> Option<(Lie, Sent)> {
    if always.is_none()
        && let Some(bytes) = quick(question)
    {
        return Some((Lie::Good, Sent::Whole(bytes)));
    }
    let question = Message::from_vec(question).ok()?;
    let query = question.queries.first()?.clone();
    let lie = always.unwrap_or_else(|| Lie::of(query.name()));
    let mut message = Message::response(question.metadata.id, OpCode::Query);
    message.metadata.recursion_desired = true;
    message.metadata.recursion_available = true;
    message.add_query(query.clone());
    let name = query.name().clone();
    match lie {
        Lie::Silent => return Some((lie, Sent::Nothing)),
        Lie::Refused => message.metadata.response_code = ResponseCode::Refused,
        Lie::ServFail => message.metadata.response_code = ResponseCode::ServFail,
        Lie::FormErr => message.metadata.response_code = ResponseCode::FormErr,
        Lie::NotImp => message.metadata.response_code = ResponseCode::NotImp,
        Lie::Nobody => {
            message.metadata.response_code = ResponseCode::NXDomain;
            message.add_authority(zone());
        }
        Lie::Elsewhere if is_held_back(query.name()) => {
            message.metadata.response_code = ResponseCode::NXDomain;
            message.add_authority(zone());
        }
        Lie::NoData => {
            message.add_authority(zone());
        }
        Lie::Truncated | Lie::Many | Lie::Half if !is_tcp => message.metadata.truncation = true,
        Lie::Many => {
            // hickory-proto does not compress every name. Then fewer than 3,000 addresses fit, so
            // the bytes are written here.
            let mut bytes = message.to_vec().ok()?;
            let [_, _, high, low] = (MANY as u32).to_be_bytes();
            bytes[6..8].copy_from_slice(&[high, low]);
            for n in 0..MANY {
                let [_, _, high, low] = (n as u32).to_be_bytes();
                // The name of the question, A, IN, a minute, four bytes.
                bytes.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
                bytes.extend([198, 18, high, low]);
            }
            return Some((lie, Sent::Whole(bytes)));
        }
        Lie::WrongId => {
            message.metadata.id ^= 1;
            message.add_answer(good(&query));
        }
        Lie::WrongQuestion => {
            message.queries = vec![Query::query(named("other.test."), query.query_type())];
            message.add_answer(good(&query));
        }
        Lie::Malformed => {
            let mut bytes = message.to_vec().ok()?;
            // A count of more answers than there are, and a name that points past the end.
            bytes[6..8].copy_from_slice(&[0xff, 0xff]);
            bytes.extend([0xc0, 0xff, 0xff, 0xff]);
            return Some((lie, Sent::Whole(bytes)));
        }
        Lie::Loop => {
            message.add_answer(cname(name.clone(), named("b.loop.test.")));
            message.add_answer(cname(named("b.loop.test."), named("c.loop.test.")));
            message.add_answer(cname(named("c.loop.test."), name));
        }
        Lie::Chain => {
            let mut last = name;
            for n in 1..=CHAIN {
                let next = named(&format!("link{n}.test."));
                message.add_answer(cname(last, next.clone()));
                last = next;
            }
            message.add_answer(address(last, 60, [192, 0, 2, 1]));
        }
        Lie::Escapes => {
            let labels: [&[u8]; 3] = [b"nul\0nul", b"dot.back\\slash", b"\xfftest"];
            let odd = Name::from_labels(labels).ok()?;
            if query.query_type() == RecordType::PTR {
                message.add_answer(Record::from_rdata(name, 60, RData::PTR(PTR(odd))));
            } else {
                message.add_answer(cname(name, odd.clone()));
                message.add_answer(address(odd, 60, [192, 0, 2, 1]));
            }
        }
        Lie::Zero => {
            message.add_answer(address(name, 0, [192, 0, 2, 1]));
        }
        Lie::Huge => {
            message.add_answer(address(name, 1 << 31, [192, 0, 2, 1]));
        }
        Lie::Good | Lie::Late | Lie::Elsewhere | Lie::Truncated | Lie::Half => {
            message.add_answer(good(&query));
        }
    }
    let bytes = message.to_vec().ok()?;
    let sent = match lie {
        Lie::Late => Sent::Late(bytes),
        Lie::Elsewhere if is_held_back(query.name()) => Sent::Late(bytes),
        Lie::Half if is_tcp => Sent::Half(bytes),
        _ => Sent::Whole(bytes),
    };
    Some((lie, sent))
}

/// Whether the answer for an [elsewhere](Lie::Elsewhere) name is held back.
fn is_held_back(name: &Name) -> bool {
    named("x.test.").zone_of(name)
}

fn named(text: &str) -> Name {
    Name::from_ascii(text).expect("names in this file are valid")
}

/// The record of an honest server.
fn good(query: &Query) -> Record {
    match query.query_type() {
        RecordType::PTR => {
            let name = RData::PTR(PTR(named("good.test.")));
            Record::from_rdata(query.name().clone(), 60, name)
        }
        _ => address(query.name().clone(), 60, [192, 0, 2, 1]),
    }
}

fn address(name: Name, ttl: u32, [a, b, c, d]: [u8; 4]) -> Record {
    Record::from_rdata(name, ttl, RData::A(A::new(a, b, c, d)))
}

fn cname(name: Name, target: Name) -> Record {
    Record::from_rdata(name, 60, RData::CNAME(CNAME(target)))
}

/// The SOA record, by which a miss lives for a minute.
fn zone() -> Record {
    let soa = SOA::new(named("ns.test."), named("root.test."), 1, 1, 1, 1, 60);
    Record::from_rdata(named("test."), 60, RData::SOA(soa))
}
