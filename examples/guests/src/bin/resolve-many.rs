//! `resolve-many`: looks up names from standard input, many at a time, with futures.
//!
//! It reads a name when a request may begin. Reading waits for a slow writer, and the program
//! prints later completions afterwards.

use std::collections::BTreeMap;
use std::io::{self, BufRead, IsTerminal, Write};
use std::time::{Duration, Instant};

use futures_util::stream::{FuturesUnordered, StreamExt};
use winsock_async_example_guests::{Plain, Status, exit};
use winsock_async_guest::lookup::{Resolver, block_on};
use winsock_async_guest::{HostEntry, WSAEWOULDBLOCK, WsaError};

const USAGE: &str = "\
Usage: resolve-many [--jobs N] < NAMES

Looks up a host name a line and prints NAME<tab>ADDRESS... or NAME<tab>ERROR for each, in the order
in which they complete. Empty lines are skipped, and control characters are written out, as \\n or
\\u{1b}. Where the host has no place for as many, it waits for one. A summary follows on standard error.

Options:
  -j, --jobs N          names at a time, 1 or more (default 100)
  -h, --help            print this

Status: 0 if all were answered, 1 if one failed, 2 for bad usage.
";

/// The time between two displays of the progress.
const TICK: Duration = Duration::from_millis(100);

fn main() {
    exit(match jobs(lexopt::Parser::from_env()) {
        Ok(None) => {
            print!("{USAGE}");
            Status::Answered
        }
        Ok(Some(jobs)) => run(jobs).unwrap_or_else(|error| {
            eprintln!("resolve-many: {error}");
            Status::Failed
        }),
        Err(error) => {
            eprintln!("resolve-many: {error} (resolve-many --help says more)");
            Status::Usage
        }
    });
}

fn run(jobs: usize) -> Result<Status, Box<dyn std::error::Error>> {
    let resolver = &Resolver::new()?;
    let mut counts = Counts::new();
    let names = names(io::stdin().lock());
    let done = block_on(answer_all(resolver, names, jobs, |name, answer| {
        print(name, answer)?;
        counts.add(answer);
        Ok(())
    }));
    counts.finish();
    done?;
    Ok(if counts.failed() == 0 {
        Status::Answered
    } else {
        Status::Failed
    })
}

/// Looks the names up, `jobs` at a time or up to the limit of the host (`S-R2`). Calls `each` with
/// each name and its outcome, in the order of completion.
async fn answer_all(
    resolver: &Resolver,
    mut names: impl Iterator<Item = io::Result<Vec<u8>>>,
    jobs: usize,
    mut each: impl FnMut(&[u8], &Result<HostEntry, WsaError>) -> io::Result<()>,
) -> io::Result<()> {
    let mut under_way = FuturesUnordered::new();
    // A name that the host refused at its limit. It is asked for again once a request ends.
    let mut put_off = None;
    loop {
        while under_way.len() < jobs {
            let Some(name) = put_off.take().map(Ok).or_else(|| names.next()) else {
                break;
            };
            let name = name?;
            let request = resolver.host(&name);
            if request.handle().is_some() {
                under_way.push(async move { (name, request.await) });
                continue;
            }
            // The host has refused the request at the call, so this does not wait.
            let refused = request.await;
            if matches!(refused, Err(WSAEWOULDBLOCK)) && !under_way.is_empty() {
                put_off = Some(name);
                break;
            }
            each(&name, &refused)?;
        }
        match under_way.next().await {
            Some((name, answer)) => each(&name, &answer)?,
            None => return Ok(()),
        }
    }
}

/// Returns the lines that are not empty, without white space around them.
fn names(input: impl BufRead) -> impl Iterator<Item = io::Result<Vec<u8>>> {
    input
        .split(b'\n')
        .map(|line| line.map(|line| line.trim_ascii().to_vec()))
        .filter(|line| !matches!(line, Ok(name) if name.is_empty()))
}

fn print(name: &[u8], answer: &Result<HostEntry, WsaError>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "{}", Plain(name))?;
    match answer {
        Ok(entry) => {
            let addresses: Vec<_> = entry.addresses.iter().map(ToString::to_string).collect();
            writeln!(out, "\t{}", addresses.join(" "))
        }
        Err(error) => writeln!(out, "\t{error}"),
    }
}

/// The numbers of answers and of failures. A terminal shows them while they grow.
struct Counts {
    started: Instant,
    shown: Option<Instant>,
    answered: usize,
    errors: BTreeMap<WsaError, usize>,
}

impl Counts {
    fn new() -> Counts {
        let now = Instant::now();
        Counts {
            started: now,
            shown: io::stderr().is_terminal().then_some(now),
            answered: 0,
            errors: BTreeMap::new(),
        }
    }

    fn add(&mut self, answer: &Result<HostEntry, WsaError>) {
        match answer {
            Ok(_) => self.answered += 1,
            Err(error) => *self.errors.entry(*error).or_default() += 1,
        }
        if self.shown.is_some_and(|shown| shown.elapsed() >= TICK) {
            eprint!("\r{} answered, {} failed", self.answered, self.failed());
            self.shown = Some(Instant::now());
        }
    }

    fn failed(&self) -> usize {
        self.errors.values().sum()
    }

    fn finish(&self) {
        if self.shown.is_some() {
            eprint!("\r\x1b[K");
        }
        let seconds = self.started.elapsed().as_secs_f64();
        let names = self.answered + self.failed();
        eprintln!(
            "{names} names: {} answered, {} failed, {seconds:.3} s, {:.0} per second",
            self.answered,
            self.failed(),
            names as f64 / seconds.max(1e-9),
        );
        for (error, count) in &self.errors {
            eprintln!("{count} x {error}");
        }
        if self.errors.contains_key(&WSAEWOULDBLOCK) {
            eprintln!("The host refused a request although none was outstanding: raise its limit.");
        }
    }
}

/// Reads the command line. `None` if the user asks for help.
fn jobs(mut parser: lexopt::Parser) -> Result<Option<usize>, lexopt::Error> {
    use lexopt::prelude::*;
    let mut jobs = 100;
    while let Some(argument) = parser.next()? {
        match argument {
            Short('j') | Long("jobs") => {
                let value = parser.value()?.string()?;
                jobs = value.parse().ok().filter(|&jobs| jobs > 0).ok_or_else(|| {
                    format!("--jobs {value:?}: write a number from 1, as in --jobs 100")
                })?;
            }
            Short('h') | Long("help") => return Ok(None),
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Some(jobs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_lines_that_are_not_empty() {
        let read = names(&b"a\r\n\n  b \nc\xff"[..]).map(Result::unwrap);
        assert!(read.eq([&b"a"[..], b"b", b"c\xff"]));
    }

    #[test]
    fn jobs_are_at_least_one() {
        let parse = |arguments: &[&str]| jobs(lexopt::Parser::from_args(arguments));
        assert_eq!(parse(&[]).unwrap(), Some(100));
        assert_eq!(parse(&["-j5"]).unwrap(), Some(5));
        assert_eq!(parse(&["--help"]).unwrap(), None);
        for bad in [
            &["--jobs", "0"][..],
            &["--jobs", "x"],
            &["--jobs"],
            &["name"],
            &["-x"],
        ] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }
}
