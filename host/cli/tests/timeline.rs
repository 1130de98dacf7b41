//! `--timeline`: a file with each request's times, however the guest ends.

mod support;

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;
use support::{Scratch, guest, runner, with_enough_time};

/// Every name that the tests look up: no query leaves the machine.
const SCRIPT: &str = r#"rule = [
    { host = "quick.test", addresses = ["192.0.2.1"] },
    { host = "known.test", addresses = ["192.0.2.2"], now = true },
    { host = "unknown.test", error = "WSAHOST_NOT_FOUND" },
    { host = "never.test", never = true },
]"#;

/// Runs a guest with the script, and returns its output and the timeline.
fn run(file: &str, options: &[&str], name: &str, args: &[&str]) -> (Output, String) {
    let scratch = Scratch::new(&format!("timeline-{file}"));
    let script = scratch.file("script.toml", SCRIPT.as_bytes());
    let (file, guest) = (scratch.path(file), guest(name));
    let given = [
        "run",
        "--script",
        &script,
        "--timeline",
        &file,
        "--allow",
        "*.test",
        "--allow-private",
    ];
    let output = runner(&[&given, options, &[&guest], args].concat());
    let timeline = fs::read_to_string(&file).unwrap();
    fs::remove_file(file).unwrap();
    (output, timeline)
}

/// The names of each track's beginnings and instants, in order. Each beginning has its end.
fn tracks(timeline: &str) -> Vec<String> {
    let trace: Value = serde_json::from_str(timeline).unwrap();
    let mut tracks: Vec<String> = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut last = 0.0;
    for event in trace["traceEvents"].as_array().unwrap() {
        let (name, ph) = (
            event["name"].as_str().unwrap(),
            event["ph"].as_str().unwrap(),
        );
        assert!(event["pid"].is_u64() && event["tid"].is_u64(), "{event}");
        let track = event["tid"].as_u64().unwrap() as usize;
        let ts = event["ts"].as_f64().unwrap();
        if ph == "M" {
            continue;
        }
        if track > tracks.len() {
            assert!(open.is_empty(), "{open:?} has no end");
            assert_eq!(track, tracks.len() + 1);
            tracks.push(String::new());
            last = 0.0;
        }
        assert!(ts >= last, "track {track} goes back");
        last = ts;
        match ph {
            "B" => open.push(name.into()),
            "E" => assert_eq!(open.pop().as_deref(), Some(name)),
            _ => assert_eq!(ph, "i"),
        }
        if ph != "E" {
            tracks[track - 1] += &format!("{name}; ");
        }
    }
    assert!(open.is_empty(), "{open:?} has no end");
    tracks
}

#[test]
fn each_request_has_a_track() {
    let asked = [
        "host:quick.test",
        "host:known.test",
        "host:denied.example",
        "host:unknown.test",
        "host:never.test",
    ];
    let lookup = |ms: u64| {
        let timeout = ["--timeout", &ms.to_string()];
        run(
            "lookup.json",
            &[],
            "lookup",
            &[&timeout[..], &asked].concat(),
        )
    };
    let (output, timeline) = with_enough_time(lookup, |(output, timeline)| {
        let text = str::from_utf8(&output.stdout).unwrap();
        ["192.0.2.1", "WSAHOST_NOT_FOUND"]
            .iter()
            .all(|end| text.contains(end))
            && tracks(timeline)
                .iter()
                .any(|track| track.contains("never.test; queued; running; "))
    });
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(output.stderr, b"");
    let tracks = tracks(&timeline);
    let of = |name: &str| {
        let is_its = |track: &&String| track.starts_with(&format!("host-by-name {name}; "));
        let track = tracks
            .iter()
            .find(is_its)
            .unwrap_or_else(|| panic!("no {name}: {tracks:?}"));
        track.split_once("; ").unwrap().1
    };
    assert_eq!(tracks.len(), 5, "{tracks:?}");
    assert_eq!(of("quick.test"), "queued; running; arrived; answered; ");
    assert_eq!(of("known.test"), "answered; ");
    assert_eq!(of("denied.example"), "denied; ");
    assert_eq!(
        of("unknown.test"),
        "queued; running; arrived; WSAHOST_NOT_FOUND; "
    );
    // The resolver still works on the request when the file is written.
    assert_eq!(of("never.test"), "queued; running; cancelled; stuck; ");
}

