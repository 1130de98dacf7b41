//! The embedder's inspector: what it sees and changes, and how the policy judges the result.

mod support;

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::thread;

use support::ways::{WAYS, Way, Ways};
use support::{host, one, started};
use winsock_async_engine::policy::Policy;
use winsock_async_engine::resolvers::Deny;
use winsock_async_engine::{Answer, ErrorCode, HostEntry, LookupEngine, Outcome, Query, Session};
use winsock_async_engine::{Inspection, Inspector, Lookup};

const PUBLIC: Ipv4Addr = Ipv4Addr::new(93, 184, 216, 34);
const OTHER: Ipv4Addr = Ipv4Addr::new(8, 8, 8, 8);
const PRIVATE: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 7);

/// An inspector made of two functions.
struct Fake<Q, O>(Q, O);

impl<Q, O> Inspector for Fake<Q, O>
where
    Q: Fn(&Lookup) -> Inspection + Send + Sync + 'static,
    O: Fn(Outcome) -> Outcome + Send + Sync + 'static,
{
    fn question(&self, lookup: &Lookup) -> Inspection {
        self.0(lookup)
    }

    fn outcome(&self, _: &Lookup, outcome: Outcome) -> Outcome {
        self.1(outcome)
    }
}

fn pass(_: &Lookup) -> Inspection {
    Inspection::Pass
}

fn as_it_is(outcome: Outcome) -> Outcome {
    outcome
}

fn session(resolver: &Ways, inspector: impl Inspector) -> Session {
    let policy = Policy::deny_all()
        .allow("*.test".parse().unwrap())
        .allow("192.0.2.0/24".parse().unwrap());
    let builder = LookupEngine::builder().resolver(resolver.clone());
    started(&builder.policy(policy).inspector(inspector).build())
}

fn ask(session: &mut Session, name: &str) -> Outcome {
    session.request(host(name), 0).unwrap();
    one(session).outcome
}

fn found(name: &str, addresses: &[Ipv4Addr]) -> Outcome {
    let host = HostEntry::new(name, addresses.iter().copied());
    Ok(Arc::new(host.into()))
}

fn named(name: &str) -> Lookup {
    Lookup::HostByName(name.into())
}

/// The lookup, its outcome unless it is a question, and the thread.
type Sight = (Lookup, Option<Outcome>, String);

/// Records what it sees, and on which threads.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<Sight>>>);

impl Seen {
    fn push(&self, lookup: &Lookup, outcome: Option<Outcome>) {
        let thread = thread::current().name().unwrap_or_default().into();
        self.0
            .lock()
            .unwrap()
            .push((lookup.clone(), outcome, thread));
    }
}

impl Inspector for Seen {
    fn question(&self, lookup: &Lookup) -> Inspection {
        self.push(lookup, None);
        Inspection::Pass
    }

    fn outcome(&self, lookup: &Lookup, outcome: Outcome) -> Outcome {
        self.push(lookup, Some(outcome.clone()));
        outcome
    }
}

// S-R16: it sees no forbidden question.
#[test]
fn an_inspector_sees_allowed_questions_and_outcomes_on_their_threads() {
    for way in WAYS {
        let resolver = Ways::new(way, &[PUBLIC, PRIVATE]);
        let seen = Seen::default();
        let mut session = session(&resolver, seen.clone());
        let left = {
            let outcome = ask(&mut session, "A.test");
            assert_eq!(ask(&mut session, "a.example"), Err(ErrorCode::AccessDenied));
            assert_eq!(ask(&mut session, "127.1"), Err(ErrorCode::NoData));
            outcome
        };
        let Ok(Answer::Host(entry)) = left.as_deref() else {
            panic!("{left:?}");
        };
        assert!(
            entry.addresses().eq([PUBLIC]),
            "what the policy leaves of it"
        );
        let guest = thread::current().name().unwrap_or_default().to_owned();
        let elsewhere = match way {
            Way::Known | Way::RespondsAtOnce => guest.as_str(),
            Way::Worker => "winsock-",
            Way::RespondsFromElsewhere => "elsewhere",
        };
        let seen = seen.0.lock().unwrap();
        let [(asked, None, on), (of, Some(outcome), then)] = &seen[..] else {
            panic!("{way:?}: {seen:?}");
        };
        assert_eq!((asked, of), (&named("a.test"), &named("a.test")));
        assert_eq!(*outcome, left);
        assert_eq!(*on, guest);
        assert!(then.starts_with(elsewhere), "{way:?}: on {then}");
    }
}

