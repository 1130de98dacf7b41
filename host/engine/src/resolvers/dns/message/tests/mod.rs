//! Questions byte by byte, and messages of servers that lie.

mod names;
mod question;
mod response;

use super::sample::*;
use super::*;

const TYPE_TXT: u16 = 16;
const TYPE_DNAME: u16 = 39;
const TYPE_TSIG: u16 = 250;
const CLASS_CHAOS: u16 = 3;
const CLASS_ANY: u16 = 255;

fn question() -> Question {
    Question::new("a.test", RecordType::A).unwrap()
}

impl Sample {
    fn read(&self) -> Option<Response> {
        read(&self.bytes(), &question())
    }

    /// The records. `None` if the message is malformed.
    fn records(&self) -> Option<Records> {
        self.read().expect("a response").records
    }

    /// The last numbers of the addresses.
    fn addresses(&self) -> Vec<u8> {
        let records = self.records().expect("well-formed records");
        let addresses = records.addresses.iter();
        addresses.map(|address| address.octets()[3]).collect()
    }

    fn is_malformed(&self) -> bool {
        self.records().is_none()
    }
}

fn good() -> Sample {
    Sample::a_test()
}

/// A message with a record of each section.
fn full() -> Sample {
    good()
        .cname("a.test", 60, "b.test")
        .a("b.test", 60, 1)
        .soa(60, 60)
        .ns()
        .add(ADDITIONAL, "ns.test", TYPE_A, 60, &[192, 0, 2, 9])
        .opt(0, &[0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8])
}

/// The position of the first record of a message in answer to the question for `a.test`.
fn first_record() -> usize {
    question().end()
}
