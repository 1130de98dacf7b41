//! Cancel says "already" for exactly the last 65,536 completions.

use winsock_async_model::{Native, Question, Room, Session, Settings, Subject};

/// The completions that the engine tells from unknown handles.
const REMEMBERED: usize = 65_536;
const BATCH: usize = 1000;

/// A native session and its model.
struct Pair {
    native: Native,
    model: Session<Question>,
    /// The handles of the completions that were taken, the newest last.
    taken: Vec<u64>,
    number: u64,
}

impl Pair {
    fn new(remembered: usize) -> Pair {
        let settings = Settings {
            workers: 1,
            sessions: 1,
            max_requests: BATCH,
            // A session gets no more than a part of what is left.
            requests_per_engine: 1_000 * BATCH,
            remembered,
        };
        let mut pair = Pair {
            native: Native::new(&settings),
            model: Session::new(remembered),
            taken: Vec::new(),
            number: 0,
        };
        let got = pair.native.startup(0);
        pair.model.startup(got).unwrap();
        pair
    }

    fn request(&mut self, question: fn(u64) -> Question) -> u64 {
        self.number += 1;
        let (question, tag) = (question(self.number), self.number);
        let got = self.native.request(0, question, tag);
        let verdict = self.model.request(question, tag, Room::Free, got);
        verdict.unwrap();
        got.unwrap()
    }

    fn take(&mut self) {
        let shown = self.native.take(0, u32::MAX);
        self.model.take(usize::MAX, &shown).unwrap();
        self.taken.extend(shown.iter().map(|one| one.handle));
    }

    /// Cancels, and gives the model's verdict.
    fn cancel(&mut self, handle: u64) -> Result<(), String> {
        let got = self.native.cancel(0, handle);
        self.model.cancel(handle, got)
    }

    /// The handle of a completion that was taken. 1 is the newest.
    fn back(&self, back: usize) -> u64 {
        self.taken[self.taken.len() - back]
    }

    /// Completes one batch more than the number of completions that the engine remembers.
    fn fill(&mut self) {
        while self.taken.len() < REMEMBERED + BATCH {
            for _ in 0..BATCH {
                self.request(Question::Known);
            }
            self.take();
        }
    }
}

// S-C9, S-C2, S-C3
#[test]
fn cancel_says_already_for_exactly_the_last_65536_completions() {
    let mut pair = Pair::new(REMEMBERED);
    pair.fill();
    for round in 0..500 {
        for back in [1, 2, REMEMBERED / 2, REMEMBERED - 1, REMEMBERED] {
            pair.cancel(pair.back(back)).unwrap();
        }
        for back in REMEMBERED + 1..REMEMBERED + 4 {
            pair.cancel(pair.back(back)).unwrap();
        }
        // A cancelled request does not count as a completion.
        let held = pair.request(Question::Held);
        pair.cancel(held).unwrap();
        pair.cancel(held).unwrap();
        // A worker may have begun it, and would be stuck.
        pair.native.finish(pair.number);
        // Nor does a cancelled completion that was not taken.
        let known = pair.request(Question::Known);
        pair.cancel(known).unwrap();
        pair.cancel(known).unwrap();
        for _ in 0..round % 3 {
            pair.request(Question::Known);
        }
        pair.take();
    }
    // S-S4: the last clean-up forgets every completion.
    let got = pair.native.cleanup(0);
    pair.model.cleanup(got).unwrap();
    let got = pair.native.startup(0);
    pair.model.startup(got).unwrap();
    for back in [1, REMEMBERED, REMEMBERED + 1] {
        pair.cancel(pair.back(back)).unwrap();
    }
}

#[test]
fn a_model_that_remembers_one_more_or_one_less_disagrees() {
    for (remembered, back) in [
        (REMEMBERED + 1, REMEMBERED + 1),
        (REMEMBERED - 1, REMEMBERED),
    ] {
        let mut pair = Pair::new(remembered);
        pair.fill();
        assert!(pair.cancel(pair.back(back)).is_err());
    }
}
