//! Which servers a question goes to, and when the next.

use std::time::Instant;

use crate::types::ErrorCode;

/// The most servers there may be: as many as a set has bits.
pub(super) const MOST_SERVERS: usize = u32::BITS as usize;

/// What is known of the servers from all that was asked.
pub(super) struct Health {
    servers: Vec<Condition>,
    /// The server that the next question begins with, if they are asked in turn.
    turn: Option<usize>,
}

#[derive(Clone, Copy, Default)]
struct Condition {
    answered: Option<Instant>,
    is_silent: bool,
}

/// One question's way through the servers.
///
/// They are asked in their order, the next when one fails or its time is over, and as many rounds as there are tries. A
/// server that is silent is never passed over for that, as it may be so to somebody else alone: it is asked
/// along with the next that is not, and whichever answers first has answered.
#[derive(Debug)]
pub(super) struct Plan {
    first: usize,
    round: u8,
    /// Those that were asked in this round.
    asked: Set,
    /// Those that have the question still, of this round or an earlier.
    out: Set,
    /// What those came to that failed.
    failed: Option<ErrorCode>,
}

/// What is to be done for a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// These are asked now.
    Ask(Set),
    /// One that has it comes back first.
    Wait,
    /// No server has answered it.
    Fail(ErrorCode),
}

/// Some of the servers, by their number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Set(u32);

impl Health {
    pub(super) fn new(servers: usize, in_turn: bool) -> Health {
        Health {
            servers: vec![Condition::default(); servers],
            turn: in_turn.then_some(0),
        }
    }

    /// A server has said something, to whomever.
    pub(super) fn heard(&mut self, server: usize, now: Instant) {
        self.servers[server] = Condition {
            answered: Some(now),
            is_silent: false,
        };
    }

    /// A server has not answered what it was asked then: it is silent, if it has answered nobody since.
    pub(super) fn missed(&mut self, server: usize, asked: Instant) {
        let condition = &mut self.servers[server];
        condition.is_silent |= condition.answered < Some(asked);
    }

    fn is_silent(&self, server: usize) -> bool {
        self.servers[server].is_silent
    }

    fn order(&self, first: usize) -> impl Iterator<Item = usize> + Clone {
        let count = self.servers.len();
        (0..count).map(move |i| (first + i) % count)
    }
}

impl Plan {
    /// For one more question.
    pub(super) fn new(health: &mut Health) -> Plan {
        let count = health.servers.len();
        let first = health.turn.as_mut().map_or(0, |turn| {
            *turn = (*turn + 1) % count;
            *turn
        });
        Plan {
            first,
            round: 0,
            asked: Set::default(),
            out: Set::default(),
            failed: None,
        }
    }

    /// The same servers again, for the next name of a search.
    pub(super) fn again(&self) -> Plan {
        Plan {
            first: self.first,
            round: 0,
            asked: Set::default(),
            out: Set::default(),
            failed: None,
        }
    }

    /// Those that have it.
    pub(super) fn out(&self) -> Set {
        self.out
    }

    /// This server has it no more.
    pub(super) fn is_back(&mut self, server: usize) {
        self.out.remove(server);
    }

    /// This server has it once more.
    pub(super) fn is_out(&mut self, server: usize) {
        self.out.insert(server);
    }

    /// A server could not say what was asked. That another may yet say it outlasts that one never will.
    pub(super) fn fail(&mut self, error: ErrorCode) {
        if self.failed != Some(ErrorCode::TryAgain) {
            self.failed = Some(error);
        }
    }

    /// What comes next, once one has failed or none was asked. `spare` gives leave to have one more server asked than
    /// one at a time.
    pub(super) fn next(
        &mut self,
        health: &Health,
        tries: u8,
        mut spare: impl FnMut() -> bool,
    ) -> Step {
        loop {
            let (asked, out) = (self.asked, self.out);
            let left = health
                .order(self.first)
                .filter(|&server| !asked.has(server) && !out.has(server));
            let speaks = left.clone().find(|&server| !health.is_silent(server));
            let Some(main) = speaks.or_else(|| left.clone().next()) else {
                if !out.is_empty() {
                    return Step::Wait;
                }
                if self.round + 1 >= tries {
                    return Step::Fail(self.failed.unwrap_or(ErrorCode::TryAgain));
                }
                self.begin_round();
                continue;
            };
            if !out.is_empty() && !spare() {
                return Step::Wait;
            }
            let mut ask = Set::of(main);
            let silent = left.take_while(|&server| health.is_silent(server));
            for server in silent.filter(|&server| server != main) {
                if spare() {
                    ask.insert(server);
                }
            }
            self.asked.add(ask);
            self.out.add(ask);
            return Step::Ask(ask);
        }
    }

    /// What comes next, once the time of those that have it is over. They keep it, as an answer may yet come.
    pub(super) fn next_overdue(
        &mut self,
        health: &Health,
        tries: u8,
        spare: impl FnMut() -> bool,
    ) -> Step {
        self.fail(ErrorCode::TryAgain);
        let is_open = |server| !self.asked.has(server) && !self.out.has(server);
        if !health.order(0).any(is_open) {
            if self.round + 1 >= tries {
                return Step::Fail(ErrorCode::TryAgain);
            }
            self.begin_round();
        }
        self.next(health, tries, spare)
    }

    fn begin_round(&mut self) {
        self.round += 1;
        self.asked = Set::default();
    }
}

