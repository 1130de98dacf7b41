//! Messages for tests, byte by byte, so that they may be malformed.

use super::*;

pub(crate) const ANSWER: usize = 0;
pub(crate) const AUTHORITY: usize = 1;
pub(crate) const ADDITIONAL: usize = 2;

pub(crate) const AA: u16 = 0x0400;
pub(crate) const RA: u16 = 0x0080;

/// A message to fill with records. It has the question for one name.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    /// A response by default; recursion is desired and available.
    pub(crate) flags: u16,
    /// Questions, then the records of the other sections.
    pub(crate) counts: [u16; 4],
    pub(crate) question: Vec<u8>,
    sections: [Vec<u8>; 3],
}

/// A name in the form of messages.
pub(crate) fn wire(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in name.split('.').filter(|label| !label.is_empty()) {
        bytes.push(label.len() as u8);
        bytes.extend_from_slice(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

/// A pointer to a position of the message.
pub(crate) fn pointer(at: usize) -> Vec<u8> {
    (0xc000 | at as u16).to_be_bytes().into()
}

impl Sample {
    pub(crate) fn new(name: &str, kind: RecordType) -> Sample {
        let mut question = wire(name);
        question.extend((kind as u16).to_be_bytes());
        question.extend(CLASS_IN.to_be_bytes());
        Sample {
            flags: 0x8180,
            counts: [1, 0, 0, 0],
            question,
            sections: Default::default(),
        }
    }

    /// The question for the address of `a.test`.
    pub(crate) fn a_test() -> Sample {
        Sample::new("a.test", RecordType::A)
    }

    pub(crate) fn flags(mut self, flags: u16) -> Sample {
        self.flags = flags;
        self
    }

    pub(crate) fn rcode(mut self, code: u16) -> Sample {
        self.flags |= code;
        self
    }

    /// Adds a record with any fields. `owner` is in the form of messages.
    pub(crate) fn record(
        mut self,
        section: usize,
        owner: &[u8],
        [kind, class]: [u16; 2],
        ttl: u32,
        data: &[u8],
    ) -> Sample {
        self.counts[1 + section] += 1;
        let bytes = &mut self.sections[section];
        bytes.extend_from_slice(owner);
        bytes.extend(kind.to_be_bytes());
        bytes.extend(class.to_be_bytes());
        bytes.extend(ttl.to_be_bytes());
        bytes.extend((data.len() as u16).to_be_bytes());
        bytes.extend_from_slice(data);
        self
    }

    /// Adds a record of the class IN.
    pub(crate) fn add(
        self,
        section: usize,
        owner: &str,
        kind: u16,
        ttl: u32,
        data: &[u8],
    ) -> Sample {
        self.record(section, &wire(owner), [kind, CLASS_IN], ttl, data)
    }

    pub(crate) fn a(self, owner: &str, ttl: u32, last: u8) -> Sample {
        self.add(ANSWER, owner, TYPE_A, ttl, &[192, 0, 2, last])
    }

    pub(crate) fn aaaa(self, owner: &str, ttl: u32, last: u8) -> Sample {
        let mut octets = [0; 16];
        [octets[0], octets[1], octets[2], octets[3], octets[15]] = [0x20, 1, 0xd, 0xb8, last];
        self.add(ANSWER, owner, TYPE_AAAA, ttl, &octets)
    }

    pub(crate) fn cname(self, owner: &str, ttl: u32, target: &str) -> Sample {
        self.add(ANSWER, owner, TYPE_CNAME, ttl, &wire(target))
    }

    pub(crate) fn ptr(self, owner: &str, ttl: u32, target: &str) -> Sample {
        self.add(ANSWER, owner, TYPE_PTR, ttl, &wire(target))
    }

    pub(crate) fn soa(self, ttl: u32, minimum: u32) -> Sample {
        let mut data = [wire("ns.test"), wire("root.test"), vec![1; 16]].concat();
        data.extend(minimum.to_be_bytes());
        self.add(AUTHORITY, "test", TYPE_SOA, ttl, &data)
    }

    pub(crate) fn ns(self) -> Sample {
        self.add(AUTHORITY, "test", TYPE_NS, 60, &wire("ns.test"))
    }

    /// Adds an OPT record. Its TTL has the code, the version and the flags of EDNS.
    pub(crate) fn opt(self, ttl: u32, options: &[u8]) -> Sample {
        self.record(ADDITIONAL, &[0], [TYPE_OPT, 1232], ttl, options)
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let [a, b, c, d] = self.counts;
        let mut bytes = Vec::new();
        for field in [7, self.flags, a, b, c, d] {
            bytes.extend(field.to_be_bytes());
        }
        bytes.extend_from_slice(&self.question);
        bytes.extend(self.sections.concat());
        bytes
    }
}
