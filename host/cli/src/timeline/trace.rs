//! The trace-event format of Perfetto and Chrome, with one track for each request.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::phase::Span;
use super::recorder::{Record, Recording};

/// One event. `ts` is in microseconds since the first request.
#[derive(Serialize)]
struct Event<'a> {
    name: &'a str,
    cat: &'a str,
    ph: &'a str,
    ts: f64,
    /// The session.
    pid: u64,
    /// The track: the number of the request, from 1.
    tid: u64,
    #[serde(skip_serializing_if = "Value::is_null")]
    args: Value,
    /// The scope of an instant: its track.
    #[serde(skip_serializing_if = "Option::is_none")]
    s: Option<&'a str>,
}

/// Writes one JSON object. A track has a slice for the request, which contains a slice for each
/// phase. An instant marks the request's end. After it comes a slice for the time that the worker
/// is stuck.
pub(crate) fn write(recording: &Recording, to: &mut impl Write) -> io::Result<()> {
    to.write_all(b"{\"traceEvents\":[")?;
    let mut tracks = Tracks {
        to: &mut *to,
        first: true,
        origin: recording.first(),
        now: recording.now,
    };
    let mut named = Vec::new();
    for (record, tid) in recording.requests.iter().zip(1..) {
        let session = record.id.session;
        if !named.contains(&session) {
            named.push(session);
            let name = json!({ "name": format!("session {session}") });
            tracks.meta("process_name", session, 0, name)?;
        }
        tracks.request(record, tid)?;
    }
    let other = json!({
        "producer": "winsock-async",
        "requests": recording.requests.len(),
        "requests_left_out": recording.left_out,
        "requests_refused": recording.refused,
    });
    write!(
        to,
        "\n],\"displayTimeUnit\":\"ns\",\"otherData\":{other}}}\n"
    )
}

struct Tracks<'a, W> {
    to: &'a mut W,
    /// Whether no event was written yet.
    first: bool,
    /// The time that the file counts from.
    origin: u64,
    now: u64,
}

