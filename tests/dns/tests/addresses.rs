//! Addresses of both families (`S-A1` to `S-A3`), and names under `ip6.arpa`. The tests have each
//! combination of what servers say of A and AAAA, the search list, the cache and coalescing.

mod support;

use std::time::Duration;

use winsock_async_dns_server::{CHAIN, Lie, MANY, MANY_IPV6};
use winsock_async_engine::AddressFamily::{self, Ipv4, Ipv6};
use winsock_async_engine::{ErrorCode, Lookup, Resolution, Resolver};

use support::*;

const V4: &str = "192.0.2.1";
const V6: &str = "2001:db8::1";

/// The address of this family that an honest server has.
fn one(family: AddressFamily) -> &'static str {
    match family {
        Ipv4 => V4,
        Ipv6 => V6,
    }
}

fn found(name: &str, addresses: &[&str]) -> Result<Addresses, ErrorCode> {
    let addresses = addresses.iter().map(|&address| address.into());
    Ok((name.into(), addresses.collect()))
}

/// An answer in any order: the machine's routes decide which family comes first.
fn sorted(found: Result<Addresses, ErrorCode>) -> Result<Addresses, ErrorCode> {
    found.map(|(name, mut addresses)| {
        addresses.sort();
        (name, addresses)
    })
}

/// What a server says of one family, by its lie, and the error of that.
const ENDS: [(&str, Option<ErrorCode>); 6] = [
    ("good", None),
    ("nodata", Some(ErrorCode::NoData)),
    ("nobody", Some(ErrorCode::HostNotFound)),
    ("servfail", Some(ErrorCode::TryAgain)),
    ("refused", Some(ErrorCode::NoRecovery)),
    ("silent", Some(ErrorCode::TryAgain)),
];

/// The errors, that which says most first.
const ORDER: [ErrorCode; 4] = [
    ErrorCode::TryAgain,
    ErrorCode::NoRecovery,
    ErrorCode::NoData,
    ErrorCode::HostNotFound,
];

// S-A3
#[test]
fn each_combination_of_outcomes_gives_what_there_is_or_the_error_that_says_most() {
    let mut fixture = fixture();
    for (first, v4) in ENDS {
        for (second, v6) in ENDS {
            let name = format!("{first}.v6-{second}.test");
            let addresses: Vec<_> = [(v4, V4), (v6, V6)]
                .into_iter()
                .filter_map(|(error, address)| error.is_none().then_some(address))
                .collect();
            let worst = ORDER
                .into_iter()
                .find(|&error| [v4, v6].contains(&Some(error)));
            let expected = match worst {
                Some(error) if addresses.is_empty() => Err(error),
                _ => found(&name, &addresses),
            };
            assert_eq!(sorted(fixture.addresses(&name, None)), expected, "{name}");
        }
    }
}

// S-A2
#[test]
fn one_family_is_asked_with_one_question() {
    for (family, other) in [(Ipv4, Lie::NoData), (Ipv6, Lie::Good)] {
        let mut fixture = fixture();
        let name = "good.v6-nodata.test";
        let expected = match family {
            Ipv4 => found(name, &[V4]),
            Ipv6 => Err(ErrorCode::NoData),
        };
        assert_eq!(fixture.addresses(name, Some(family)), expected);
        assert_eq!(fixture.server.asked(other), 0, "{family:?}");
        let asked = fixture.server.asked(Lie::Good) + fixture.server.asked(Lie::NoData);
        assert_eq!(asked, 1, "{family:?}");
    }
}

// S-R15: each lie of a server, for IPv6 as for IPv4.
#[test]
fn each_lie_has_the_same_outcome_for_both_families() {
    let mut fixture = fixture();
    for (word, lie) in Lie::ALL {
        if matches!(lie, Lie::Late | Lie::Elsewhere) {
            continue;
        }
        let [v4, v6] = [Ipv4, Ipv6].map(|family| {
            let found = fixture.addresses(&format!("{word}.test"), Some(family));
            found.map(|(name, addresses)| {
                // All addresses of the message, the honest server's one among them.
                let count = match addresses.len() {
                    MANY | MANY_IPV6 => MANY,
                    count => {
                        assert_eq!(addresses, [one(family)], "{word}");
                        count
                    }
                };
                (name, count)
            })
        });
        assert_eq!(v4, v6, "{word}");
    }
}

#[test]
fn end_of_a_chain_is_the_canonical_name_of_both_families() {
    let mut fixture = fixture();
    let last = format!("link{CHAIN}.test");
    for family in [Some(Ipv4), Some(Ipv6), None] {
        let (name, addresses) = fixture.addresses("chain.test", family).unwrap();
        assert_eq!(name, last);
        assert_eq!(addresses.len(), if family.is_some() { 1 } else { 2 });
    }
}

