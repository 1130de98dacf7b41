//! Questions byte by byte, and messages of servers that lie.

use super::sample::*;
use super::*;

fn question() -> Question {
    Question::new("a.test", RecordType::A).unwrap()
}

impl Sample {
    fn read(&self) -> Option<Response> {
        read(&self.bytes(), &question())
    }
}
