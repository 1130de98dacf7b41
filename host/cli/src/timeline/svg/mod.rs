//! The picture: a curve of how many requests were in each phase, and rows of requests.

use std::io::{self, Write};

use svg::Document;
use svg::node::element::{Group, Line, Path, Rectangle, Style, Text, Title};

use super::chart::{self, Rows, Scale};
use super::phase::Phase;
use super::recorder::{End, Record, Recording};

/// Positions in the picture, from the left and the top.
const WIDTH: f64 = 1240.0;
const LEFT: f64 = 300.0;
const PLOT: f64 = 700.0;
const RIGHT: f64 = LEFT + PLOT;
const CURVE: (f64, f64) = (96.0, 176.0);
const ROWS: f64 = 226.0;

/// The heights of a row with a name and of one without.
const NAMED: f64 = 20.0;
const SHARED: f64 = 7.0;

/// The number of characters of a name that fit beside its row.
const MAX_NAME_CHARS: usize = 40;

const STYLE: &str = "\
text { font: 12px system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: #33373d; }
.title { font-size: 17px; font-weight: 600; }
.small, .tick { font-size: 11px; fill: #6b727c; }
.tick { text-anchor: middle; }
.name { text-anchor: end; }
.grid { stroke: #e6e8eb; }
.base { stroke: #c3c7cc; }
.queued { fill: #c3c9d2; }
.running { fill: #3f83c9; }
.arrived { fill: #9fd3b4; }
.stuck { fill: #e7a04f; }
.answered { fill: #2f9e5f; }
.failed, .denied { fill: #cf4a45; }
.cancelled { fill: #5b6069; }
.pending { fill: #ffffff; stroke: #5b6069; }
.page { fill: #ffffff; }
.stripe { fill-opacity: 0.025; }
@media (prefers-color-scheme: dark) {
text { fill: #d6dae0; }
.small, .tick { fill: #9198a1; }
.grid { stroke: #262c36; }
.base { stroke: #4b535d; }
.queued { fill: #4b535d; }
.cancelled { fill: #aab1ba; }
.pending { fill: #0d1117; stroke: #aab1ba; }
.page { fill: #0d1117; }
.stripe { fill: #ffffff; fill-opacity: 0.04; }
}";

/// The classes of ends and their words in the legend.
const ENDS: [(&str, &str); 4] = [
    ("answered", "answered"),
    ("failed", "failed or denied"),
    ("cancelled", "cancelled"),
    ("pending", "pending"),
];

/// Writes the picture.
pub(crate) fn write(recording: &Recording, to: &mut impl Write) -> io::Result<()> {
    svg::write(to, &picture(recording))
}

fn picture(recording: &Recording) -> Document {
    let rows = chart::rows(recording);
    let named = recording.requests.len() <= chart::NAMED;
    let height = if named { NAMED } else { SHARED };
    let bottom = ROWS + height * rows.rows.len() as f64;
    let scale = Scale::new(recording, PLOT);
    let mut document = Document::new()
        .set("viewBox", (0.0, 0.0, WIDTH, bottom + 40.0))
        .set("width", WIDTH)
        .set("height", bottom + 40.0)
        .add(Style::new(STYLE))
        .add(rectangle(0.0, 0.0, WIDTH, bottom + 40.0).set("class", "page"))
        .add(text(24.0, 32.0, "title", title(recording)))
        .add(text(24.0, 53.0, "small", notes(recording, &rows)))
        .add(legend())
        .add(grid(&scale, bottom))
        .add(curve(recording));
    for (i, row) in rows.rows.iter().enumerate() {
        let top = ROWS + height * i as f64;
        document = match row[..] {
            [record] if named => document.add(named_row(record, i, top, &scale, recording.now)),
            _ => document.add(shared_row(row, top, &scale, recording.now)),
        };
    }
    document
}

fn title(recording: &Recording) -> String {
    let count = recording.requests.len();
    let time = chart::time(recording.last() - recording.first());
    match count {
        0 => "No requests".into(),
        1 => format!("One request in {time}"),
        _ => format!("{} requests in {time}", thousands(count as u64)),
    }
}

/// How to read the rows, and what the picture leaves out.
fn notes(recording: &Recording, rows: &Rows<'_>) -> String {
    let mut notes = Vec::new();
    if recording.requests.len() > chart::NAMED {
        notes.push("A row holds one request after the other.".into());
    }
    if rows.undrawn > 0 {
        let undrawn = thousands(rows.undrawn as u64);
        notes.push(format!(
            "{undrawn} found all {} rows in use and are only in the curve.",
            chart::SHARED
        ));
    }
    if recording.left_out > 0 {
        let left_out = thousands(recording.left_out);
        notes.push(format!("{left_out} later requests were not recorded."));
    }
    if recording.refused > 0 {
        let refused = thousands(recording.refused);
        notes.push(format!("{refused} more requests were refused at the call."));
    }
    notes.join(" ")
}

fn legend() -> Group {
    let mut legend = Group::new();
    let mut x = LEFT;
    let phases = Phase::ALL.map(|phase| (phase.name(), legend_of(phase)));
    for (i, (class, what)) in phases.into_iter().chain(ENDS).enumerate() {
        let mark: Box<dyn svg::Node> = if i < phases.len() {
            Box::new(rectangle(x, 69.0, 11.0, 11.0).set("class", class))
        } else {
            Box::new(end_mark(x + 6.0, 74.5, class))
        };
        legend = legend.add(mark).add(text(x + 16.0, 79.0, "small", what));
        x += 30.0 + 6.2 * what.len() as f64;
    }
    legend
}

fn legend_of(phase: Phase) -> &'static str {
    match phase {
        Phase::Queued => "queued",
        Phase::Running => "resolving",
        Phase::Arrived => "result waits for the guest",
        Phase::Stuck => "ended, worker stuck",
    }
}

/// Vertical lines at round times.
fn grid(scale: &Scale, bottom: f64) -> Group {
    let mut grid = Group::new();
    for tick in scale.ticks() {
        let x = LEFT + scale.x(scale.first + tick);
        let label = if tick == 0 {
            "0".into()
        } else {
            chart::time(tick)
        };
        grid = grid
            .add(line(x, CURVE.0, x, bottom + 6.0).set("class", "grid"))
            .add(text(x, CURVE.1 + 16.0, "tick", label.clone()));
        // A tall picture repeats the times at the bottom.
        if bottom > 500.0 {
            grid = grid.add(text(x, bottom + 20.0, "tick", label));
        }
    }
    grid.add(line(LEFT, CURVE.1, RIGHT, CURVE.1).set("class", "base"))
}

/// The curve: the number of requests in each phase, stacked.
fn curve(recording: &Recording) -> Group {
    let curve = chart::curve(recording, PLOT as usize);
    let sum = |column: usize| curve.iter().map(|counts| counts[column]).sum::<f64>();
    let most = (0..PLOT as usize).map(sum).fold(0.0, f64::max);
    let height = (CURVE.1 - CURVE.0) / f64::max(most, 1.0);
    let mut below = vec![0.0; PLOT as usize];
    let mut group = Group::new();
    for (phase, counts) in Phase::ALL.into_iter().zip(&curve) {
        if counts.iter().all(|count| *count == 0.0) {
            continue;
        }
        let above: Vec<f64> = below.iter().zip(counts).map(|(b, c)| b + c).collect();
        let outline = outline(&above, height, false) + &outline(&below, height, true) + "Z";
        group = group.add(Path::new().set("d", outline).set("class", phase.name()));
        below = above;
    }
    let most = thousands(most.round() as u64);
    group
        .add(text(
            LEFT - 10.0,
            CURVE.0 + 9.0,
            "small name",
            format!("{most} at a time"),
        ))
        .add(text(LEFT - 10.0, CURVE.1, "small name", "0"))
}

/// One side of a filled curve, in steps: from left to right, or `back` from right to left.
fn outline(values: &[f64], height: f64, back: bool) -> String {
    let y = |column: usize| number(CURVE.1 - values[column] * height);
    let columns: Vec<usize> = match back {
        false => (0..values.len()).collect(),
        true => (0..values.len()).rev().collect(),
    };
    // Offset of a column's first edge, and the last edge of the side.
    let (before, end) = if back { (1, 0) } else { (0, values.len()) };
    let mut path = String::new();
    let mut last = None;
    for column in columns {
        let y = y(column);
        // A horizontal line up to the change, then a vertical one.
        if last.as_ref() != Some(&y) {
            let x = number(LEFT + (column + before) as f64);
            path += &match (&last, back) {
                (None, false) => format!("M{x} {y}"),
                (None, true) => format!("L{x} {y}"),
                (Some(_), _) => format!("H{x}V{y}"),
            };
            last = Some(y);
        }
    }
    path + &format!("H{}", number(LEFT + end as f64))
}

/// A row of one request, with its name at the left and its end at the right.
fn named_row(record: &Record, i: usize, top: f64, scale: &Scale, now: u64) -> Group {
    let label = match &*record.question {
        "" => record.kind.to_string(),
        question => question.to_owned(),
    };
    let took = chart::time(record.end(now) - record.asked);
    let (class, end) = end_of(record);
    let middle = top + NAMED / 2.0;
    let tip = format!("{} {label}: {end} after {took}", record.kind);
    let mut row = Group::new().add(Title::new(tip));
    if i.is_multiple_of(2) {
        row = row.add(rectangle(0.0, top, WIDTH, NAMED).set("class", "stripe"));
    }
    for span in record.spans(now) {
        let x = scale.x(span.from);
        let width = f64::max(scale.x(span.to) - x, 0.5);
        let bar = rectangle(LEFT + x, top + 4.0, width, NAMED - 8.0);
        row = row.add(bar.set("class", span.phase.name()));
    }
    row.add(end_mark(LEFT + scale.x(record.end(now)), middle, class))
        .add(text(LEFT - 12.0, middle + 4.0, "name", shortened(&label)))
        .add(text(RIGHT + 16.0, middle + 4.0, "", end))
        .add(text(WIDTH - 20.0, middle + 4.0, "small name", took))
}

/// A row of several requests: one path for each colour. Bars that the picture cannot show apart are
/// drawn once.
fn shared_row(row: &[&Record], top: f64, scale: &Scale, now: u64) -> Group {
    let mut group = Group::new();
    for phase in Phase::ALL {
        let mut bars = Bars::new(top + 1.0, SHARED - 2.0);
        for span in row.iter().flat_map(|record| record.spans(now)) {
            if span.phase == phase {
                bars.add(scale.x(span.from), scale.x(span.to));
            }
        }
        group = bars.add_to(group, phase.name());
    }
    for (class, _) in ENDS {
        // At the bottom of the row, so that ends do not hide phases.
        let mut bars = Bars::new(top + SHARED - 3.0, 2.5);
        for record in row.iter().filter(|record| end_of(record).0 == class) {
            let x = scale.x(record.end(now));
            bars.add(x - 0.5, x + 0.5);
        }
        group = bars.add_to(group, class);
    }
    group
}

/// Bars of one colour in one row.
struct Bars {
    top: f64,
    height: f64,
    path: String,
    /// Where the last bar ends.
    last: f64,
}

impl Bars {
    fn new(top: f64, height: f64) -> Bars {
        let (path, last) = (String::new(), f64::NEG_INFINITY);
        Bars {
            top,
            height,
            path,
            last,
        }
    }

    /// Adds a bar, at least half a unit wide. A bar that the last one covers is left out.
    fn add(&mut self, from: f64, to: f64) {
        let (from, to) = (from.max(self.last), f64::max(to, from + 0.5));
        if to - from < 0.25 {
            return;
        }
        self.last = to;
        let (x, y) = (number(LEFT + from), number(self.top));
        let (width, height) = (number(to - from), number(self.height));
        self.path += &format!("M{x} {y}h{width}v{height}h-{width}z");
    }

    fn add_to(self, group: Group, class: &str) -> Group {
        if self.path.is_empty() {
            return group;
        }
        group.add(Path::new().set("d", self.path).set("class", class))
    }
}

/// The class of a request's end, which has its colour, and the word for it.
fn end_of(record: &Record) -> (&'static str, &'static str) {
    match record.ended {
        None => ("pending", "pending"),
        Some((_, how)) => {
            let class = match how {
                End::Answered => "answered",
                End::Failed(_) | End::Denied => "failed",
                End::Cancelled => "cancelled",
            };
            (class, how.name())
        }
    }
}

fn end_mark(x: f64, y: f64, class: &str) -> Rectangle {
    let mark = rectangle(x - 2.0, y - 6.5, 4.0, 13.0).set("rx", 2);
    mark.set("class", class)
}

fn rectangle(x: f64, y: f64, width: f64, height: f64) -> Rectangle {
    Rectangle::new()
        .set("x", number(x))
        .set("y", number(y))
        .set("width", number(width))
        .set("height", number(height))
}

fn line(x1: f64, y1: f64, x2: f64, y2: f64) -> Line {
    Line::new()
        .set("x1", number(x1))
        .set("y1", number(y1))
        .set("x2", number(x2))
        .set("y2", number(y2))
}

/// A text, whose content `svg` escapes.
fn text(x: f64, y: f64, class: &str, content: impl Into<String>) -> Text {
    let text = Text::new(content).set("x", number(x)).set("y", number(y));
    text.set("class", class)
}

/// Formats a position to a tenth of a unit.
fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= MAX_NAME_CHARS {
        return name.into();
    }
    name.chars().take(MAX_NAME_CHARS - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests;
