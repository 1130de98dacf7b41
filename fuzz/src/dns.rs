//! Messages of name servers, and a second reader of them: hickory-proto's decoder.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hickory_proto::rr::Name;
use hickory_proto::serialize::binary::{BinDecodable, BinDecoder, DecodeError};

use self::message::{Question, RecordType, Records};

// The reader is private to the engine, and needs nothing of it.
#[allow(
    dead_code,
    unused_imports,
    reason = "the check reads, and sends nothing"
)]
#[path = "../../host/engine/src/resolvers/dns/message/mod.rs"]
mod message;

const HEADER_BYTES: usize = 12;
const CLASS_IN: u16 = 1;
const TYPE_A: u16 = 1;
const TYPE_CNAME: u16 = 5;
const TYPE_AAAA: u16 = 28;

/// The types of records that are asked for.
const KINDS: [RecordType; 3] = [RecordType::A, RecordType::Ptr, RecordType::Aaaa];

/// What became of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// It is no response to the question.
    Foreign,
    /// It is malformed, or past the bounds.
    Malformed,
    /// Its records were read: this many addresses.
    Addresses(usize),
}

/// The input as a message. An input that begins with a byte over 15 is left as it is. Others are
/// made responses with a question that is asked, as otherwise nearly all would be foreign. The
/// byte's remainder by 3 says whether the question is for IPv4 addresses, names or IPv6 addresses.
pub fn message(input: &[u8]) -> Vec<u8> {
    let Some((&kind, rest)) = input.split_first() else {
        return Vec::new();
    };
    let mut bytes = rest.to_vec();
    let mut asked = Vec::new();
    let question = question(KINDS[usize::from(kind) % KINDS.len()]);
    question.write(7, None, &mut asked);
    if kind < 16 && bytes.len() >= asked.len() {
        bytes[HEADER_BYTES..asked.len()].copy_from_slice(&asked[HEADER_BYTES..]);
        bytes[2] = bytes[2] & 0x07 | 0x80;
        bytes[4..6].copy_from_slice(&[0, 1]);
    }
    bytes
}

/// Reads a message, without a check.
pub fn read(bytes: &[u8]) -> Read {
    match message::read(bytes, &question_of(bytes)) {
        None => Read::Foreign,
        Some(response) => match response.records {
            None => Read::Malformed,
            Some(records) => Read::Addresses(addresses(&records).len()),
        },
    }
}

/// Checks that the addresses of an input are those that hickory-proto's decoder reads, and that its
/// names have no byte that no host name has.
///
/// # Panics
/// They are not, or have one.
pub fn check(input: &[u8]) -> Read {
    let bytes = message(input);
    let Some(response) = message::read(&bytes, &question_of(&bytes)) else {
        return Read::Foreign;
    };
    let Some(records) = response.records else {
        return Read::Malformed;
    };
    let found = addresses(&records);
    if !found.is_empty() {
        let oracle = Oracle::read(&bytes).expect("hickory-proto reads what gives addresses");
        oracle.check(&found);
    }
    for name in records
        .names
        .iter()
        .chain(&records.aliases)
        .chain(&records.canonical)
    {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.\\".contains(&byte);
        assert!(!name.is_empty() && name.bytes().all(is_plain), "{name}");
    }
    Read::Addresses(found.len())
}

/// The addresses of either family. A message has those that its question is for.
fn addresses(records: &Records) -> Vec<IpAddr> {
    let ipv4 = records.addresses.iter().copied().map(IpAddr::from);
    let ipv6 = records.ipv6.iter().copied().map(IpAddr::from);
    ipv4.chain(ipv6).collect()
}

fn question(kind: RecordType) -> Question {
    Question::new("a.test", kind).expect("it is a name")
}

/// The question that the message has. That for IPv4 addresses if it has none.
fn question_of(bytes: &[u8]) -> Question {
    let has = |question: &Question| message::read(bytes, question).is_some();
    let found = KINDS.map(question).into_iter().rev().find(has);
    found.unwrap_or_else(|| question(RecordType::A))
}

