//! Builds the server's messages with hickory-proto.

use hickory_proto::op::{Message, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, PTR, SOA};
use hickory_proto::rr::{Name, RData, Record, RecordType};

use crate::lie::Lie;

/// CNAMEs in the long chain.
pub const CHAIN: usize = 100;
/// Addresses in the largest message, which has at most 65,535 bytes.
pub const MANY: usize = 4090;
/// IPv6 addresses in the largest message.
pub const MANY_IPV6: usize = 2330;

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

/// The position of a message's first name.
const HEADER_BYTES: usize = 12;
const A_IN: [u8; 4] = [0, 1, 0, 1];
const AAAA_IN: [u8; 4] = [0, 28, 0, 1];
const CNAME_IN: [u8; 4] = [0, 5, 0, 1];

/// Answers a question for an address without a decoder, so that a benchmark does not measure the
/// server. `None` if the lie is not one of those that benchmarks ask for.
fn quick(question: &[u8], is_tcp: bool, always: Option<Lie>) -> Option<(Lie, Vec<u8>)> {
    if question.get(4..6)? != [0, 1] {
        return None;
    }
    let mut end = HEADER_BYTES;
    while question.get(end).filter(|&&len| len < 64)? != &0 {
        end += 1 + usize::from(question[end]);
    }
    end += 1;
    let is_ipv6 = match question.get(end..end + A_IN.len())? {
        kind if kind == A_IN => false,
        kind if kind == AAAA_IN => true,
        _ => return None,
    };
    let label = |at: usize| {
        let len = usize::from(question[at]);
        (&question[at + 1..][..len], at + 1 + len)
    };
    let (first, second_at) = label(HEADER_BYTES);
    let second = if first.is_empty() {
        first
    } else {
        label(second_at).0
    };
    let lie = always.unwrap_or_else(|| Lie::of_labels(first, second, is_ipv6));
    let add_address = |bytes: &mut Vec<u8>, owner, [a, b, c, d]: [u8; 4]| {
        if is_ipv6 {
            let [upper, lower] = [[0x20, 1, 0xd, 0xb8], [0, 0, c, d]];
            add(
                bytes,
                owner,
                AAAA_IN,
                &[upper, [0; 4], [0; 4], lower].concat(),
            );
        } else {
            add(bytes, owner, A_IN, &[a, b, c, d]);
        }
    };
    let mut bytes = question[..end + A_IN.len()].to_vec();
    let answers = match lie {
        Lie::Good => {
            add_address(&mut bytes, HEADER_BYTES, good_address(is_ipv6));
            1
        }
        Lie::Many if !is_tcp => 0,
        Lie::Many => {
            let count = if is_ipv6 { MANY_IPV6 } else { MANY };
            for n in 0..count {
                let [_, _, high, low] = (n as u32).to_be_bytes();
                add_address(&mut bytes, HEADER_BYTES, [198, 18, high, low]);
            }
            count
        }
        Lie::Chain => {
            let (mut last, mut test) = (HEADER_BYTES, [4, b't', b'e', b's', b't', 0].to_vec());
            for n in 1..=CHAIN {
                let label = format!("link{n}");
                let name = [&[label.len() as u8], label.as_bytes(), &test].concat();
                last = add(&mut bytes, last, CNAME_IN, &name);
                test = pointer(last + 1 + label.len()).into();
            }
            add_address(&mut bytes, last, good_address(is_ipv6));
            CHAIN + 1
        }
        _ => return None,
    };
    let is_truncated = answers == 0;
    // Flags: a response, recursion desired and available. One question.
    bytes[2..6].copy_from_slice(&[0x81 | u8::from(is_truncated) << 1, 0x80, 0, 1]);
    bytes[6..8].copy_from_slice(&(answers as u16).to_be_bytes());
    bytes[8..HEADER_BYTES].fill(0);
    Some((lie, bytes))
}

/// Adds a record of a minute for the name at `owner`. Returns the position of the record's data.
fn add(message: &mut Vec<u8>, owner: usize, kind: [u8; 4], data: &[u8]) -> usize {
    message.extend(pointer(owner));
    message.extend(kind);
    message.extend([0, 0, 0, 60]);
    message.extend((data.len() as u16).to_be_bytes());
    let at = message.len();
    message.extend(data);
    at
}

/// The numbers of a good address, of which an IPv6 address has the last two.
fn good_address(is_ipv6: bool) -> [u8; 4] {
    if is_ipv6 {
        [0, 0, 0, 1]
    } else {
        [192, 0, 2, 1]
    }
}

fn pointer(to: usize) -> [u8; 2] {
    (0xc000 | to as u16).to_be_bytes()
}

/// Answers a question: with the lie `always`, or else the one that the name selects. `None` if the
/// bytes are no question.
pub(crate) fn answer(question: &[u8], is_tcp: bool, always: Option<Lie>) -> Option<(Lie, Sent)> {
    if let Some((lie, bytes)) = quick(question, is_tcp, always) {
        return Some((lie, Sent::Whole(bytes)));
    }
    let question = Message::from_vec(question).ok()?;
    let query = question.queries.first()?.clone();
    let lie = always.unwrap_or_else(|| Lie::of(&query));
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
        // By address, no name has many answers or a chain.
        Lie::NoData | Lie::Many | Lie::Chain => {
            message.add_authority(zone());
        }
        Lie::Truncated | Lie::Half if !is_tcp => message.metadata.truncation = true,
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
        Lie::Escapes => {
            let labels: [&[u8]; 3] = [b"nul\0nul", b"dot.back\\slash", b"\xfftest"];
            let odd = Name::from_labels(labels).ok()?;
            if query.query_type() == RecordType::PTR {
                message.add_answer(Record::from_rdata(name, 60, RData::PTR(PTR(odd))));
            } else {
                message.add_answer(cname(name, odd.clone()));
                message.add_answer(address(odd, 60, &query));
            }
        }
        Lie::Zero => {
            message.add_answer(address(name, 0, &query));
        }
        Lie::Huge => {
            message.add_answer(address(name, 1 << 31, &query));
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
        _ => address(query.name().clone(), 60, query),
    }
}

/// The record of the address that the question is for.
fn address(name: Name, ttl: u32, query: &Query) -> Record {
    let data = match query.query_type() {
        RecordType::AAAA => RData::AAAA(AAAA::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)),
        _ => RData::A(A::new(192, 0, 2, 1)),
    };
    Record::from_rdata(name, ttl, data)
}

fn cname(name: Name, target: Name) -> Record {
    Record::from_rdata(name, 60, RData::CNAME(CNAME(target)))
}

/// The SOA record, by which a miss lives for a minute.
fn zone() -> Record {
    let soa = SOA::new(named("ns.test."), named("root.test."), 1, 1, 1, 1, 60);
    Record::from_rdata(named("test."), 60, RData::SOA(soa))
}
