//! What the server does with a question.

use hickory_proto::rr::Name;

/// One way to answer, named by the first label of what is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lie {
    /// `good`: one address, 192.0.2.1, for a minute. By address: one name.
    Good,
    /// `silent`: nothing, ever.
    Silent,
    /// `late`: a good answer once the test says so.
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
    /// `nodata`: no records, with an SOA record of a minute.
    NoData,
    /// `elsewhere`: NXDOMAIN for a name under `x.test`, once the test says so; a good answer for others.
    Elsewhere,
    /// `truncated`: an empty message with TC over UDP, a good one over TCP.
    Truncated,
    /// `id`: a good answer with another number.
    WrongId,
    /// `question`: a good answer to another question.
    WrongQuestion,
    /// `garbage`: bytes that are no message but for the number.
    Garbage,
    /// `loop`: CNAMEs that come back to the name.
    Loop,
    /// `chain`: as many CNAMEs as [`CHAIN`](crate::CHAIN), then an address.
    Chain,
    /// `escapes`: a CNAME to a name with a NUL, a dot within a label, a backslash and a byte of no text.
    Escapes,
    /// `many`: as many addresses as fit in a message, over TCP.
    Many,
    /// `zero`: an address that lives for no time.
    Zero,
    /// `huge`: an address that lives for 2³¹ seconds.
    Huge,
    /// `half`: TC over UDP, and half a message over TCP before it hangs up.
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
        ("garbage", Lie::Garbage),
        ("loop", Lie::Loop),
        ("chain", Lie::Chain),
        ("escapes", Lie::Escapes),
        ("many", Lie::Many),
        ("zero", Lie::Zero),
        ("huge", Lie::Huge),
        ("half", Lie::Half),
        ("elsewhere", Lie::Elsewhere),
    ];

    /// The lie about this name; what names none does not exist.
    pub fn of(name: &Name) -> Lie {
        let first = name.iter().next().unwrap_or_default();
        let first = str::from_utf8(first).unwrap_or_default();
        if name.to_ascii().ends_with(".in-addr.arpa.") {
            return first.parse().map_or(Lie::Nobody, Lie::of_address);
        }
        let word = first.split('-').next().unwrap_or_default();
        let found = Lie::ALL.iter().find(|(label, _)| *label == word);
        found.map_or(Lie::Nobody, |(_, lie)| *lie)
    }

    /// The lie about an address, by its last number: the place of the lie in [`ALL`](Lie::ALL), the first being 0.
    pub fn of_address(last: u8) -> Lie {
        Lie::ALL.get(usize::from(last)).map_or(Lie::Nobody, |l| l.1)
    }
}
