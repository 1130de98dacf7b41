//! `lookup`: starts all lookups at once and prints each answer when it comes, with windows and
//! messages.

use std::cell::{Cell, RefCell};
use std::io::{self, Write};
use std::rc::Rc;
use std::time::Duration;

use winsock_async_example_guests::{Query, Report, Status, exit};
use winsock_async_guest::{
    Hwnd, Message, TaskHandle, WM_TIMER, WM_USER, Window, Winsock, makeword, post_quit_message,
    run_message_loop, set_timer, wsa_cancel_async_request,
};

const USAGE: &str = "\
Usage: lookup [--json] [--timeout MS] QUERY...

Looks everything up at once and prints each answer as it comes.

Queries:
  host:NAME             a host by name; host: alone is this machine
  ip:NAME               the addresses of a host, IPv4 and IPv6
  ip4:NAME, ip6:NAME    those of one family
  addr:IP               a host by IPv4 address, the name of an IPv6 address
  serv:NAME[/PROTO]     a service by name
  port:N[/PROTO]        a service by port
  proto:NAME            a protocol by name
  protonum:N            a protocol by number

Options:
  --json                print one JSON object a line
  --timeout MS          cancel what is pending after MS milliseconds
  -h, --help            print this

Status: 0 if all were answered, 1 if one failed or was cancelled, 2 for bad usage.
";

/// The message that ends a request.
const WM_FOUND: u32 = WM_USER + 1;
/// The timer that ends all lookups.
const TIMEOUT: u64 = 1;

fn main() {
    exit(match Options::parse(lexopt::Parser::from_env()) {
        Ok(None) => {
            print!("{USAGE}");
            Status::Answered
        }
        Ok(Some(options)) => run(options).unwrap_or_else(|error| {
            eprintln!("lookup: {error}");
            Status::Failed
        }),
        Err(error) => {
            eprintln!("lookup: {error} (lookup --help says more)");
            Status::Usage
        }
    });
}

fn run(options: Options) -> Result<Status, Box<dyn std::error::Error>> {
    let _winsock = Winsock::startup(makeword(2, 2))?;
    let lookup = Rc::new(Lookup::new(&options));
    let window = Window::new({
        let lookup = lookup.clone();
        move |message| {
            // The program ends if it cannot print.
            if let Err(error) = lookup.handle(message) {
                lookup.broken.set(Some(error));
                post_quit_message(1);
            }
            0
        }
    });
    for query in options.queries {
        lookup.start(window.hwnd(), query)?;
    }
    if let Some(ms) = options.timeout_ms {
        set_timer(window.hwnd(), TIMEOUT, Duration::from_millis(ms))?;
    }
    lookup.quit_when_done();
    run_message_loop()?;
    match lookup.broken.take() {
        Some(error) => Err(error.into()),
        None if lookup.failed.get() => Ok(Status::Failed),
        None => Ok(Status::Answered),
    }
}

/// The lookups that are under way, and the state of the program.
struct Lookup {
    pending: RefCell<Vec<(TaskHandle, Query)>>,
    json: bool,
    timeout_ms: u64,
    failed: Cell<bool>,
    broken: Cell<Option<io::Error>>,
}

impl Lookup {
    fn new(options: &Options) -> Lookup {
        Lookup {
            pending: RefCell::default(),
            json: options.json,
            timeout_ms: options.timeout_ms.unwrap_or(0),
            failed: Cell::new(false),
            broken: Cell::new(None),
        }
    }

    fn start(&self, hwnd: Hwnd, query: Query) -> io::Result<()> {
        match query.start(hwnd, WM_FOUND) {
            Ok(handle) => self.pending.borrow_mut().push((handle, query)),
            Err(error) => self.print(&Report::refused(query, error))?,
        }
        Ok(())
    }

