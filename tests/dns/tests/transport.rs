//! How questions get to servers of any kind: EDNS, cookies, the case of letters, garbage.

mod support;

use std::net::{Ipv4Addr, Ipv6Addr, UdpSocket};

use winsock_async_engine::ErrorCode;

use support::peer::*;
use support::*;

const FORM_ERR: u8 = 1;
const SERV_FAIL: u8 = 2;
const NOT_IMP: u8 = 4;
const REFUSED: u8 = 5;

/// Adds an OPT record with an upper code and options to a message.
fn with_opt(mut message: Vec<u8>, upper_rcode: u8, options: &[u8]) -> Vec<u8> {
    message[11] = 1;
    message.extend([
        0,
        0,
        41,
        4,
        208,
        upper_rcode,
        0,
        0,
        0,
        0,
        options.len() as u8,
    ]);
    message.extend(options);
    message
}

/// A cookie as an option: the client's part of a question, and a part of the server.
fn cookie(client: &[u8], server: &[u8]) -> Vec<u8> {
    let mut option = vec![0, 10, 0, (8 + server.len()) as u8];
    option.extend(&client[..8]);
    option.extend(server);
    option
}

fn address_of(outcome: Result<Host, ErrorCode>) -> Ipv4Addr {
    outcome.unwrap().2[0]
}

#[test]
fn server_that_does_not_bear_edns_resolves_and_is_remembered() {
    type Way = fn(&Question) -> Vec<Vec<u8>>;
    let ways: [(&str, Way); 7] = [
        ("FORMERR", |q| vec![q.reply(FORM_ERR)]),
        ("a bare header", |q| {
            let mut bytes = q.reply(FORM_ERR)[..12].to_vec();
            bytes[5] = 0;
            vec![bytes]
        }),
        ("NOTIMP", |q| vec![q.reply(NOT_IMP)]),
        ("SERVFAIL", |q| vec![q.reply(SERV_FAIL)]),
        ("REFUSED", |q| vec![q.reply(REFUSED)]),
        ("BADVERS", |q| vec![with_opt(q.reply(0), 1, &[])]),
        ("nothing", |_| vec![]),
    ];
    for (what, way) in ways {
        let peer = Peer::start(move |question| match question.has_edns() {
            true => way(question),
            false => vec![question.answer(1)],
        });
        let mut fixture = peer.fixture();
        for n in 0..4 {
            let name = format!("good-{n}.test");
            assert_eq!(fixture.by_name(&name), good(&name), "{what}");
        }
        let asked = peer.asked();
        let with_edns = asked.iter().filter(|question| question.has_edns()).count();
        assert_eq!((with_edns, asked.len()), (1, 5), "{what}");
    }
}

#[test]
fn answer_with_edns_has_the_size_and_the_cookie_goes_on() {
    let server_part = [7; 16];
    let peer = Peer::start(move |question| {
        vec![match question.edns() {
            Some((_, client)) => with_opt(question.answer(1), 0, &cookie(client, &server_part)),
            None => question.answer(1),
        }]
    });
    let mut fixture = peer.fixture();
    for n in 0..3 {
        assert!(fixture.by_name(&format!("good-{n}.test")).is_ok());
    }
    let asked = peer.asked();
    assert_eq!(asked.len(), 3);
    let (size, first) = asked[1].edns().unwrap();
    let (_, second) = asked[2].edns().unwrap();
    assert_eq!((size, first.len()), (1232, 8));
    assert_eq!(second, [first, &server_part].concat());
}

#[test]
fn answer_with_another_clients_cookie_is_dropped() {
    let peer = Peer::start(|question| match question.edns() {
        Some((_, client)) => {
            let forged = with_opt(question.answer(66), 0, &cookie(&[1; 8], &[1; 8]));
            vec![
                forged,
                with_opt(question.answer(1), 0, &cookie(client, &[7; 8])),
            ]
        }
        None => vec![question.answer(1)],
    });
    let mut fixture = peer.fixture();
    for n in 0..2 {
        let name = format!("good-{n}.test");
        assert_eq!(fixture.by_name(&name), good(&name));
    }
}

#[test]
fn answer_without_the_cookie_of_its_server_is_asked_for_over_tcp() {
    let mut asked = 0;
    let peer = Peer::start(move |question| {
        asked += 1;
        vec![match question.edns() {
            Some((_, client)) if asked == 2 => {
                with_opt(question.answer(1), 0, &cookie(client, &[7; 8]))
            }
            Some(_) => question.answer(66),
            None => question.answer(1),
        }]
    })
    .with_tcp(|mut stream| {
        while let Some(question) = read(&mut stream) {
            write(&mut stream, &question.answer(1));
        }
    });
    let mut fixture = peer.fixture();
    for n in 0..3 {
        let name = format!("good-{n}.test");
        assert_eq!(fixture.by_name(&name), good(&name));
    }
}

