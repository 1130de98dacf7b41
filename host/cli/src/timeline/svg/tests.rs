use roxmltree::Document;

use super::*;
use crate::timeline::phase::tests::record;
use winsock_async_engine::ErrorCode;

fn drawn(recording: &Recording) -> String {
    let mut bytes = Vec::new();
    write(recording, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The picture's texts.
fn texts(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).unwrap_or_else(|error| panic!("{error}"));
    let texts = document.descendants().filter(|n| n.has_tag_name("text"));
    texts
        .filter_map(|n| n.text().map(|t| t.trim().to_owned()))
        .collect()
}

fn many(count: u64, each: u64) -> Recording {
    let requests = (0..count).map(|i| {
        let asked = i * 1000;
        let end = asked + each;
        let started = Some(asked + each / 2);
        record(asked, started, Some(end), Some((end, End::Answered)))
    });
    Recording {
        requests: requests.collect(),
        now: count * 1000 + each,
        ..Recording::default()
    }
}

#[test]
fn up_to_100_requests_have_their_names_and_ends() {
    let recording = Recording {
        requests: vec![
            record(1000, Some(2500), Some(4000), Some((5000, End::Answered))),
            record(1500, None, None, Some((1600, End::Denied))),
            record(2000, Some(2600), None, Some((3000, End::Cancelled))),
            record(
                2001,
                None,
                None,
                Some((2001, End::Failed(ErrorCode::NoData))),
            ),
            record(3000, None, None, None),
        ],
        left_out: 0,
        refused: 2,
        now: 10_000,
    };
    let svg = drawn(&recording);
    let texts = texts(&svg);
    for expected in [
        "5 requests in 9 µs",
        "2 more requests were refused at the call.",
        "host-1000.test",
        "host-3000.test",
        "answered",
        "4 µs",
        "denied",
        "cancelled",
        "WSANO_DATA",
        "pending",
        "7 µs",
    ] {
        assert!(
            texts.iter().any(|text| text == expected),
            "{expected}: {texts:?}"
        );
    }
    let document = Document::parse(&svg).unwrap();
    let stuck = document
        .descendants()
        .find(|n| {
            n.has_tag_name("rect")
                && n.attribute("class") == Some("stuck")
                && n.attribute("y") != Some("69")
        })
        .expect("the worker of the cancelled request is stuck");
    assert_eq!(
        stuck.attribute("x").unwrap(),
        number(LEFT + PLOT * 2.0 / 9.0)
    );
}

#[test]
fn a_name_with_markup_stays_text() {
    let mut odd = record(0, None, None, None);
    odd.question = "</text><script>alert(\"&\")</script>".into();
    let recording = Recording {
        requests: vec![odd.clone()],
        now: 5,
        ..Recording::default()
    };
    let svg = drawn(&recording);
    assert!(texts(&svg).contains(&odd.question), "{svg}");
    assert!(!svg.contains("<script"), "{svg}");
}

#[test]
fn a_long_name_is_cut() {
    let mut long = record(0, None, None, None);
    long.question = "ö".repeat(60);
    let recording = Recording {
        requests: vec![long],
        now: 5,
        ..Recording::default()
    };
    let cut = "ö".repeat(39) + "…";
    assert!(texts(&drawn(&recording)).contains(&cut));
}

#[test]
fn more_than_100_requests_share_rows() {
    let few_at_a_time = drawn(&many(10_000, 3500));
    let said = texts(&few_at_a_time).join("\n");
    assert!(said.contains("10,000 requests in 10 ms"), "{said}");
    assert!(
        said.contains("A row holds one request after the other."),
        "{said}"
    );
    assert!(!said.contains("are only in the curve"), "{said}");
    assert!(!said.contains(".test"), "no room for names");

    let mut many_at_a_time = many(10_000, 1_000_000);
    many_at_a_time.left_out = 1_234_567;
    let picture = drawn(&many_at_a_time);
    let said = texts(&picture).join("\n");
    assert!(
        said.contains("found all 100 rows in use and are only in the curve."),
        "{said}"
    );
    assert!(
        said.contains("1,234,567 later requests were not recorded."),
        "{said}"
    );
    assert!(said.contains("1,000 at a time"), "{said}");
    for svg in [few_at_a_time, picture] {
        assert!(svg.len() < 1 << 20, "{} bytes", svg.len());
    }
}

#[test]
fn no_requests_are_a_picture() {
    assert!(texts(&drawn(&Recording::default())).contains(&"No requests".to_owned()));
    let one = many(1, 10);
    assert!(texts(&drawn(&one)).contains(&"One request in 10 ns".to_owned()));
}