/// The answer section, as hickory-proto decodes it. A name is `None` if it cannot be decoded.
#[derive(Default)]
struct Oracle {
    asked: Name,
    cnames: Vec<(Option<Name>, Option<Name>)>,
    ipv4: Vec<(Option<Name>, IpAddr)>,
    ipv6: Vec<(Option<Name>, IpAddr)>,
}

impl Oracle {
    fn read(bytes: &[u8]) -> Result<Oracle, DecodeError> {
        let mut decoder = BinDecoder::new(bytes);
        let header = decoder.read_slice(HEADER_BYTES)?.unverified();
        let answers = u16::from_be_bytes([header[6], header[7]]);
        let mut oracle = Oracle {
            asked: Name::read(&mut decoder).expect("the question has a name"),
            ..Oracle::default()
        };
        decoder.read_slice(4)?;
        for _ in 0..answers {
            let owner = name(&mut decoder, bytes)?;
            let kind = decoder.read_u16()?.unverified();
            let class = decoder.read_u16()?.unverified();
            decoder.read_u32()?;
            let len = usize::from(decoder.read_u16()?.unverified());
            let end = decoder.index() + len;
            match (class, kind, len) {
                (CLASS_IN, TYPE_A, 4) => {
                    let address = decoder.read_u32()?.unverified();
                    let address = Ipv4Addr::from_bits(address).into();
                    oracle.ipv4.push((owner, address));
                }
                (CLASS_IN, TYPE_AAAA, 16) => {
                    let octets = decoder.read_slice(16)?.unverified();
                    let octets: [u8; 16] = octets.try_into().expect("it has 16 bytes");
                    oracle
                        .ipv6
                        .push((owner, Ipv6Addr::from_octets(octets).into()));
                }
                (CLASS_IN, TYPE_CNAME, _) => {
                    oracle.cnames.push((owner, name(&mut decoder, bytes)?));
                    assert_eq!(decoder.index(), end, "the record ends with its name");
                }
                _ => drop(decoder.read_slice(len)?),
            }
        }
        Ok(oracle)
    }

    fn check(&self, found: &[IpAddr]) {
        let answers = match found.first() {
            Some(IpAddr::V6(_)) => &self.ipv6,
            _ => &self.ipv4,
        };
        let mut targets: HashMap<&Name, Vec<&Name>> = HashMap::new();
        for (owner, target) in &self.cnames {
            if let (Some(owner), Some(target)) = (owner, target) {
                targets.entry(owner).or_default().push(target);
            }
        }
        // With several CNAMEs for a name, which is malformed, any of them may be followed.
        let (mut names, mut next) = (vec![&self.asked], 0);
        let mut is_certain = true;
        while let Some(name) = names.get(next) {
            next += 1;
            let further = targets.get(name).map_or(&[][..], Vec::as_slice);
            is_certain &= further.len() <= 1;
            for target in further {
                if !names.contains(target) {
                    names.push(target);
                }
            }
        }
        let of = |names: &[&Name]| -> Vec<IpAddr> {
            let is_reached =
                |owner: &Option<Name>| owner.as_ref().is_some_and(|o| names.contains(&o));
            let reached = answers.iter().filter(|(owner, _)| is_reached(owner));
            reached.map(|(_, address)| *address).collect()
        };
        if is_certain {
            let last = names.last().copied().into_iter().collect::<Vec<_>>();
            assert_eq!(found, of(&last), "the addresses of the last name");
        } else {
            let reached = of(&names);
            assert!(found.iter().all(|address| reached.contains(address)));
        }
    }
}

/// Decodes a name, and moves to its end also if that fails.
fn name(decoder: &mut BinDecoder<'_>, bytes: &[u8]) -> Result<Option<Name>, DecodeError> {
    let mut end = decoder.index();
    while let Some(&len @ 1..64) = bytes.get(end) {
        end += 1 + usize::from(len);
    }
    end += if bytes.get(end) == Some(&0) { 1 } else { 2 };
    let from = u16::try_from(decoder.index()).map_err(|_| DecodeError::InsufficientBytes)?;
    let name = Name::read(&mut decoder.clone(from)).ok();
    decoder.read_slice(end - decoder.index())?;
    Ok(name)
}