// S-R13: the resolver does not see a dotted address.
#[test]
fn an_inspector_sees_a_dotted_address_as_a_name() {
    let resolver = Ways::new(Way::Known, &[]);
    let seen = Seen::default();
    let mut session = session(&resolver, seen.clone());
    let itself = found("192.0.2.7", &[Ipv4Addr::new(192, 0, 2, 7)]);
    assert_eq!(ask(&mut session, "192.0.2.7"), itself);
    let seen = seen.0.lock().unwrap();
    let outcomes: Vec<_> = seen
        .iter()
        .map(|(lookup, outcome, _)| (lookup, outcome))
        .collect();
    let lookup = named("192.0.2.7");
    assert_eq!(outcomes, [(&lookup, &None), (&lookup, &Some(itself))]);
    assert_eq!(resolver.asked(), []);
}

#[test]
fn an_inspector_answers_and_refuses_before_the_resolver() {
    for way in WAYS {
        let resolver = Ways::new(way, &[PUBLIC]);
        let question = |lookup: &Lookup| match lookup {
            Lookup::HostByName(name) if &**name == "mine.test" => {
                Inspection::Answer(found("mine", &[OTHER]))
            }
            _ => Inspection::refused(),
        };
        // It does not see its own outcomes.
        let mut session = session(&resolver, Fake(question, |_| Err(ErrorCode::TryAgain)));
        assert_eq!(ask(&mut session, "mine.test"), found("mine", &[OTHER]));
        assert_eq!(
            ask(&mut session, "other.test"),
            Err(ErrorCode::AccessDenied)
        );
        session.request(Query::ProtocolByNumber(6), 0).unwrap();
        assert_eq!(one(&mut session).outcome, Err(ErrorCode::AccessDenied));
        assert_eq!(resolver.asked(), []);
        let stats = session.stats();
        assert_eq!((stats.answered, stats.denied), (1, 2));
    }
}

#[test]
fn refusals_of_the_inspector_count_as_denied_and_the_resolvers_do_not() {
    let refused = Err(ErrorCode::AccessDenied);
    for way in WAYS {
        let resolver = Ways::new(way, &[PUBLIC]);
        let mut refusing = session(&resolver, Fake(pass, |_| Err(ErrorCode::AccessDenied)));
        assert_eq!(ask(&mut refusing, "a.test"), refused);
        assert_eq!(refusing.stats().denied, 1, "{way:?}");
    }
    let engine = LookupEngine::builder().resolver(Deny);
    let engine = engine
        .policy(Policy::allow_all())
        .inspector(Fake(pass, as_it_is));
    let mut refused_elsewhere = engine.build().session();
    refused_elsewhere.startup().unwrap();
    assert_eq!(ask(&mut refused_elsewhere, "a.test"), refused);
    assert_eq!(refused_elsewhere.stats().denied, 0);
}