#[test]
fn a_guest_that_traps_leaves_a_timeline() {
    let (output, timeline) = run("trap.json", &[], "trap", &[]);
    assert_eq!(output.status.code(), Some(134), "{output:?}");
    let tracks = tracks(&timeline);
    assert_eq!(tracks.len(), 90);
    let pending = tracks.iter().filter(|track| track.contains("; pending; "));
    assert!(pending.count() >= 30, "those of never.test: {tracks:?}");
    let known = tracks
        .iter()
        .filter(|track| track.contains(" known.test; answered; "));
    assert_eq!(known.count(), 30);
}

#[test]
fn a_guest_that_is_stopped_leaves_a_timeline() {
    let hang = |ms| run("hang.json", &["--timeout", &format!("{ms}ms")], "hang", &[]);
    let (output, timeline) = with_enough_time(hang, |(_, timeline)| {
        let running = |track: &&String| track.contains("running; ");
        tracks(timeline).iter().filter(running).count() == 3
    });
    assert_eq!(output.status.code(), Some(124), "{output:?}");
    let pending = "host-by-name never.test; queued; running; pending; ";
    assert_eq!(tracks(&timeline), [pending; 3]);
}

#[test]
fn a_picture_has_the_names_and_ends() {
    let lookup = |ms: u64| {
        let asked = [
            "--timeout",
            &ms.to_string(),
            "host:quick.test",
            "host:never.test",
        ];
        run("lookup.svg", &[], "lookup", &asked)
    };
    let (_, picture) = with_enough_time(lookup, |(output, _)| {
        str::from_utf8(&output.stdout)
            .unwrap()
            .contains("192.0.2.1")
    });
    let document = roxmltree::Document::parse(&picture).unwrap();
    let texts = document
        .descendants()
        .filter(|node| node.has_tag_name("text"));
    let texts: Vec<_> = texts.filter_map(|node| Some(node.text()?.trim())).collect();
    for expected in ["quick.test", "answered", "never.test", "cancelled"] {
        assert!(texts.contains(&expected), "{expected}: {texts:?}");
    }
    assert!(texts[0].starts_with("2 requests in "), "{texts:?}");
}

#[test]
fn a_file_that_cannot_be_created_is_an_error_before_the_guest_runs() {
    let scratch = Scratch::new("timeline-wrong");
    let guest = guest("lookup");
    for (file, said) in [
        (scratch.path("a.png"), "its name must end in .json"),
        (
            scratch.path("no-directory/a.json"),
            "No such file or directory",
        ),
    ] {
        let output = runner(&["run", "--timeline", &file, &guest, "proto:udp"]);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert_eq!(output.stdout, b"");
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains(said) && text.contains("--timeline"), "{text}");
    }
}

