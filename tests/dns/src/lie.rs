//! The ways in which the server answers.

use hickory_proto::op::Query;
use hickory_proto::rr::RecordType;

/// One way to answer, named by the first label of the question's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lie {
    /// `good`: one address, 192.0.2.1 or 2001:db8::1, with a TTL of a minute. By address: one name.
    Good,
    /// `silent`: no answer.
    Silent,
    /// `late`: a good answer, once the test releases it.
    Late,
    /// `refused`: REFUSED.
    Refused,
    /// `servfail`: SERVFAIL.
    ServFail,
    /// `formerr`: FORMERR.
    FormErr,
    /// `notimp`: NOTIMP.
    NotImp,
    /// `nobody`: NXDOMAIN, with an SOA record of a minute.
    Nobody,
    /// `nodata`: no error and no records, with an SOA record of a minute.
    NoData,
    /// `elsewhere`: NXDOMAIN for a name under `x.test`, once the test releases it; a good answer
    /// for other names.
    Elsewhere,
    /// `truncated`: an empty message with TC over UDP, a good answer over TCP.
    Truncated,
    /// `id`: a good answer with another id.
    WrongId,
    /// `question`: a good answer to another question.
    WrongQuestion,
    /// `malformed`: a malformed message, with the right id.
    Malformed,
    /// `loop`: CNAMEs that lead back to the name.
    Loop,
    /// `chain`: as many CNAMEs as [`CHAIN`](crate::CHAIN), then an address.
    Chain,
    /// `escapes`: a CNAME to a name with a NUL, a dot in a label, a backslash and a byte above 127.
    Escapes,
    /// `many`: as many addresses as fit in a message, over TCP.
    Many,
    /// `zero`: an address with a TTL of 0.
    Zero,
    /// `huge`: an address with a TTL of 2³¹ seconds.
    Huge,
    /// `half`: TC over UDP; half a message over TCP, and then the end of the connection.
    Half,
}

impl Lie {
    /// Every lie with its label.
    pub const ALL: [(&str, Lie); 21] = [
        ("good", Lie::Good),
        ("silent", Lie::Silent),
        ("late", Lie::Late),
        ("refused", Lie::Refused),
        ("servfail", Lie::ServFail),
        ("formerr", Lie::FormErr),
        ("notimp", Lie::NotImp),
        ("nobody", Lie::Nobody),
        ("nodata", Lie::NoData),
        ("truncated", Lie::Truncated),
        ("id", Lie::WrongId),
        ("question", Lie::WrongQuestion),
        ("malformed", Lie::Malformed),
        ("loop", Lie::Loop),
        ("chain", Lie::Chain),
        ("escapes", Lie::Escapes),
        ("many", Lie::Many),
        ("zero", Lie::Zero),
        ("huge", Lie::Huge),
        ("half", Lie::Half),
        ("elsewhere", Lie::Elsewhere),
    ];

    /// Returns the lie that a question selects. A name that selects none is
    /// [`Nobody`](Lie::Nobody).
    pub fn of(query: &Query) -> Lie {
        let name = query.name();
        let mut labels = name.iter();
        let first = labels.next().unwrap_or_default();
        let second = labels.next().unwrap_or_default();
        let text = name.to_lowercase().to_ascii();
        let number = |digits: &[&[u8]], radix| {
            let digits = digits.concat();
            u8::from_str_radix(str::from_utf8(&digits).unwrap_or_default(), radix)
        };
        if text.ends_with(".in-addr.arpa.") {
            return number(&[first], 10).map_or(Lie::Nobody, Lie::of_address);
        }
        if text.ends_with(".ip6.arpa.") {
            return number(&[second, first], 16).map_or(Lie::Nobody, Lie::of_address);
        }
        Lie::of_labels(first, second, query.query_type() == RecordType::AAAA)
    }

    /// The lie that the first two labels of a host's name select, for its IPv4 or IPv6 addresses.
    pub(crate) fn of_labels(first: &[u8], second: &[u8], is_ipv6: bool) -> Lie {
        match second.split_at_checked(3) {
            Some((prefix, label)) if is_ipv6 && prefix.eq_ignore_ascii_case(b"v6-") => {
                Lie::of_label(label)
            }
            _ => Lie::of_label(first),
        }
    }

    fn of_label(label: &[u8]) -> Lie {
        let word = label.split(|&byte| byte == b'-').next().unwrap_or_default();
        let found = Lie::ALL
            .iter()
            .find(|(label, _)| label.as_bytes().eq_ignore_ascii_case(word));
        found.map_or(Lie::Nobody, |(_, lie)| *lie)
    }

    /// The lie that the last number of an address selects: its index in [`ALL`](Lie::ALL).
    pub fn of_address(last: u8) -> Lie {
        Lie::ALL.get(usize::from(last)).map_or(Lie::Nobody, |l| l.1)
    }
}