impl<W: Write> Tracks<'_, W> {
    fn request(&mut self, record: &Record, tid: u64) -> io::Result<()> {
        let pid = record.id.session;
        let label = format!("{} {}", record.kind, record.question);
        let end = record.end(self.now);
        let how = record.ended.map_or("pending", |(_, how)| how.name());
        let name = json!({ "name": format!("{tid}: {label}") });
        self.meta("thread_name", pid, tid, name)?;
        self.meta("thread_sort_index", pid, tid, json!({ "sort_index": tid }))?;

        let about = json!({ "handle": format!("{:#x}", record.id.handle), "end": how });
        self.event(&label, "request", "B", record.asked, (pid, tid), about)?;
        let (within, after): (Vec<Span>, Vec<Span>) =
            record.spans(self.now).partition(|span| span.to <= end);
        for span in within {
            self.slice(span.phase.name(), span.from, span.to, (pid, tid))?;
        }
        self.event(how, "end", "i", end, (pid, tid), Value::Null)?;
        self.event(&label, "request", "E", end, (pid, tid), Value::Null)?;
        for span in after {
            self.slice(span.phase.name(), span.from, span.to, (pid, tid))?;
        }
        Ok(())
    }

    fn slice(&mut self, name: &str, from: u64, to: u64, track: (u64, u64)) -> io::Result<()> {
        self.event(name, "phase", "B", from, track, Value::Null)?;
        self.event(name, "phase", "E", to, track, Value::Null)
    }

    fn meta(&mut self, name: &str, pid: u64, tid: u64, args: Value) -> io::Result<()> {
        self.event(name, "__metadata", "M", self.origin, (pid, tid), args)
    }

    fn event(
        &mut self,
        name: &str,
        cat: &str,
        ph: &str,
        at: u64,
        (pid, tid): (u64, u64),
        args: Value,
    ) -> io::Result<()> {
        self.to.write_all(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        let event = Event {
            name,
            cat,
            ph,
            ts: at.saturating_sub(self.origin) as f64 / 1000.0,
            pid,
            tid,
            args,
            s: (ph == "i").then_some("t"),
        };
        serde_json::to_writer(&mut *self.to, &event).map_err(io::Error::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::phase::tests::record;
    use crate::timeline::recorder::End;
    use std::collections::HashMap;
    use winsock_async_engine::ErrorCode;

    fn written(recording: &Recording) -> Value {
        let mut bytes = Vec::new();
        write(recording, &mut bytes).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    /// Checks the events: required keys, times in order on each track, an end for each beginning.
    /// Returns the slices of each track, each with its depth, name, begin and end.
    fn slices(trace: &Value) -> HashMap<u64, Vec<(usize, String, f64, f64)>> {
        let mut open: HashMap<u64, Vec<(String, f64)>> = HashMap::new();
        let mut slices: HashMap<_, Vec<_>> = HashMap::new();
        let mut last: HashMap<u64, f64> = HashMap::new();
        for event in trace["traceEvents"].as_array().unwrap() {
            let name = event["name"].as_str().unwrap().to_owned();
            let (ts, tid) = (
                event["ts"].as_f64().unwrap(),
                event["tid"].as_u64().unwrap(),
            );
            assert!(event["pid"].is_u64() && event["cat"].is_string() && ts >= 0.0);
            let open = open.entry(tid).or_default();
            match event["ph"].as_str().unwrap() {
                "M" => {
                    assert!(event["args"].is_object());
                    continue;
                }
                "B" => open.push((name, ts)),
                "E" => {
                    let (begun, from) = open.pop().expect("nothing was begun");
                    assert_eq!(begun, name);
                    let slice = (open.len(), name, from, ts);
                    slices.entry(tid).or_default().push(slice);
                }
                "i" => assert_eq!(event["s"], "t"),
                other => panic!("{other}"),
            }
            let last = last.insert(tid, ts);
            assert!(last.is_none_or(|last| last <= ts), "track {tid} goes back");
        }
        assert!(open.values().all(Vec::is_empty), "something has no end");
        slices
    }

    #[test]
    fn each_request_has_a_track_with_its_phases() {
        let recording = Recording {
            requests: vec![
                record(1000, Some(2500), Some(4000), Some((5000, End::Answered))),
                record(1500, None, None, Some((1600, End::Denied))),
                record(2000, Some(2600), Some(9000), Some((3000, End::Cancelled))),
                record(3000, None, None, None),
            ],
            left_out: 7,
            refused: 2,
            now: 10_000,
        };
        let trace = written(&recording);
        let slices = slices(&trace);
        let track = |tid: u64| -> Vec<(usize, &str, f64, f64)> {
            let slices = slices[&tid].iter();
            slices
                .map(|(d, n, from, to)| (*d, &**n, *from, *to))
                .collect()
        };
        assert_eq!(
            track(1),
            [
                (1, "queued", 0.0, 1.5),
                (1, "running", 1.5, 3.0),
                (1, "arrived", 3.0, 4.0),
                (0, "host-by-name host-1000.test", 0.0, 4.0)
            ]
        );
        assert_eq!(track(2), [(0, "host-by-name host-1500.test", 0.5, 0.6)]);
        assert_eq!(
            track(3),
            [
                (1, "queued", 1.0, 1.6),
                (1, "running", 1.6, 2.0),
                (0, "host-by-name host-2000.test", 1.0, 2.0),
                (0, "stuck", 2.0, 8.0)
            ]
        );
        assert_eq!(track(4)[0], (1, "queued", 2.0, 9.0));
        assert_eq!(trace["otherData"]["requests_left_out"], 7);
        assert_eq!(trace["otherData"]["requests_refused"], 2);

        let events = trace["traceEvents"].as_array().unwrap();
        let of = |ph: &'static str| events.iter().filter(move |e| e["ph"] == ph);
        let ends: Vec<_> = of("i").map(|e| e["name"].as_str().unwrap()).collect();
        assert_eq!(ends, ["answered", "denied", "cancelled", "pending"]);
        let names: Vec<_> = of("M").map(|e| e["name"].as_str().unwrap()).collect();
        assert_eq!(names.iter().filter(|n| **n == "process_name").count(), 1);
        assert_eq!(names.iter().filter(|n| **n == "thread_name").count(), 4);
    }

    #[test]
    fn a_name_with_quotes_stays_text() {
        let mut odd = record(0, None, None, Some((0, End::Failed(ErrorCode::NoData))));
        odd.question = "\"},{\\ \u{2028}\0".into();
        let recording = Recording {
            requests: vec![odd.clone()],
            ..Recording::default()
        };
        let slices = slices(&written(&recording));
        assert_eq!(slices[&1][0].1, format!("host-by-name {}", odd.question));
    }

    #[test]
    fn no_requests_are_a_trace() {
        assert!(slices(&written(&Recording::default())).is_empty());
    }
}
