//! The lookups that tests ask for, and the outcomes that follow from their names.

use crate::code::Code;
use crate::session::{Asked, Pace};

/// A lookup of a host by name. The name has a number in it that no other request has.
///
/// The name says what the resolver does with the lookup, and so what its outcome must be. So one
/// request cannot get the outcome of another unnoticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// The lookup keeps a worker until the test lets its number finish.
    Held(u64),
    /// A worker answers at once.
    Quick(u64),
    /// The resolver answers at once, on the guest's thread.
    Known(u64),
    /// The resolver says at once, on the guest's thread, that there is no such name.
    Nothing(u64),
    /// The policy forbids the name.
    Denied(u64),
    /// The resolver answers at once and lets the number finish. A guest lets a request finish in
    /// this way, because it can only ask.
    Release(u64),
}

/// The outcome of a request: the address, which is the number in the name, or an error.
pub type Outcome = Result<u32, Code>;

impl Question {
    /// The host's name.
    pub fn name(self) -> String {
        let (kind, top) = match self {
            Question::Held(_) => ("held", "test"),
            Question::Quick(_) => ("quick", "test"),
            Question::Known(_) => ("known", "test"),
            Question::Nothing(_) => ("nothing", "test"),
            Question::Denied(_) => ("denied", "invalid"),
            Question::Release(_) => ("release", "test"),
        };
        format!("{kind}-{}.{top}", self.number())
    }

    /// The question with this name.
    pub fn from_name(name: &str) -> Option<Question> {
        let (first, _top) = name.split_once('.')?;
        let (kind, number) = first.split_once('-')?;
        let number = number.parse().ok()?;
        Some(match kind {
            "held" => Question::Held(number),
            "quick" => Question::Quick(number),
            "known" => Question::Known(number),
            "nothing" => Question::Nothing(number),
            "denied" => Question::Denied(number),
            "release" => Question::Release(number),
            _ => return None,
        })
    }

    /// The number in the name.
    pub fn number(self) -> u64 {
        match self {
            Question::Held(number)
            | Question::Quick(number)
            | Question::Known(number)
            | Question::Nothing(number)
            | Question::Denied(number)
            | Question::Release(number) => number,
        }
    }

    /// The right outcome. Workers fail one lookup in four.
    pub fn outcome(self) -> Outcome {
        match self {
            Question::Held(number) | Question::Quick(number) if number % 4 == 3 => {
                Err(Code::TryAgain)
            }
            Question::Nothing(_) => Err(Code::HostNotFound),
            // S-R16
            Question::Denied(_) => Err(Code::AccessDenied),
            // Numbers stay far below 2^32.
            other => Ok(other.number() as u32),
        }
    }
}

impl Asked for Question {
    type Answer = u32;

    fn pace(&self) -> Pace {
        match self {
            Question::Held(_) => Pace::Held,
            Question::Quick(_) => Pace::Soon,
            _ => Pace::AtOnce,
        }
    }

    fn allows(&self, outcome: &Outcome) -> bool {
        *outcome == self.outcome()
    }
}