#[test]
fn a_file_that_cannot_be_written_is_an_error_at_the_end() {
    // Linux has a file that is always full; a link gives it the extension.
    if !Path::new("/dev/full").exists() {
        return;
    }
    let scratch = Scratch::new("timeline-full");
    let file = scratch.path("full.json");
    let _ = fs::remove_file(&file);
    std::os::unix::fs::symlink("/dev/full", &file).unwrap();
    let output = runner(&["run", "--timeline", &file, &guest("lookup"), "proto:udp"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert_eq!(output.stdout, b"proto:udp: udp (alias UDP) number 17\n");
    assert!(
        text.contains("full.json: No space left on device"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 1, "{text}");
}

/// Runs a guest with this timeline, and returns the status and standard error.
#[cfg(unix)]
fn written_to(file: &str) -> (Option<i32>, String) {
    let output = runner(&["run", "--timeline", file, &guest("lookup"), "proto:udp"]);
    (
        output.status.code(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn a_run_that_cannot_start_keeps_the_file() {
    let scratch = Scratch::empty("timeline-kept");
    let file = scratch.file("a.json", b"what was there");
    let missing = scratch.path("none.wasm");
    let output = runner(&["run", "--timeline", &file, &missing]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read(&file).unwrap(), b"what was there");
    assert_eq!(scratch.names(), ["a.json"]);
}

#[cfg(unix)]
#[test]
fn a_file_is_replaced_with_its_permissions_and_a_link_stays() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    let scratch = Scratch::empty("timeline-replaced");
    let file = scratch.file("a.json", b"old");
    let link = scratch.path("link.json");
    symlink("a.json", &link).unwrap();
    let new = scratch.path("new.json");
    symlink("b.json", &new).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let before = fs::metadata(&file).unwrap().ino();
    for file in [&link, &new] {
        assert_eq!(written_to(file), (Some(0), String::new()));
        assert!(fs::symlink_metadata(file).unwrap().is_symlink());
        assert_eq!(tracks(&fs::read_to_string(file).unwrap()).len(), 1);
    }
    let after = fs::metadata(&file).unwrap();
    assert_eq!(after.permissions().mode() & 0o777, 0o640);
    assert_ne!(after.ino(), before);
    let names = ["a.json", "b.json", "link.json", "new.json"];
    assert_eq!(scratch.names(), names);
}

#[cfg(unix)]
#[test]
fn a_missing_directory_is_an_error_without_the_temporary_name() {
    let scratch = Scratch::empty("timeline-nowhere");
    let (status, text) = written_to(&scratch.path("none/a.json"));
    assert_eq!(status, Some(2), "{text}");
    assert!(
        text.ends_with("none/a.json: No such file or directory (os error 2)\n"),
        "{text}"
    );
}

#[cfg(unix)]
#[test]
fn a_file_with_two_names_or_another_owner_stays_the_same_file() {
    use std::os::unix::fs::{MetadataExt, chown};

    let scratch = Scratch::empty("timeline-same");
    let file = scratch.file("a.json", &[b'x'; 100_000]);
    let other = scratch.file("b.json", b"old");
    fs::hard_link(&file, scratch.path("c.json")).unwrap();
    // Only root may.
    let _ = chown(&other, Some(54321), Some(54321));
    for file in [&file, &other] {
        let before = fs::metadata(file).unwrap();
        assert_eq!(written_to(file), (Some(0), String::new()));
        let after = fs::metadata(file).unwrap();
        assert_eq!((before.uid(), before.gid()), (after.uid(), after.gid()));
        assert_eq!(tracks(&fs::read_to_string(file).unwrap()).len(), 1);
    }
    let (one, other) = (file, scratch.path("c.json"));
    assert_eq!(fs::read(&one).unwrap(), fs::read(&other).unwrap());
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_written_in_place() {
    use std::os::unix::fs::symlink;
    use std::process::{Command, Stdio};

    let scratch = Scratch::empty("timeline-streams");
    let path = |to: &str| {
        let link = scratch.path(&format!("{}.json", to.replace('/', "-")));
        symlink(to, &link).unwrap();
        link
    };
    assert_eq!(written_to(&path("/dev/null")), (Some(0), String::new()));
    let (status, text) = written_to(&path("/dev/stderr"));
    assert_eq!((status, tracks(&text).len()), (Some(0), 1));

    // Standard output comes first, in a pipe and in a file.
    let said = "proto:udp: udp (alias UDP) number 17\n";
    let args = [
        "run",
        "--timeline",
        &path("/dev/stdout"),
        &guest("lookup"),
        "proto:udp",
    ];
    let output = runner(&args);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(tracks(text.strip_prefix(said).unwrap()).len(), 1);
    let out = scratch.path("out");
    let file = fs::File::create(&out).unwrap();
    let status = support::command().args(args).stdout(file).status();
    assert!(status.unwrap().success());
    let text = fs::read_to_string(&out).unwrap();
    assert_eq!(tracks(text.strip_prefix(said).unwrap()).len(), 1);

    // A file that the shell opens with >> keeps what it has.
    let log = scratch.file("log", b"what was there\n");
    let to_end = fs::OpenOptions::new().append(true).open(&log).unwrap();
    let status = support::command()
        .args(["run", "--timeline", &scratch.path("-dev-stderr.json")])
        .args([&guest("lookup"), "proto:udp"])
        .stderr(to_end)
        .status();
    assert!(status.unwrap().success());
    let text = fs::read_to_string(&log).unwrap();
    assert_eq!(
        tracks(text.strip_prefix("what was there\n").unwrap()).len(),
        1
    );

    let pipe = scratch.pipe("pipe.json");
    let (status, text) = written_to(&pipe);
    assert_eq!(status, Some(2));
    assert!(text.contains("no program reads this pipe"), "{text}");
    let mut reader = Command::new("sh")
        .args(["-c", r#"exec 3<>"$0"; echo; exec head -n 3 <&3"#, &pipe])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut read = std::io::BufReader::new(reader.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut read, &mut String::new()).unwrap();
    assert_eq!(written_to(&pipe), (Some(0), String::new()));
    let read = std::io::read_to_string(read).unwrap();
    assert!(read.starts_with("{\"traceEvents\":["), "{read}");
    reader.wait().unwrap();
    let (status, text) = written_to(&path("/"));
    assert_eq!(status, Some(2));
    assert!(text.contains("directory"), "{text}");
}
