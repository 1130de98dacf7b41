//! The cases of `tests/policy-cases.json`, which the tests of the JavaScript host read as well:
//! both hosts have one policy.

use std::sync::{Arc, Mutex};

use serde::Deserialize;
use winsock_async_engine::policy::{Pattern, PatternError, Policy};
use winsock_async_engine::{Answer, HostEntry, Lookup, LookupEngine, Query, Resolution, Resolver};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    patterns: Vec<PatternCase>,
    questions: Vec<Question>,
    policies: Vec<PolicyCase>,
}

/// A text, and the pattern in canonical form or the kind of its mistake.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PatternCase {
    text: String,
    shown: Option<String>,
    error: Option<String>,
}

/// A name that a guest asks for, and the name that reaches the resolver, the address that is its
/// own answer, or the error.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    given: String,
    asks: Option<String>,
    itself: Option<String>,
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyCase {
    rules: Rules,
    #[serde(default)]
    names: Vec<NameCase>,
    #[serde(default)]
    addresses: Vec<AddressCase>,
    #[serde(default)]
    answers: Vec<AnswerCase>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Rules {
    #[serde(default)]
    allow: Vec<String>,
    #[serde(default)]
    allow_answers: Vec<String>,
    #[serde(default)]
    deny_answers: Vec<String>,
    #[serde(default)]
    allow_private: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NameCase {
    name: String,
    allowed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddressCase {
    address: String,
    allowed: bool,
}

/// An address in the answer for a name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerCase {
    name: String,
    address: String,
    allowed: bool,
}

impl Rules {
    fn policy(&self) -> Policy {
        let mut policy = Policy::deny_all();
        for pattern in &self.allow {
            policy = policy.allow(pattern.parse().unwrap());
        }
        for pattern in &self.allow_answers {
            policy = policy.allow_answers(pattern.parse().unwrap());
        }
        for pattern in &self.deny_answers {
            policy = policy.deny_answers(pattern.parse().unwrap());
        }
        if self.allow_private {
            policy = policy.allow_private();
        }
        policy
    }
}

fn cases() -> Cases {
    serde_json::from_str(include_str!("../../../tests/policy-cases.json")).unwrap()
}

fn kind(error: &PatternError) -> &'static str {
    match error {
        PatternError::Empty => "empty",
        PatternError::Star(_) => "star",
        PatternError::NotAName(_) => "not-a-name",
        PatternError::NotAnAddress(_) => "not-an-address",
        PatternError::Brackets(_) => "brackets",
        PatternError::Zone(_) => "zone",
        PatternError::Port(_) => "port",
        PatternError::Prefix(_) => "prefix",
        PatternError::HostBits { .. } => "host-bits",
        other => panic!("{other:?}"),
    }
}

// S-A6
#[test]
fn each_text_is_the_pattern_or_the_mistake_of_its_case() {
    for case in cases().patterns {
        let parsed = case.text.parse::<Pattern>();
        let shown = parsed.as_ref().ok().map(ToString::to_string);
        let error = parsed.as_ref().err().map(kind);
        assert_eq!(shown, case.shown, "{:?}", case.text);
        assert_eq!(error, case.error.as_deref(), "{:?}", case.text);
    }
}

/// Records the names of hosts that it is asked for, and answers each.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<String>>>);

impl Resolver for Recorder {
    fn try_resolve(&self, lookup: &Lookup) -> Resolution {
        let Lookup::HostByName(name) = lookup else {
            return Resolution::NotFound;
        };
        self.0.lock().unwrap().push(name.to_string());
        let entry = HostEntry::new(&**name, [[93, 184, 216, 34].into()]);
        Resolution::Ready(Ok(Arc::new(entry.into())))
    }
}

// S-R13, S-R15
#[test]
fn each_name_reaches_the_resolver_in_the_form_of_its_case_or_not_at_all() {
    let recorder = Recorder::default();
    let engine = LookupEngine::builder()
        .resolver(recorder.clone())
        .policy(Policy::allow_all())
        .build();
    let mut session = engine.session();
    session.startup().unwrap();
    for case in cases().questions {
        let given = &case.given;
        let query = Query::HostByName(given.as_bytes().into());
        session.request(query, 0).unwrap();
        let outcome = session.take(1).remove(0).outcome;
        let asked: Vec<_> = std::mem::take(&mut *recorder.0.lock().unwrap());
        let expected: Vec<_> = case.asks.iter().cloned().collect();
        assert_eq!(asked, expected, "{given:?}");
        let error = outcome.as_ref().err().map(|error| error.winsock_name());
        assert_eq!(error, case.error.as_deref(), "{given:?}");
        if let (Some(address), Ok(answer)) = (&case.itself, &outcome) {
            let address = address.parse().unwrap();
            let expected = HostEntry::new(given, [address]);
            assert_eq!(**answer, Answer::Host(expected), "{given:?}");
        }
    }
}

// S-R16, S-A5
#[test]
fn each_policy_allows_what_its_cases_say() {
    for case in cases().policies {
        let (rules, policy) = (&case.rules, case.rules.policy());
        for NameCase { name, allowed } in &case.names {
            assert_eq!(policy.allows_name(name), *allowed, "{rules:?}: {name:?}");
        }
        for AddressCase { address, allowed } in &case.addresses {
            let is_allowed = policy.allows_address(address.parse().unwrap());
            assert_eq!(is_allowed, *allowed, "{rules:?}: {address}");
        }
        for case in &case.answers {
            let (name, address) = (&*case.name, &case.address);
            let lookup = Lookup::Addresses {
                name: name.into(),
                family: None,
            };
            let is_allowed = policy.allows_answer(&lookup, address.parse().unwrap());
            assert_eq!(is_allowed, case.allowed, "{rules:?}: {address} for {name}");
        }
    }
}
