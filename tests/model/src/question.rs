//! What is asked, and what must come of it.

/// A lookup of a host, of a name with a number in it that no other request has.
///
/// The name says what the resolver does with it, and so what must come of it, so that neither of two
/// requests can have the other's answer unnoticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// A worker is kept until the number is let finish.
    Held(u64),
    /// A worker answers at once.
    Quick(u64),
    /// The answer is known on the guest's own thread.
    Known(u64),
    /// It is known on the guest's own thread that there is none.
    Nothing(u64),
    /// The policy forbids it.
    Denied(u64),
    /// Known, and lets the number finish: so a guest, which has nothing but requests, does that.
    Release(u64),
}

/// Winsock's errors, as far as sessions give them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// WSAEACCES.
    AccessDenied,
    /// WSAEINVAL.
    Invalid,
    /// WSAEWOULDBLOCK.
    WouldBlock,
    /// WSAEALREADY.
    Already,
    /// WSAENETDOWN.
    NetworkDown,
    /// WSANOTINITIALISED.
    NotInitialised,
    /// WSAHOST_NOT_FOUND.
    HostNotFound,
    /// WSATRY_AGAIN.
    TryAgain,
    /// Any other: none that the model allows.
    Other,
}

/// What comes of a request: the address, which is the number that was asked for, or an error.
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

    /// The question of this name.
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

    /// The number in it.
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

    /// What must come of it. Workers give errors too, one in four.
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

    /// Whether what comes of it is there when the request has returned (S-R5).
    pub fn is_known_at_once(self) -> bool {
        !matches!(self, Question::Held(_) | Question::Quick(_))
    }
}
