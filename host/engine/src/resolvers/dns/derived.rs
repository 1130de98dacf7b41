//! Lookups whose outcome is made of those of other questions.
//!
//! The addresses of both families are those of an A and an AAAA question. The IPv4 addresses of a
//! name are those of the question that [`Lookup::HostByName`] has, and the name of an IPv4 address
//! is that of [`Lookup::HostByAddress`]. So equal questions are asked once, and cached once, for
//! whichever lookup.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::cache::Cache;
use crate::lookup::{Lookup, TimedOutcome};
use crate::resolvers::order;
use crate::resolvers::search::{Miss, Next, Search, SearchList, SearchState};
use crate::types::{AddressFamily, AddressList, Answer, ErrorCode};

/// The most questions for one name.
pub(super) const MAX_QUESTIONS: usize = 2;

/// The ends of the questions for one name, in the order of [`questions`]. None while one is in
/// flight.
pub(super) type Ends = [Option<QuestionEnd>; MAX_QUESTIONS];

/// How the question for one name has ended.
#[derive(Clone, Debug)]
pub(super) struct QuestionEnd {
    pub(super) outcome: TimedOutcome,
    /// Whether a server has answered with SERVFAIL.
    pub(super) is_servfail: bool,
}

/// Whether a lookup's outcome is made of those of other questions.
pub(super) fn is_derived(lookup: &Lookup) -> bool {
    match lookup {
        Lookup::Addresses { family, .. } => *family != Some(AddressFamily::Ipv6),
        Lookup::NameOf(address) => address.is_ipv4(),
        _ => false,
    }
}

/// The questions for the name that the search of a derived lookup is at.
pub(super) fn questions(
    search: &Search,
    state: &SearchState,
    list: &SearchList,
) -> [Option<Search>; MAX_QUESTIONS] {
    match &search.lookup {
        Lookup::Addresses { family, .. } => {
            let name = state.name_as_lookup(search, list);
            let ipv6 = family.is_none().then(|| Lookup::Addresses {
                name: name.clone(),
                family: Some(AddressFamily::Ipv6),
            });
            let ipv4 = Lookup::HostByName(name);
            [Some(ipv4.into()), ipv6.map(Search::from)]
        }
        Lookup::NameOf(IpAddr::V4(address)) => [Some(Lookup::HostByAddress(*address).into()), None],
        _ => [None, None],
    }
}

/// Makes the answer of a lookup of those of its questions.
///
/// # Errors
/// Without an answer, the miss that says most (`S-A3`). NXDOMAIN for one type hides no record of
/// the other.
pub(super) fn combine(lookup: &Lookup, ends: &Ends) -> Result<TimedOutcome, Miss> {
    let mut addresses = Vec::new();
    let (mut name, mut expires, mut most) = (None, None, None::<Miss>);
    let mut has_answer = false;
    for end in ends.iter().flatten() {
        let answer = match &end.outcome.outcome {
            Ok(answer) => answer,
            Err(error) => {
                let miss = end.miss(*error);
                most = most.into_iter().chain([miss]).max_by_key(rank);
                continue;
            }
        };
        has_answer = true;
        expires = end.outcome.expires.into_iter().chain(expires).min();
        match &**answer {
            Answer::Host(host) => {
                name.get_or_insert(&host.name);
                addresses.extend(host.addresses().map(IpAddr::from));
            }
            Answer::Addresses(list) => {
                name = name.or(list.canonical_name.as_ref());
                addresses.extend(list.addresses());
            }
            _ => {}
        }
    }
    if !has_answer {
        return Err(most.unwrap_or(Miss::Failed(ErrorCode::TryAgain)));
    }
    let name = name.cloned();
    let answer = match lookup {
        Lookup::NameOf(_) => Answer::Name(name.unwrap_or_default()),
        _ => {
            order::sort(&mut addresses);
            Answer::Addresses(AddressList::new(name, addresses))
        }
    };
    Ok(TimedOutcome {
        outcome: Ok(Arc::new(answer)),
        expires,
    })
}

impl QuestionEnd {
    fn miss(&self, error: ErrorCode) -> Miss {
        match error {
            // The end of a question is cached by its own time to live.
            ErrorCode::NoData | ErrorCode::HostNotFound => Miss::Missing(error, Duration::ZERO),
            ErrorCode::TryAgain if self.is_servfail => Miss::ServFail,
            _ => Miss::Failed(error),
        }
    }
}

/// The order in which one miss says more than another (`S-A3`). A server that does not answer is
/// asked for no further domain, so that says more than SERVFAIL.
fn rank(miss: &Miss) -> u8 {
    match miss {
        Miss::Failed(ErrorCode::TryAgain) => 4,
        Miss::ServFail => 3,
        Miss::Failed(_) => 2,
        Miss::Missing(ErrorCode::NoData, _) => 1,
        Miss::Missing(..) => 0,
    }
}