#[test]
fn all_addresses_of_the_largest_messages_arrive() {
    let mut fixture = fixture();
    let (_, addresses) = fixture.addresses("many.test", None).unwrap();
    assert_eq!(addresses.len(), MANY + MANY_IPV6);
}

// S-A3: as `getaddrinfo`, the search goes on only if neither family has an address.
#[test]
fn search_ends_at_the_first_name_that_has_an_address_of_either_family() {
    let mut fixture = fixture_with(|dns| dns.search(["v6-nodata.test", "v6-good.test"]));
    assert_eq!(
        fixture.addresses("good", None),
        found("good.v6-nodata.test", &[V4])
    );
    assert_eq!(
        fixture.addresses("nodata", None),
        found("nodata.v6-good.test", &[V6])
    );
    assert_eq!(
        fixture.addresses("good", Some(Ipv6)),
        found("good.v6-good.test", &[V6])
    );
    // The name is known somewhere.
    let mut fixture = fixture_with(|dns| dns.search(["v6-nodata.test", "v6-nobody.test"]));
    assert_eq!(fixture.addresses("nobody", None), Err(ErrorCode::NoData));
    // SERVFAIL for one family goes on to the next domain, as for one family alone.
    let mut fixture = fixture_with(|dns| dns.search(["v6-servfail.test", "v6-good.test"]));
    assert_eq!(
        fixture.addresses("nobody", None),
        found("nobody.v6-good.test", &[V6])
    );
    // Silence ends the list, and the name is asked as it was given: no domain has it.
    let mut fixture = fixture_with(|dns| dns.search(["v6-silent.test", "v6-good.test"]));
    assert_eq!(fixture.addresses("nobody", None), Err(ErrorCode::TryAgain));
}

#[test]
fn name_with_a_trailing_dot_is_completed_by_no_domain() {
    let mut fixture = fixture_with(|dns| dns.search(["b.test"]).ndots(5));
    assert_eq!(
        sorted(fixture.addresses("good.test.", None)),
        found("good.test", &[V4, V6])
    );
    assert_eq!(fixture.server.asked(Lie::Good), 2);
}

#[test]
fn each_family_is_cached_for_all_lookups() {
    let mut fixture = fixture();
    let name = "good.v6-nodata.test";
    assert_eq!(fixture.by_name(name), good(name));
    assert_eq!(fixture.addresses(name, Some(Ipv4)), found(name, &[V4]));
    let asked = |fixture: &Fixture| [Lie::Good, Lie::NoData].map(|lie| fixture.server.asked(lie));
    assert_eq!(asked(&fixture), [1, 0]);
    assert_eq!(fixture.addresses(name, None), found(name, &[V4]));
    assert_eq!(asked(&fixture), [1, 1]);
    // An answer of one family and a miss of the other are an answer at once.
    let lookup = |family| Lookup::Addresses {
        name: name.into(),
        family,
    };
    for family in [Some(Ipv4), None] {
        let resolution = fixture.dns.try_resolve(&lookup(family));
        assert!(
            matches!(resolution, Resolution::ReadyUntil(Ok(_), _)),
            "{family:?}"
        );
    }
    let miss = fixture.dns.try_resolve(&lookup(Some(Ipv6)));
    assert_eq!(miss, Resolution::Async, "a chain goes on after a miss");
    assert_eq!(fixture.addresses(name, Some(Ipv6)), Err(ErrorCode::NoData));
    assert_eq!(fixture.addresses(name, None), found(name, &[V4]));
    assert_eq!(asked(&fixture), [1, 1]);
}

#[test]
fn questions_of_both_lookups_are_coalesced_by_type() {
    let mut fixture = patient();
    let mut other = started(&fixture.engine);
    request(&mut fixture.session, "late.v6-late.test");
    fixture.server.wait_until_asked(Lie::Late, 1);
    for _ in 0..100 {
        for family in [None, Some(Ipv4), Some(Ipv6)] {
            request_addresses(&mut other, "late.v6-late.test", family);
        }
        request(&mut other, "late.v6-late.test");
    }
    fixture.server.wait_until_asked(Lie::Late, 2);
    assert_eq!(fixture.dns.in_flight(), 2, "one A, one AAAA");
    fixture.server.release();
    assert!(next_completion(&mut fixture.session).outcome.is_ok());
    for _ in 0..400 {
        assert!(next_completion(&mut other).outcome.is_ok());
    }
    assert_eq!(fixture.server.asked(Lie::Late), 2);
    assert_eq!(fixture.dns.in_flight(), 0);
}

