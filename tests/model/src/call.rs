//! The calls that a sequence is made of.

/// One call, or one thing that happens between calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Start-up.
    Startup {
        /// Of which session.
        session: usize,
    },
    /// Clean-up.
    Cleanup {
        /// Of which session.
        session: usize,
    },
    /// A request.
    Request {
        /// Of which session.
        session: usize,
        /// For what.
        kind: Kind,
    },
    /// The resolver is let finish a request, which may have been cancelled meanwhile.
    Finish {
        /// Of which session.
        session: usize,
        /// Which of its requests, counted back from the newest.
        back: usize,
    },
    /// Cancel.
    Cancel {
        /// By which session.
        session: usize,
        /// What it passes.
        handle: Handle,
    },
    /// Taking completions.
    Take {
        /// Of which session.
        session: usize,
        /// At most so many.
        max: u32,
    },
    /// A look whether a completion can be taken, with a time-out of 0.
    Look {
        /// Of which session.
        session: usize,
    },
    /// A wait without a time-out, where something is certain to come or nothing can; else a look.
    Wait {
        /// Of which session.
        session: usize,
    },
    /// The session is dropped, and a new one takes its place.
    Drop {
        /// Which session.
        session: usize,
    },
    /// The engine is taken down, where the subject can do that.
    TakeDown,
    /// It is brought up again.
    BringUp,
}

/// What a request is for; [`Question`](crate::Question) has more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A worker is kept until it is let finish.
    Held,
    /// A worker answers at once.
    Quick,
    /// The answer is known on the guest's own thread.
    Known,
    /// It is known on the guest's own thread that there is none.
    Nothing,
    /// The policy forbids it.
    Denied,
}

/// What is passed to cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handle {
    /// The handle of a request, alive or dead, of this session or another; 0 where there is none.
    Of {
        /// Of which session.
        session: usize,
        /// Which of its requests, counted back from the newest.
        back: usize,
    },
    /// The same with one bit flipped.
    Flipped {
        /// Of which session.
        session: usize,
        /// Which of its requests, counted back from the newest.
        back: usize,
        /// Which bit.
        bit: u32,
    },
    /// A number.
    Number(u64),
}

impl Call {
    /// The call that four bytes stand for, among so many sessions. Zeros are the plainest call, and
    /// smaller numbers are nearer to it, which is where proptest shrinks to.
    pub fn from_bytes([call, place, a, b]: [u8; 4], sessions: usize) -> Call {
        let session = usize::from(place) % sessions;
        let back = usize::from(a % 8);
        match call {
            0..24 => Call::Look { session },
            24..100 => Call::Request {
                session,
                kind: kind(a),
            },
            100..128 => Call::Take {
                session,
                max: [u32::MAX, 1, 2, 0][usize::from(a % 4)],
            },
            128..150 => Call::Wait { session },
            150..182 => Call::Finish { session, back },
            182..226 => Call::Cancel {
                session,
                handle: handle(session, back, b, sessions),
            },
            226..238 => Call::Startup { session },
            238..246 => Call::Cleanup { session },
            246..251 => Call::Drop { session },
            251 => Call::TakeDown,
            252..=255 => Call::BringUp,
        }
    }
}

fn kind(byte: u8) -> Kind {
    match byte % 10 {
        0..2 => Kind::Known,
        2 => Kind::Nothing,
        3 => Kind::Denied,
        4..6 => Kind::Quick,
        _ => Kind::Held,
    }
}

fn handle(session: usize, back: usize, byte: u8, sessions: usize) -> Handle {
    match byte {
        0..192 => Handle::Of { session, back },
        192..220 => Handle::Of {
            session: (session + 1) % sessions,
            back,
        },
        220..240 => Handle::Flipped {
            session,
            back,
            bit: u32::from(byte % 4) * 16,
        },
        240..248 => Handle::Number(0),
        248..252 => Handle::Number(1 << 32 | u64::from(byte)),
        252..=255 => Handle::Number(u64::MAX),
    }
}