impl Set {
    pub(super) fn of(server: usize) -> Set {
        Set(1 << server)
    }

    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        (0..MOST_SERVERS).filter(move |&server| self.has(server))
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn has(self, server: usize) -> bool {
        self.0 & 1 << server != 0
    }

    fn insert(&mut self, server: usize) {
        self.0 |= 1 << server;
    }

    fn remove(&mut self, server: usize) {
        self.0 &= !(1 << server);
    }

    fn add(&mut self, others: Set) {
        self.0 |= others.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// Servers of which these are silent, and one who asks them, with leave for so many more than one.
    struct Asker {
        health: Health,
        plan: Plan,
        start: Instant,
        tries: u8,
        spares: usize,
    }

    impl Asker {
        fn new(servers: usize, silent: &[usize]) -> Asker {
            let (mut health, start) = (Health::new(servers, false), Instant::now());
            for &server in silent {
                health.missed(server, start);
            }
            Asker {
                plan: Plan::new(&mut health),
                health,
                start,
                tries: 1,
                spares: usize::MAX,
            }
        }

        fn step(&mut self, is_overdue: bool) -> Step {
            let spares = &mut self.spares;
            let spare = || {
                let has = *spares > 0;
                *spares -= usize::from(has);
                has
            };
            if is_overdue {
                self.plan.next_overdue(&self.health, self.tries, spare)
            } else {
                self.plan.next(&self.health, self.tries, spare)
            }
        }

        fn next(&mut self) -> Step {
            self.step(false)
        }

        fn overdue(&mut self) -> Step {
            self.step(true)
        }

        fn fails(&mut self, server: usize, error: ErrorCode) -> Step {
            self.plan.is_back(server);
            self.plan.fail(error);
            self.next()
        }
    }

    fn ask(servers: &[usize]) -> Step {
        let mut set = Set::default();
        servers.iter().for_each(|&server| set.insert(server));
        Step::Ask(set)
    }

    const AGAIN: ErrorCode = ErrorCode::TryAgain;
    const NEVER: ErrorCode = ErrorCode::NoRecovery;

    #[test]
    fn each_that_fails_is_followed_by_the_next() {
        let mut asker = Asker::new(2, &[]);
        asker.tries = 2;
        assert_eq!(asker.next(), ask(&[0]));
        for (server, then) in [(0, 1), (1, 0), (0, 1)] {
            assert_eq!(asker.fails(server, NEVER), ask(&[then]));
        }
        assert_eq!(asker.fails(1, NEVER), Step::Fail(NEVER));
    }

    #[test]
    fn that_one_may_answer_later_outlasts_what_others_say() {
        for errors in [[AGAIN, NEVER], [NEVER, AGAIN]] {
            let mut asker = Asker::new(2, &[]);
            asker.next();
            assert_eq!(asker.fails(0, errors[0]), ask(&[1]));
            assert_eq!(asker.fails(1, errors[1]), Step::Fail(AGAIN));
        }
    }

    #[test]
    fn one_whose_time_is_over_keeps_the_question() {
        let mut asker = Asker::new(2, &[]);
        asker.tries = 2;
        assert_eq!(asker.next(), ask(&[0]));
        assert_eq!(asker.overdue(), ask(&[1]));
        assert_eq!(asker.plan.out().iter().count(), 2);
        // Both have it when the second round begins, and the first comes back.
        assert_eq!(asker.overdue(), Step::Wait);
        assert_eq!(asker.fails(0, AGAIN), ask(&[0]));
        assert_eq!(asker.overdue(), Step::Fail(AGAIN));
    }

    #[test]
    fn a_silent_one_is_asked_along_with_the_next() {
        assert_eq!(Asker::new(3, &[0]).next(), ask(&[0, 1]));
        assert_eq!(Asker::new(3, &[0, 1]).next(), ask(&[0, 1, 2]));
        assert_eq!(Asker::new(3, &[0, 1, 2]).next(), ask(&[0, 1, 2]));
        assert_eq!(Asker::new(3, &[1]).next(), ask(&[0]));
        assert_eq!(Asker::new(1, &[0]).next(), ask(&[0]));
    }

    #[test]
    fn without_leave_the_one_that_speaks_is_asked_and_the_silent_after_it() {
        let mut asker = Asker::new(2, &[0]);
        asker.spares = 0;
        assert_eq!(asker.next(), ask(&[1]));
        assert_eq!(asker.overdue(), Step::Wait);
        assert_eq!(asker.fails(1, AGAIN), ask(&[0]));
        assert_eq!(asker.fails(0, AGAIN), Step::Fail(AGAIN));
    }

    // S-C7: one guest's questions that are never answered say nothing of a server that answers others.
    #[test]
    fn a_server_is_silent_only_if_it_answers_nobody() {
        let mut asker = Asker::new(2, &[]);
        let later = |seconds| asker.start + Duration::from_secs(seconds);
        asker.health.heard(0, later(2));
        asker.health.missed(0, later(1));
        assert!(!asker.health.is_silent(0));
        asker.health.missed(0, later(3));
        assert!(asker.health.is_silent(0));
        asker.health.heard(0, later(4));
        assert!(!asker.health.is_silent(0));
    }

    #[test]
    fn in_turn_each_is_the_first() {
        let mut health = Health::new(3, true);
        let mut firsts = || {
            let mut plan = Plan::new(&mut health);
            plan.next(&health, 1, || true)
        };
        assert_eq!([(); 4].map(|()| firsts()), [1, 2, 0, 1].map(|n| ask(&[n])));
    }
}
