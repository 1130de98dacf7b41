//! The calls that a sequence is made of.

/// One call, or one event between calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Start-up.
    Startup {
        /// The session.
        session: usize,
    },
    /// Clean-up.
    Cleanup {
        /// The session.
        session: usize,
    },
    /// A request.
    Request {
        /// The session.
        session: usize,
        /// The kind of lookup.
        kind: Kind,
    },
    /// The resolver finishes a request or a lookup, which may have been cancelled before.
    Finish {
        /// The session.
        session: usize,
        /// The index among its requests and lookups, counted back from the newest.
        back: usize,
    },
    /// Cancel.
    Cancel {
        /// The session.
        session: usize,
        /// The handle.
        handle: Handle,
    },
    /// Take completions.
    Take {
        /// The session.
        session: usize,
        /// The most completions.
        max: u32,
    },
    /// A wait with a time-out of 0.
    Look {
        /// The session.
        session: usize,
    },
    /// A wait without a time-out, if it is sure to end; else one with a time-out of 0.
    Wait {
        /// The session.
        session: usize,
    },
    /// A lookup of the same guest begins, as a future.
    Begin {
        /// The session.
        session: usize,
        /// The kind of lookup.
        kind: Kind,
    },
    /// Polls a lookup.
    Poll {
        /// The session.
        session: usize,
        /// The index among its lookups that were not dropped, counted back from the newest.
        back: usize,
    },
    /// Awaits a lookup, if that is sure to end; else polls it.
    Await {
        /// The session.
        session: usize,
        /// The index, as for [`Call::Poll`].
        back: usize,
    },
    /// Drops a lookup.
    DropLookup {
        /// The session.
        session: usize,
        /// The index, as for [`Call::Poll`].
        back: usize,
    },
    /// The session is dropped with its lookups, and a new one takes its place.
    Drop {
        /// The session.
        session: usize,
    },
    /// The engine goes down, if the subject can do that.
    TakeDown,
    /// The engine comes up again.
    BringUp,
}

/// The kind of lookup that a request is for. [`Question`](crate::Question) says more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The lookup keeps a worker until [`Call::Finish`].
    Held,
    /// A worker answers at once.
    Quick,
    /// The resolver answers at once, on the guest's thread.
    Known,
    /// The resolver says at once, on the guest's thread, that there is no such name.
    Nothing,
    /// The policy forbids the name.
    Denied,
}

/// The handle that is passed to cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handle {
    /// The handle of a request, outstanding or ended, or 0 if there is no such request.
    Of {
        /// The session.
        session: usize,
        /// The index of its request, counted back from the newest.
        back: usize,
    },
    /// The same with one bit flipped.
    Flipped {
        /// The session.
        session: usize,
        /// The index of its request, counted back from the newest.
        back: usize,
        /// The index of the bit.
        bit: u32,
    },
    /// Any number.
    Number(u64),
}

impl Call {
    /// The call that four bytes stand for, on one of `sessions` sessions. Proptest shrinks bytes to
    /// zero, so smaller bytes stand for simpler calls.
    pub fn from_bytes([call, place, a, b]: [u8; 4], sessions: usize) -> Call {
        let session = usize::from(place) % sessions;
        let back = usize::from(a % 8);
        match call {
            0..24 => Call::Look { session },
            24..80 => Call::Request {
                session,
                kind: kind(a),
            },
            80..100 => Call::Begin {
                session,
                kind: kind(a),
            },
            100..128 => Call::Take {
                session,
                max: [u32::MAX, 1, 2, 0][usize::from(a % 4)],
            },
            128..144 => Call::Wait { session },
            144..152 => Call::Poll { session, back },
            152..158 => Call::Await { session, back },
            158..188 => Call::Finish { session, back },
            188..220 => Call::Cancel {
                session,
                handle: handle(session, back, b, sessions),
            },
            220..226 => Call::DropLookup { session, back },
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
