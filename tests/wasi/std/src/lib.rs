//! Helpers of guest programs that use Rust's standard library alone. Each program is one file in
//! `src/bin`. It prints one line for each step that succeeds, then one for the step that fails.
//! Its status is 0 in both cases: a test compares the lines.

use std::env;
use std::fmt::Display;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::process;

/// The line that a client sends. A server sends it back.
pub const GREETING: &str = "hello";

/// The arguments, which must be `N`. Ends the program with status 2 otherwise.
pub fn arguments<const N: usize>(usage: &str) -> [String; N] {
    let arguments: Vec<String> = env::args().skip(1).collect();
    arguments.try_into().unwrap_or_else(|_| refuse(usage))
}

/// Parses an argument. Ends the program with status 2 if that fails.
pub fn parsed<T: std::str::FromStr<Err: Display>>(argument: &str) -> T {
    let refused = |error| refuse(&format!("{argument:?}: {error}"));
    argument.parse().unwrap_or_else(refused)
}

fn refuse(message: &str) -> ! {
    eprintln!("{message}");
    process::exit(2)
}

/// Prints `STEP: KIND: MESSAGE` if a step fails.
pub fn report(outcome: Result<(), (&'static str, io::Error)>) {
    if let Err((step, error)) = outcome {
        println!("{step}: {:?}: {error}", error.kind());
    }
}

/// Names the step of an error.
pub fn at(step: &'static str) -> impl FnOnce(io::Error) -> (&'static str, io::Error) {
    move |error| (step, error)
}

/// Looks a name up, and prints `found ADDRESS` for each address.
pub fn look_up(name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let found: Vec<SocketAddr> = (name, port).to_socket_addrs()?.collect();
    for address in &found {
        println!("found {}", address.ip());
    }
    Ok(found)
}

/// Sends the greeting as a line, and returns the line that comes back.
pub fn exchange(stream: &TcpStream) -> io::Result<String> {
    writeln!(&*stream, "{GREETING}")?;
    line(stream)
}

/// Reads one line of at most 1,000 bytes, without its end.
pub fn line(stream: &TcpStream) -> io::Result<String> {
    let mut line = String::new();
    BufReader::new(stream.take(1000)).read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}
