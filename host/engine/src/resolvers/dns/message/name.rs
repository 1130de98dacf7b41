//! Names in messages: skipped, compared in place, copied and shown, each within the bounds.

use super::{HEADER_BYTES, MAX_NAME_BYTES, MAX_STEPS};

/// The bits of a length that make it a pointer.
const POINTER: u8 = 0xc0;

/// Part of a message cannot be read, or is past the bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// A message, and the steps that are left to its names.
pub(super) struct Names<'a> {
    bytes: &'a [u8],
    steps: usize,
}

/// A name that owners are compared with.
pub(super) struct Name {
    bytes: [u8; MAX_NAME_BYTES],
    len: usize,
    /// Where the message has the name, if it has it: an owner that points there is equal.
    at: usize,
}

/// Walks over the labels of a name.
struct Labels<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the labels since the last pointer begin. A pointer must go to a name before them, so
    /// that each goes further back.
    run: usize,
    /// Where those labels must end: where the labels before the last pointer begin.
    limit: usize,
    /// Bytes of the name so far.
    len: usize,
}

impl<'a> Names<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Names<'a> {
        Names {
            bytes,
            steps: MAX_STEPS,
        }
    }

    /// Uses one of the message's steps.
    pub(super) fn step(&mut self) -> Result<(), Malformed> {
        self.steps = self.steps.checked_sub(1).ok_or(Malformed)?;
        Ok(())
    }

    /// Whether the name at a position equals another one. Case does not matter.
    pub(super) fn is_at(&mut self, name: &Name, at: usize) -> Result<bool, Malformed> {
        self.step()?;
        if self.origin(at) == name.at {
            return Ok(true);
        }
        let mut labels = Labels::new(self.bytes, at);
        let mut rest = name.bytes();
        loop {
            let label = self.next(&mut labels)?;
            let (len, after) = rest.split_first().ok_or(Malformed)?;
            if label.len() != usize::from(*len) {
                return Ok(false);
            }
            if label.is_empty() {
                return Ok(true);
            }
            let (other, after) = after.split_at(label.len());
            if !label.eq_ignore_ascii_case(other) {
                return Ok(false);
            }
            rest = after;
        }
    }

    /// Copies the name at a position.
    pub(super) fn copy(&mut self, at: usize) -> Result<Name, Malformed> {
        let mut name = Name {
            bytes: [0; MAX_NAME_BYTES],
            len: 0,
            at: self.origin(at),
        };
        let mut labels = Labels::new(self.bytes, at);
        loop {
            let label = self.next(&mut labels)?;
            // `next` holds the name to its bound.
            name.bytes[name.len] = label.len() as u8;
            name.bytes[name.len + 1..][..label.len()].copy_from_slice(label);
            name.len += 1 + label.len();
            if label.is_empty() {
                return Ok(name);
            }
        }
    }

    /// The next label of a name; an empty one ends the name.
    fn next(&mut self, labels: &mut Labels<'a>) -> Result<&'a [u8], Malformed> {
        loop {
            self.step()?;
            if let Some(label) = labels.next()? {
                return Ok(label);
            }
        }
    }

    /// Where the first label of the name at a position is. Follows one pointer.
    fn origin(&self, at: usize) -> usize {
        match self.bytes[at..] {
            [high, low, ..] if high >= POINTER => pointer(high, low),
            _ => at,
        }
    }
}

/// The position after the name at `at`, without a look at what its pointer points to.
pub(super) fn skip(bytes: &[u8], at: usize) -> Result<usize, Malformed> {
    let mut labels = Labels::new(bytes, at);
    loop {
        let at = labels.at;
        match labels.next()? {
            None => return Ok(at + 2),
            Some([]) => return Ok(at + 1),
            Some(_) => {}
        }
    }
}

impl<'a> Labels<'a> {
    fn new(bytes: &'a [u8], at: usize) -> Labels<'a> {
        Labels {
            bytes,
            at,
            run: at,
            limit: bytes.len(),
            len: 0,
        }
    }

    /// The next label; an empty one ends the name. `None` after a pointer.
    fn next(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        let rest = self.bytes.get(self.at..self.limit).ok_or(Malformed)?;
        let (&len, rest) = rest.split_first().ok_or(Malformed)?;
        match len & POINTER {
            0 => {
                let label = rest.get(..usize::from(len)).ok_or(Malformed)?;
                self.at += 1 + label.len();
                self.len += 1 + label.len();
                if self.len > MAX_NAME_BYTES {
                    return Err(Malformed);
                }
                Ok(Some(label))
            }
            POINTER => {
                let target = pointer(len, *rest.first().ok_or(Malformed)?);
                if !(HEADER_BYTES..self.run).contains(&target) {
                    return Err(Malformed);
                }
                (self.at, self.run, self.limit) = (target, target, self.run);
                Ok(None)
            }
            // Kinds of labels that were never in use (RFC 6891).
            _ => Err(Malformed),
        }
    }
}

/// Where a pointer points to.
fn pointer(high: u8, low: u8) -> usize {
    usize::from(u16::from_be_bytes([high & !POINTER, low]))
}

impl Name {
    /// The name of a question, which a message has after its header.
    pub(super) fn of_question(name: &[u8]) -> Name {
        let mut bytes = [0; MAX_NAME_BYTES];
        bytes[..name.len()].copy_from_slice(name);
        Name {
            bytes,
            len: name.len(),
            at: HEADER_BYTES,
        }
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// The name as text. Bytes that no host name has are escaped: a dot is `\.`, a backslash `\\`,
    /// and any other byte `\DDD` in decimal. The root is `.`.
    ///
    /// The labels that the name shares with the question's end are in lower case, as a client mixes
    /// the case of the question.
    pub(super) fn shown(&self, question: &[u8]) -> String {
        if self.len == 1 {
            return ".".into();
        }
        let mut shown = String::with_capacity(self.len);
        let (mut at, mut is_shared) = (0, false);
        while self.bytes[at] != 0 {
            is_shared = is_shared || question.ends_with(&self.bytes[at..self.len]);
            if at > 0 {
                shown.push('.');
            }
            let label = &self.bytes[at + 1..][..usize::from(self.bytes[at])];
            for &byte in label {
                let lower = byte.to_ascii_lowercase();
                show(if is_shared { lower } else { byte }, &mut shown);
            }
            at += 1 + label.len();
        }
        shown.shrink_to_fit();
        shown
    }
}

fn show(byte: u8, shown: &mut String) {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => shown.push(byte.into()),
        b'.' | b'\\' => shown.extend(['\\', byte.into()]),
        _ => {
            let digits = [byte / 100, byte / 10 % 10, byte % 10];
            shown.push('\\');
            shown.extend(digits.map(|digit| char::from(b'0' + digit)));
        }
    }
}