// S-R16: a changed question is judged like a guest's.
#[test]
fn a_changed_question_is_judged_by_the_policy() {
    let denied = Err(ErrorCode::AccessDenied);
    let answer = Ways::new(Way::Known, &[PUBLIC]).answer();
    let dotted = Ipv4Addr::new(192, 0, 2, 7);
    let cases = [
        (named("b.test"), answer.clone(), Some(named("b.test"))),
        (
            named("B\u{fc}cher.TEST"),
            answer.clone(),
            Some(named("xn--bcher-kva.test")),
        ),
        (
            Lookup::HostByAddress(dotted),
            answer,
            Some(Lookup::HostByAddress(dotted)),
        ),
        (named("192.0.2.7"), found("192.0.2.7", &[dotted]), None),
        (named("secret.example"), denied.clone(), None),
        (named("127.0.0.1"), denied.clone(), None),
        (Lookup::HostByAddress(PRIVATE), denied, None),
        (named("127.1"), Err(ErrorCode::NoData), None),
        (named("x\0.test"), Err(ErrorCode::HostNotFound), None),
        (
            Lookup::ProtocolByNumber(6),
            Err(ErrorCode::NoRecovery),
            None,
        ),
    ];
    for way in WAYS {
        for (other, outcome, asked) in cases.clone() {
            let resolver = Ways::new(way, &[PUBLIC]);
            let instead = other.clone();
            let change = move |_: &Lookup| Inspection::Ask(instead.clone());
            let mut session = session(&resolver, Fake(change, as_it_is));
            assert_eq!(ask(&mut session, "a.test"), outcome, "{way:?} {other:?}");
            assert_eq!(resolver.asked(), Vec::from_iter(asked), "{way:?} {other:?}");
        }
    }
}

// S-R16: a changed answer is judged again.
#[test]
fn a_changed_outcome_is_judged_by_the_policy() {
    let cases = [
        (found("mine", &[OTHER]), found("mine", &[OTHER])),
        (found("mine", &[PRIVATE, OTHER]), found("mine", &[OTHER])),
        (found("mine", &[PRIVATE]), Err(ErrorCode::AccessDenied)),
        (found("mine", &[]), Err(ErrorCode::NoData)),
        (Err(ErrorCode::TryAgain), Err(ErrorCode::TryAgain)),
    ];
    for way in WAYS {
        for (made, got) in cases.clone() {
            let resolver = Ways::new(way, &[PUBLIC]);
            let its_own = made.clone();
            let mut changing = session(&resolver, Fake(pass, move |_| made.clone()));
            assert_eq!(ask(&mut changing, "a.test"), got, "{way:?}");
            let answer = move |_: &Lookup| Inspection::Answer(its_own.clone());
            let mut answering = session(&resolver, Fake(answer, as_it_is));
            assert_eq!(ask(&mut answering, "a.test"), got, "{way:?}");
        }
        // It cannot restore an address that the policy has removed.
        let rebound = Ways::new(way, &[PRIVATE]);
        let answer = rebound.answer();
        let mut session = session(&rebound, Fake(pass, move |_| answer.clone()));
        assert_eq!(ask(&mut session, "a.test"), Err(ErrorCode::AccessDenied));
        assert_eq!(session.stats().denied, 1);
    }
}

#[test]
fn a_panic_of_the_inspector_fails_only_its_request() {
    let panics = |lookup: &Lookup| match lookup {
        Lookup::HostByName(name) if &**name == "question.test" => panic!("the test's own"),
        _ => Inspection::Pass,
    };
    let no_recovery = Err(ErrorCode::NoRecovery);
    for way in WAYS {
        let resolver = Ways::new(way, &[PUBLIC]);
        let mut asking = session(&resolver, Fake(panics, as_it_is));
        assert_eq!(ask(&mut asking, "question.test"), no_recovery);
        assert_eq!(resolver.asked(), []);
        // More panics than workers: none ends a worker.
        let mut answered = session(&resolver, Fake(pass, |_| panic!("the test's own")));
        for _ in 0..20 {
            assert_eq!(ask(&mut answered, "a.test"), no_recovery, "{way:?}");
        }
        assert_eq!(ask(&mut asking, "a.test"), resolver.answer(), "{way:?}");
    }
}
