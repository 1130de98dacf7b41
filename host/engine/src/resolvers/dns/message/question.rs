//! Questions, as they are sent.

use super::{
    CLASS_IN, HEADER_BYTES, MAX_NAME_BYTES, OPTION_COOKIE, TYPE_A, TYPE_AAAA, TYPE_OPT, TYPE_PTR,
};

/// The largest answer over UDP, by EDNS: it crosses networks without fragments.
const UDP_SIZE_BYTES: u16 = 1232;
/// Flags of a question: recursion desired.
const FLAGS: u16 = 0x0100;
/// The longest label.
const MAX_LABEL_BYTES: usize = 63;

/// What a question asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(crate) enum RecordType {
    A = TYPE_A,
    Ptr = TYPE_PTR,
    Aaaa = TYPE_AAAA,
}

/// A question: one name, and the type of the records asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// In the form of messages: labels behind their lengths, the last one empty.
    name: Box<[u8]>,
    kind: RecordType,
}

/// A cookie: 8 bytes of the client, then 8 to 32 of the server once that is known (RFC 7873).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cookie {
    bytes: [u8; Cookie::MAX_BYTES],
    len: u8,
}

impl Question {
    /// Makes the question for a host name without escapes. A trailing dot changes nothing. `None`
    /// if no such name can exist: it or a label of it is empty or too long.
    pub(crate) fn new(name: &str, kind: RecordType) -> Option<Question> {
        let labels = name.strip_suffix('.').unwrap_or(name);
        // A length for each dot, one before the first label, and the root.
        if labels.len() + 2 > MAX_NAME_BYTES {
            return None;
        }
        let mut bytes = Vec::with_capacity(labels.len() + 2);
        for label in labels.split('.') {
            if label.is_empty() || label.len() > MAX_LABEL_BYTES {
                return None;
            }
            bytes.push(label.len() as u8);
            bytes.extend_from_slice(label.as_bytes());
        }
        bytes.push(0);
        Some(Question {
            name: bytes.into(),
            kind,
        })
    }

    /// The letters of the name. A caller may change their case, and a server that keeps the case
    /// proves that it saw the question.
    pub(crate) fn letters_mut(&mut self) -> impl Iterator<Item = &mut u8> {
        // No length of a label is a letter.
        self.name
            .iter_mut()
            .filter(|byte| byte.is_ascii_alphabetic())
    }

    /// Appends the question as a message. With `edns`, the message has an OPT record; with a cookie
    /// the record has the cookie.
    pub(crate) fn write(&self, id: u16, edns: Option<Option<&Cookie>>, message: &mut Vec<u8>) {
        let additional = u16::from(edns.is_some());
        for field in [id, FLAGS, 1, 0, 0, additional] {
            message.extend(field.to_be_bytes());
        }
        message.extend_from_slice(&self.name);
        message.extend((self.kind as u16).to_be_bytes());
        message.extend(CLASS_IN.to_be_bytes());
        let Some(cookie) = edns else {
            return;
        };
        let cookie = cookie.map_or(&[][..], Cookie::bytes);
        let option_bytes = if cookie.is_empty() {
            0
        } else {
            4 + cookie.len()
        };
        // The root, then the fields of a record: the code, version and flags of EDNS are its TTL.
        message.push(0);
        for field in [TYPE_OPT, UDP_SIZE_BYTES, 0, 0, option_bytes as u16] {
            message.extend(field.to_be_bytes());
        }
        if !cookie.is_empty() {
            for field in [OPTION_COOKIE, cookie.len() as u16] {
                message.extend(field.to_be_bytes());
            }
            message.extend_from_slice(cookie);
        }
    }

    pub(super) fn name(&self) -> &[u8] {
        &self.name
    }

    pub(super) fn kind(&self) -> RecordType {
        self.kind
    }

    /// The position after the question in a message that begins with it.
    pub(super) fn end(&self) -> usize {
        HEADER_BYTES + self.name.len() + 4
    }
}

impl Cookie {
    pub(crate) const CLIENT_BYTES: usize = 8;
    const MAX_BYTES: usize = 40;

    /// Makes a cookie of the client's part alone.
    pub(crate) fn client(bytes: [u8; Cookie::CLIENT_BYTES]) -> Cookie {
        Cookie::copied(&bytes)
    }

    /// Reads the data of an option. `None` if no cookie has its length.
    pub(super) fn read(data: &[u8]) -> Option<Cookie> {
        matches!(data.len(), Cookie::CLIENT_BYTES | 16..=Cookie::MAX_BYTES)
            .then(|| Cookie::copied(data))
    }

    fn copied(data: &[u8]) -> Cookie {
        let mut bytes = [0; Cookie::MAX_BYTES];
        bytes[..data.len()].copy_from_slice(data);
        Cookie {
            bytes,
            len: data.len() as u8,
        }
    }

    /// Both parts.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// The client's part.
    pub(crate) fn client_part(&self) -> &[u8] {
        &self.bytes[..Cookie::CLIENT_BYTES]
    }

    /// Whether the cookie has the server's part too.
    pub(crate) fn has_server_part(&self) -> bool {
        usize::from(self.len) > Cookie::CLIENT_BYTES
    }
}
