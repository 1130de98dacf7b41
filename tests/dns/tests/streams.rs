//! Questions over one TCP connection that breaks, ends or has answers in pieces.

mod support;

use std::io::Write;

use support::peer::*;
use support::*;

/// Asks for names at once, and takes an address for each.
fn assert_all_answered(peer: &Peer, count: usize) {
    let mut fixture = peer.fixture();
    for n in 0..count {
        request(&mut fixture.session, &format!("good-{n}.test"));
    }
    for _ in 0..count {
        assert!(next_completion(&mut fixture.session).outcome.is_ok());
    }
}

#[test]
fn questions_of_a_stream_that_breaks_are_asked_again() {
    let mut connections = 0;
    let peer = Peer::start(|question| vec![question.truncated()]).with_tcp(move |mut stream| {
        connections += 1;
        let question = read(&mut stream);
        if connections > 2 {
            let mut next = question;
            while let Some(question) = next {
                write(&mut stream, &question.answer(1));
                next = read(&mut stream);
            }
        }
    });
    assert_eq!(peer.fixture().by_name("good.test"), good("good.test"));
}

#[test]
fn stream_that_ends_after_each_answer_answers_all_questions() {
    let peer = Peer::start(|question| vec![question.truncated()]).with_tcp(|mut stream| {
        if let Some(question) = read(&mut stream) {
            write(&mut stream, &question.answer(1));
        }
        // Reads what is left, so that the end does not overtake the answer.
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        while read(&mut stream).is_some() {}
    });
    assert_all_answered(&peer, 20);
}

#[test]
fn stream_has_answers_in_any_order_and_in_pieces() {
    let peer = Peer::start(|question| vec![question.truncated()]).with_tcp(|mut stream| {
        let mut questions = Vec::new();
        while questions.len() < 10
            && let Some(question) = read(&mut stream)
        {
            questions.push(question);
        }
        for question in questions.iter().rev() {
            let message = question.answer(1);
            for piece in [
                &[0, message.len() as u8][..],
                &message[..20],
                &message[20..],
            ] {
                stream.write_all(piece).unwrap();
            }
        }
        while read(&mut stream).is_some() {}
    });
    assert_all_answered(&peer, 10);
}
