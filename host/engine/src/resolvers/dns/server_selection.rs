//! Server selection: which servers get a question, and when the next ones do.

use std::time::Instant;

use crate::types::ErrorCode;

/// Most servers: as many as a [`ServerSet`] has bits.
pub(super) const MAX_SERVERS: usize = u32::BITS as usize;

/// The state of the servers, by the questions of all clients.
pub(super) struct ServerHealth {
    servers: Vec<ServerState>,
    /// With `rotate`, the first server of the latest question.
    latest_first: Option<usize>,
}

#[derive(Clone, Copy, Default)]
struct ServerState {
    answered_at: Option<Instant>,
    is_silent: bool,
}

/// The servers of one question.
///
/// The servers get the question in their order: the next one when one fails, or when its time is
/// over. There are as many rounds as tries. A silent server is not skipped, as it may be silent to
/// another client alone. It gets the question along with the next server that is not silent. The
/// first answer counts.
#[derive(Debug)]
pub(super) struct ServerSelection {
    first: usize,
    round: u8,
    /// Servers that got the question in this round.
    tried: ServerSet,
    /// Servers that still have the question, from this round or an earlier one.
    pending: ServerSet,
    /// The error of the servers that have failed.
    error: Option<ErrorCode>,
}

/// What to do next for a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Send the question to these servers.
    Send(ServerSet),
    /// Wait for a server that has the question.
    Wait,
    /// Fail the query: no server has answered.
    Fail(ErrorCode),
}

/// A set of servers, by their index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ServerSet(u32);

impl ServerHealth {
    pub(super) fn new(servers: usize, rotate: bool) -> ServerHealth {
        ServerHealth {
            servers: vec![ServerState::default(); servers],
            latest_first: rotate.then_some(0),
        }
    }

    /// Records that a server has answered some client.
    pub(super) fn answered(&mut self, server: usize, now: Instant) {
        self.servers[server] = ServerState {
            answered_at: Some(now),
            is_silent: false,
        };
    }

    /// Records that a server has not answered a question sent at `sent_at`. The server is silent if
    /// it has answered no client since.
    pub(super) fn missed(&mut self, server: usize, sent_at: Instant) {
        let state = &mut self.servers[server];
        state.is_silent |= state.answered_at < Some(sent_at);
    }

    fn is_silent(&self, server: usize) -> bool {
        self.servers[server].is_silent
    }

    fn order(&self, first: usize) -> impl Iterator<Item = usize> + Clone {
        let count = self.servers.len();
        (0..count).map(move |i| (first + i) % count)
    }
}

impl ServerSelection {
    /// A selection for a new query.
    pub(super) fn new(health: &mut ServerHealth) -> ServerSelection {
        let count = health.servers.len();
        let first = health.latest_first.as_mut().map_or(0, |latest| {
            *latest = (*latest + 1) % count;
            *latest
        });
        ServerSelection::starting_with(first)
    }

    /// A selection for the next name of a search, with the same first server.
    pub(super) fn restarted(&self) -> ServerSelection {
        ServerSelection::starting_with(self.first)
    }

    fn starting_with(first: usize) -> ServerSelection {
        ServerSelection {
            first,
            round: 0,
            tried: ServerSet::default(),
            pending: ServerSet::default(),
            error: None,
        }
    }

    /// Records that a server no longer has the question.
    pub(super) fn remove_pending(&mut self, server: usize) {
        self.pending.remove(server);
    }

    /// Records a server's failure. A temporary error takes precedence over a permanent one, because
    /// another server may still answer.
    pub(super) fn record_failure(&mut self, error: ErrorCode) {
        if self.error != Some(ErrorCode::TryAgain) {
            self.error = Some(error);
        }
    }

    /// Decides what to do when no server has the question yet, or one has failed.
    pub(super) fn next(&mut self, health: &ServerHealth, tries: u8) -> Action {
        loop {
            let tried = self.tried;
            let left = health
                .order(self.first)
                .filter(|&server| !tried.contains(server));
            let responsive = left.clone().find(|&server| !health.is_silent(server));
            let Some(main) = responsive.or_else(|| left.clone().next()) else {
                if !self.pending.is_empty() {
                    return Action::Wait;
                }
                if self.round + 1 >= tries {
                    return Action::Fail(self.error.unwrap_or(ErrorCode::TryAgain));
                }
                self.begin_round();
                continue;
            };
            let mut selected = ServerSet::of(main);
            for server in left.take_while(|&server| health.is_silent(server)) {
                selected.insert(server);
            }
            self.tried.add(selected);
            self.pending.add(selected);
            return Action::Send(selected);
        }
    }

    /// Decides what to do when the time of the pending servers is over. They stay pending, as they
    /// may still answer.
    pub(super) fn next_after_timeout(&mut self, health: &ServerHealth, tries: u8) -> Action {
        self.record_failure(ErrorCode::TryAgain);
        if !health.order(0).any(|server| !self.tried.contains(server)) {
            if self.round + 1 >= tries {
                return Action::Fail(ErrorCode::TryAgain);
            }
            self.begin_round();
        }
        self.next(health, tries)
    }