#[test]
fn bad_cookie_is_replaced_and_the_question_asked_again() {
    let peer = Peer::start(|question| {
        vec![match question.edns() {
            // 23 is BADCOOKIE: 1 × 16 + 7.
            Some((_, client)) if client.len() == 8 => {
                with_opt(question.reply(7), 1, &cookie(client, &[7; 8]))
            }
            Some((_, both)) => with_opt(question.answer(1), 0, &cookie(both, &[7; 8])),
            None => question.answer(1),
        }]
    });
    let mut fixture = peer.fixture();
    for n in 0..2 {
        let name = format!("good-{n}.test");
        assert_eq!(fixture.by_name(&name), good(&name));
    }
    let asked = peer.asked();
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[2].edns().unwrap().1.len(), 16);
}

#[test]
fn server_that_changes_the_case_resolves_and_gets_lower_case() {
    let peer = Peer::start(|question| {
        let mut lower = question.clone();
        let end = lower.end();
        lower.0[12..end].make_ascii_lowercase();
        vec![lower.answer(1)]
    });
    let mut fixture = peer.fixture();
    for n in 0..4 {
        let name = format!("good-with-many-letters-{n}.test");
        assert_eq!(fixture.by_name(&name), good(&name));
    }
    let asked = peer.asked();
    let is_lower = |question: &Question| !question.name().iter().any(u8::is_ascii_uppercase);
    let mixed = asked.iter().filter(|question| !is_lower(question)).count();
    assert_eq!((mixed, asked.len()), (1, 5));
}

#[test]
fn answer_in_another_case_is_dropped_if_the_server_keeps_it() {
    let mut asked = 0;
    let peer = Peer::start(move |question| {
        asked += 1;
        let mut forged = question.clone();
        let end = forged.end();
        forged.0[12..end].make_ascii_lowercase();
        let forged = (asked > 1).then(|| forged.answer(66));
        forged.into_iter().chain([question.answer(1)]).collect()
    });
    let mut fixture = peer.fixture();
    for n in 0..8 {
        let name = format!("good-with-many-letters-{n}.test");
        assert_eq!(
            address_of(fixture.by_name(&name)),
            Ipv4Addr::new(192, 0, 2, 1)
        );
    }
}

// S-S7
#[test]
fn garbage_ends_no_question() {
    let peer = Peer::start(|question| {
        let id = question.0[..2].to_vec();
        let mut long = question.answer(66);
        long.resize(5000, 0);
        let mut no_response = question.answer(66);
        no_response[2] &= 0x7f;
        let mut two_questions = question.answer(66);
        two_questions[5] = 2;
        let mut other_type = question.answer(66);
        other_type[question.end() - 3] = 28;
        vec![
            vec![0],
            id.clone(),
            [id, vec![0xff; 10]].concat(),
            vec![0xff; 600],
            long,
            no_response,
            two_questions,
            other_type,
            question.answer(1),
        ]
    });
    let mut fixture = peer.fixture();
    for n in 0..3 {
        let name = format!("good-{n}.test");
        assert_eq!(fixture.by_name(&name), good(&name));
    }
}

#[test]
fn answer_that_was_cut_on_its_way_is_asked_for_over_tcp() {
    let peer = Peer::start(|question| {
        let mut bytes = question.answer(66);
        bytes.truncate(bytes.len() - 3);
        vec![bytes]
    })
    .with_tcp(|mut stream| {
        while let Some(question) = read(&mut stream) {
            write(&mut stream, &question.answer(1));
        }
    });
    assert_eq!(peer.fixture().by_name("good.test"), good("good.test"));
}

// S-R15
#[test]
fn server_that_refers_to_others_is_no_answer() {
    let lame = |question: &Question| {
        let mut bytes = question.reply(0);
        bytes[3] = 0;
        bytes
    };
    let refers = |question: &Question| {
        let mut bytes = question.reply(0);
        bytes[9] = 1;
        // An NS record of the root.
        bytes.extend([0, 0, 2, 0, 1, 0, 0, 0, 60, 0, 1, 0]);
        bytes
    };
    for reply in [lame, refers] {
        let first = Peer::start(move |question| vec![reply(question)]);
        let second = Peer::start(|question| vec![question.answer(1)]);
        let mut fixture = fixture_of(|dns| dns.server(first.address).server(second.address));
        assert_eq!(fixture.by_name("good.test"), good("good.test"));
        assert_eq!(second.asked().len(), 1);
        assert_eq!(
            first.fixture().by_name("good.test"),
            Err(ErrorCode::TryAgain)
        );
    }
}

#[test]
fn server_by_ipv6_answers() {
    // A machine may have no IPv6.
    if UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        return;
    }
    let peer = Peer::on(Ipv6Addr::LOCALHOST.into(), |question| {
        vec![question.answer(1)]
    });
    assert_eq!(peer.fixture().by_name("good.test"), good("good.test"));
}

#[test]
fn questions_have_random_ids() {
    let peer = Peer::start(|question| vec![question.answer(1)]);
    let mut fixture = peer.fixture();
    for n in 0..300 {
        assert!(fixture.by_name(&format!("good-{n}.test")).is_ok());
    }
    let mut ids: Vec<_> = peer.asked().iter().map(|q| [q.0[0], q.0[1]]).collect();
    ids.sort_unstable();
    ids.dedup();
    // Of 300 random numbers of 16 bits, more than 10 are hardly ever equal.
    assert!(ids.len() > 290, "{}", ids.len());
}