/// The outcome of a derived lookup, if the ends of all its questions are cached.
pub(super) fn cached(
    cache: &Cache,
    search: &Search,
    list: &SearchList,
    now: Instant,
) -> Option<TimedOutcome> {
    let mut state = SearchState::new(search, list).ok()?;
    loop {
        let mut ends = Ends::default();
        for (end, question) in ends.iter_mut().zip(questions(search, &state, list)) {
            if let Some(question) = question {
                *end = Some(cache.get(&question, now)?.into());
            }
        }
        match combine(&search.lookup, &ends) {
            Ok(outcome) => return Some(outcome),
            Err(miss) => match state.next(miss, search, list) {
                Next::Ask => {}
                Next::End(error, _) => return Some(Err(error).into()),
            },
        }
    }
}

impl From<TimedOutcome> for QuestionEnd {
    /// The end of a question, which is no failure.
    fn from(outcome: TimedOutcome) -> QuestionEnd {
        QuestionEnd {
            outcome,
            is_servfail: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::HostEntry;

    const SECOND: Duration = Duration::from_secs(1);

    fn both() -> Lookup {
        Lookup::Addresses {
            name: "a.test".into(),
            family: None,
        }
    }

    fn found(answer: impl Into<Answer>, expires: Option<Instant>) -> Option<QuestionEnd> {
        let outcome = Ok(Arc::new(answer.into()));
        Some(TimedOutcome { outcome, expires }.into())
    }

    fn failed(error: ErrorCode, is_servfail: bool) -> Option<QuestionEnd> {
        Some(QuestionEnd {
            outcome: Err(error).into(),
            is_servfail,
        })
    }

    // S-W4
    #[test]
    fn answer_of_both_families_lives_as_long_as_the_one_that_ends_first() {
        let now = Instant::now();
        let ipv4 = |name: &str| HostEntry::new(name, [[192, 0, 2, 1].into()]);
        let ipv6 = |name: &str| {
            let address: IpAddr = "2001:db8::1".parse().unwrap();
            AddressList::new(Some(name.into()), [address])
        };
        for (first, second) in [(1, 2), (2, 1)] {
            let ends = [
                found(ipv4("b.test"), Some(now + first * SECOND)),
                found(ipv6("c.test"), Some(now + second * SECOND)),
            ];
            let made = combine(&both(), &ends).unwrap();
            assert_eq!(made.expires, Some(now + SECOND));
            let Answer::Addresses(list) = &*made.outcome.unwrap() else {
                panic!("not addresses");
            };
            assert_eq!(list.canonical_name.as_deref(), Some("b.test"));
            assert_eq!(list.addresses().len(), 2);
        }
        let alone = [
            failed(ErrorCode::TryAgain, false),
            found(ipv6("c.test"), Some(now)),
        ];
        let made = combine(&both(), &alone).unwrap();
        assert_eq!(made.outcome, Ok(Arc::new(ipv6("c.test").into())));
        assert_eq!(made.expires, Some(now));
    }

    // S-A3
    #[test]
    fn miss_that_says_most_is_the_miss_of_both() {
        let missing = |error| Miss::Missing(error, Duration::ZERO);
        let order = [
            (
                failed(ErrorCode::TryAgain, false),
                Miss::Failed(ErrorCode::TryAgain),
            ),
            (failed(ErrorCode::TryAgain, true), Miss::ServFail),
            (
                failed(ErrorCode::NoRecovery, true),
                Miss::Failed(ErrorCode::NoRecovery),
            ),
            (failed(ErrorCode::NoData, true), missing(ErrorCode::NoData)),
            (
                failed(ErrorCode::HostNotFound, true),
                missing(ErrorCode::HostNotFound),
            ),
        ];
        for (first, (end, miss)) in order.iter().enumerate() {
            for (other, _) in &order[first..] {
                for ends in [[end, other], [other, end]] {
                    let ends = ends.map(Clone::clone);
                    assert_eq!(combine(&both(), &ends), Err(*miss), "{ends:?}");
                }
            }
        }
    }

    // S-A1: on a machine with IPv6, ::1 goes before 127.0.0.1.
    #[test]
    fn addresses_of_both_families_are_in_the_order_to_try_them() {
        let mut expected: [IpAddr; 2] =
            [[127, 0, 0, 1].into(), std::net::Ipv6Addr::LOCALHOST.into()];
        let ipv4 = HostEntry::new("a.test", [[127, 0, 0, 1].into()]);
        let ipv6 = AddressList::new(None, [expected[1]]);
        order::sort(&mut expected);
        let made = combine(&both(), &[found(ipv4, None), found(ipv6, None)]).unwrap();
        let list = AddressList::new(Some("a.test".into()), expected);
        assert_eq!(made.outcome, Ok(Arc::new(list.into())));
    }
}