// S-C1, S-C6
#[test]
fn cancelled_lookup_of_both_families_leaves_a_question_that_others_wait_for() {
    let mut fixture = patient();
    let stays = request_addresses(&mut fixture.session, "late.test", Some(Ipv6));
    fixture.server.wait_until_asked(Lie::Late, 1);
    let mut goes = started(&fixture.engine);
    for _ in 0..1000 {
        let handle = request_addresses(&mut goes, "late.test", None);
        assert_eq!(goes.cancel(handle), Ok(()));
    }
    fixture.server.release();
    let completion = next_completion(&mut fixture.session);
    assert_eq!(completion.handle, stays);
    assert_eq!(addresses(completion), found("late.test", &[V6]));
    assert!(!goes.wait(None));
}

// S-S7: large answers that wait for the other family are bounded.
#[test]
fn answers_past_the_bound_do_not_wait_for_the_other_family() {
    const NAMES: usize = 400;
    let mut fixture = patient();
    let mut other = started(&fixture.engine);
    let name = |n: usize| format!("many-{n}.v6-late.test");
    for round in 0..3 {
        let names = NAMES * round..NAMES * (round + 1);
        for n in names.clone() {
            request_addresses(&mut fixture.session, &name(n), None);
        }
        // All but those past 4 MiB wait. Each answer has more than 16,000 bytes.
        let mut early = 0;
        while early < NAMES - (4 << 20) / 16_000 {
            let (_, found) = addresses(next_completion(&mut fixture.session)).unwrap();
            assert_eq!(found.len(), MANY, "no AAAA record has come");
            early += 1;
        }
        // Those who wait for a question of a lookup that has ended get its answer.
        for n in names {
            request_addresses(&mut other, &name(n), Some(Ipv6));
        }
        let mut late = 0;
        while late < NAMES {
            fixture.server.release();
            other.wait(Some(Duration::from_millis(1)));
            late += other.take(NAMES).len();
        }
        for _ in early..NAMES {
            let (_, found) = addresses(next_completion(&mut fixture.session)).unwrap();
            assert!([MANY, MANY + 1].contains(&found.len()));
        }
        assert_eq!(fixture.dns.in_flight(), 0);
    }
}

// The permits of lookups of both families come back however their questions end.
#[test]
fn permits_of_lookups_of_both_families_are_released() {
    let mut fixture = fixture_with(|dns| dns.max_queries(1).tries(1));
    for round in 0..20 {
        for name in ["good.v6-nobody", "refused.v6-good", "nobody.v6-servfail"] {
            request_addresses(&mut fixture.session, &format!("{name}.r{round}.test"), None);
        }
        let handle = request_addresses(&mut fixture.session, "silent.test", None);
        assert_eq!(fixture.session.cancel(handle), Ok(()));
        for _ in 0..3 {
            next_completion(&mut fixture.session);
        }
    }
    let name = "good.v6-good.test";
    assert_eq!(
        sorted(fixture.addresses(name, None)),
        found(name, &[V4, V6])
    );
}

#[test]
fn address_of_either_family_has_its_name() {
    let mut fixture = fixture();
    for (address, error) in [
        ("192.0.2.0", None),
        ("2001:db8::", None),
        ("2001:db8::7", Some(ErrorCode::HostNotFound)),
        ("2001:db8::8", Some(ErrorCode::NoData)),
        ("2001:db8::ff", Some(ErrorCode::HostNotFound)),
        ("2001:db8::4", Some(ErrorCode::TryAgain)),
    ] {
        let expected = error.map_or(Ok("good.test".into()), Err);
        assert_eq!(fixture.name_of(address), expected, "{address}");
    }
    // By a name and by an entry, an IPv4 address has one question.
    assert_eq!(fixture.server.asked(Lie::Good), 2);
    assert!(fixture.by_address([192, 0, 2, 0]).is_ok());
    assert_eq!(fixture.server.asked(Lie::Good), 2);
}

// RFC 6761
#[test]
fn localhost_has_loopback_addresses_without_a_question() {
    let mut fixture = fixture();
    for (family, addresses) in [
        (Some(Ipv4), &["127.0.0.1"][..]),
        (Some(Ipv6), &["::1"]),
        (None, &["::1", "127.0.0.1"]),
    ] {
        let expected = found("localhost", addresses);
        assert_eq!(fixture.addresses("localhost", family), expected);
    }
}