    fn begin_round(&mut self) {
        self.round += 1;
        self.tried = ServerSet::default();
    }
}

impl ServerSet {
    pub(super) fn of(server: usize) -> ServerSet {
        ServerSet(1 << server)
    }

    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        (0..MAX_SERVERS).filter(move |&server| self.contains(server))
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn contains(self, server: usize) -> bool {
        self.0 & 1 << server != 0
    }

    fn insert(&mut self, server: usize) {
        self.0 |= 1 << server;
    }

    fn remove(&mut self, server: usize) {
        self.0 &= !(1 << server);
    }

    fn add(&mut self, others: ServerSet) {
        self.0 |= others.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// One question among these servers.
    struct Harness {
        health: ServerHealth,
        selection: ServerSelection,
        start: Instant,
        tries: u8,
    }

    impl Harness {
        /// One try.
        fn new(servers: usize, silent: &[usize]) -> Harness {
            let (mut health, start) = (ServerHealth::new(servers, false), Instant::now());
            for &server in silent {
                health.missed(server, start);
            }
            Harness {
                selection: ServerSelection::new(&mut health),
                health,
                start,
                tries: 1,
            }
        }

        fn next(&mut self) -> Action {
            self.selection.next(&self.health, self.tries)
        }

        fn time_out(&mut self) -> Action {
            self.selection.next_after_timeout(&self.health, self.tries)
        }

        fn fail(&mut self, server: usize, error: ErrorCode) -> Action {
            self.selection.remove_pending(server);
            self.selection.record_failure(error);
            self.next()
        }
    }

    fn send(servers: &[usize]) -> Action {
        let mut set = ServerSet::default();
        servers.iter().for_each(|&server| set.insert(server));
        Action::Send(set)
    }

    const TEMPORARY: ErrorCode = ErrorCode::TryAgain;
    const PERMANENT: ErrorCode = ErrorCode::NoRecovery;

    #[test]
    fn failed_server_is_followed_by_the_next_until_the_tries_are_over() {
        let mut harness = Harness::new(2, &[]);
        harness.tries = 2;
        assert_eq!(harness.next(), send(&[0]));
        for (server, next) in [(0, 1), (1, 0), (0, 1)] {
            assert_eq!(harness.fail(server, PERMANENT), send(&[next]));
        }
        assert_eq!(harness.fail(1, PERMANENT), Action::Fail(PERMANENT));
    }

    #[test]
    fn temporary_error_takes_precedence_over_a_permanent_one() {
        for errors in [[TEMPORARY, PERMANENT], [PERMANENT, TEMPORARY]] {
            let mut harness = Harness::new(2, &[]);
            harness.next();
            assert_eq!(harness.fail(0, errors[0]), send(&[1]));
            assert_eq!(harness.fail(1, errors[1]), Action::Fail(TEMPORARY));
        }
    }

    #[test]
    fn overdue_server_keeps_the_question() {
        let mut harness = Harness::new(2, &[]);
        harness.tries = 2;
        assert_eq!(harness.next(), send(&[0]));
        assert_eq!(harness.time_out(), send(&[1]));
        assert_eq!(harness.selection.pending.iter().count(), 2);
        // In the second round they get it again, although both may still answer.
        assert_eq!(harness.time_out(), send(&[0]));
        assert_eq!(harness.fail(0, TEMPORARY), send(&[1]));
        assert_eq!(harness.fail(1, TEMPORARY), Action::Fail(TEMPORARY));
    }

    #[test]
    fn silent_server_gets_the_question_along_with_the_next() {
        assert_eq!(Harness::new(3, &[0]).next(), send(&[0, 1]));
        assert_eq!(Harness::new(3, &[0, 1]).next(), send(&[0, 1, 2]));
        assert_eq!(Harness::new(3, &[0, 1, 2]).next(), send(&[0, 1, 2]));
        assert_eq!(Harness::new(3, &[1]).next(), send(&[0]));
        assert_eq!(Harness::new(1, &[0]).next(), send(&[0]));
    }

    // S-C7: one guest's unanswered questions do not make a server silent that answers others.
    #[test]
    fn server_is_silent_only_while_it_answers_nobody() {
        let mut harness = Harness::new(2, &[]);
        let later = |seconds| harness.start + Duration::from_secs(seconds);
        harness.health.answered(0, later(2));
        harness.health.missed(0, later(1));
        assert!(!harness.health.is_silent(0));
        harness.health.missed(0, later(3));
        assert!(harness.health.is_silent(0));
        harness.health.answered(0, later(4));
        assert!(!harness.health.is_silent(0));
    }

    #[test]
    fn rotate_begins_each_query_with_the_next_server() {
        let mut health = ServerHealth::new(3, true);
        let mut first = || {
            let mut selection = ServerSelection::new(&mut health);
            selection.next(&health, 1)
        };
        assert_eq!([(); 4].map(|()| first()), [1, 2, 0, 1].map(|n| send(&[n])));
    }
}