    /// The procedure of the window.
    fn handle(&self, message: &Message) -> io::Result<()> {
        match message.message {
            WM_FOUND => self.found(message)?,
            WM_TIMER => self.give_up()?,
            _ => {}
        }
        self.quit_when_done();
        Ok(())
    }

    fn found(&self, message: &Message) -> io::Result<()> {
        let mut pending = self.pending.borrow_mut();
        let Some(i) = pending
            .iter()
            .position(|(handle, _)| *handle == message.wparam)
        else {
            return Ok(());
        };
        let (_, query) = pending.remove(i);
        let answer = message.answer().expect("the end of a request");
        self.print(&Report::new(query, answer.cloned()))
    }

    /// Cancels the pending requests. If a cancel fails, the request has completed and its message
    /// comes.
    fn give_up(&self) -> io::Result<()> {
        let cancelled =
            |(handle, _): &mut (TaskHandle, Query)| wsa_cancel_async_request(*handle).is_ok();
        for (_, query) in self.pending.borrow_mut().extract_if(.., cancelled) {
            self.print(&Report::cancelled(query, self.timeout_ms))?;
        }
        Ok(())
    }

    fn print(&self, report: &Report) -> io::Result<()> {
        if !report.is_answer() {
            self.failed.set(true);
        }
        let mut out = io::stdout().lock();
        if self.json {
            serde_json::to_writer(&mut out, report)?;
            writeln!(out)
        } else {
            writeln!(out, "{report}")
        }
    }

    fn quit_when_done(&self) {
        if self.pending.borrow().is_empty() {
            post_quit_message(0);
        }
    }
}

/// The command line.
struct Options {
    json: bool,
    timeout_ms: Option<u64>,
    queries: Vec<Query>,
}

impl Options {
    /// Reads the command line. `None` if the user asks for help.
    fn parse(mut parser: lexopt::Parser) -> Result<Option<Options>, lexopt::Error> {
        use lexopt::prelude::*;
        let mut options = Options {
            json: false,
            timeout_ms: None,
            queries: Vec::new(),
        };
        while let Some(argument) = parser.next()? {
            match argument {
                Long("json") => options.json = true,
                Long("timeout") => {
                    let value = parser.value()?.string()?;
                    let ms = value.parse().map_err(|_| {
                        format!("--timeout {value:?}: write milliseconds, as in --timeout 500")
                    })?;
                    options.timeout_ms = Some(ms);
                }
                Short('h') | Long("help") => return Ok(None),
                Value(query) => {
                    let query = query.string()?.parse::<Query>();
                    options
                        .queries
                        .push(query.map_err(|error| error.to_string())?);
                }
                _ => return Err(argument.unexpected()),
            }
        }
        if options.queries.is_empty() {
            return Err("nothing to look up: write a query, as in host:localhost".into());
        }
        Ok(Some(options))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Option<Options>, String> {
        Options::parse(lexopt::Parser::from_args(arguments)).map_err(|error| error.to_string())
    }

    #[test]
    fn options_and_queries_are_read_in_any_order() {
        let options = parse(&["host:a", "--timeout", "50", "proto:tcp", "--json"]).unwrap();
        let options = options.unwrap();
        assert_eq!((options.json, options.timeout_ms), (true, Some(50)));
        let queries: Vec<_> = options.queries.iter().map(ToString::to_string).collect();
        assert_eq!(queries, ["host:a", "proto:tcp"]);
        assert!(parse(&["-h"]).unwrap().is_none());
    }

    #[test]
    fn error_in_the_usage_says_what_to_write() {
        for (arguments, hint) in [
            (&[][..], "host:localhost"),
            (&["--timeout", "soon", "host:a"], "--timeout 500"),
            (&["--timeout"], "timeout"),
            (&["--colour", "host:a"], "--colour"),
            (&["localhost"], "host:NAME"),
        ] {
            let error = parse(arguments).err().unwrap();
            assert!(error.contains(hint), "{error}");
        }
    }
}
