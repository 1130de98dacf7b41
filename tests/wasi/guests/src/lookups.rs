//! What the programs `lookups_VERSION` do, each with the interface of its version.

use std::env;
use std::fs;
use std::net::IpAddr;
use std::time::Instant;

/// `wasi:sockets/ip-name-lookup` of a version.
pub trait Interface {
    /// A `resolve-address-stream`, with the network that it came from.
    type Stream;

    /// Begins a lookup. An error is the name of its code.
    fn begin(&self, name: &str) -> Result<Self::Stream, String>;

    /// The next address. Waits for it if it is not there yet.
    fn next(&self, stream: &Self::Stream) -> Result<Option<IpAddr>, String>;
}

/// The arguments.
const USAGE: &str = "\
usage: lookups [--time] COMMAND
  addresses NAME...    looks each name up, and prints its addresses or the error
  drop NAME            begins a lookup, and drops it before its answer
  flood N NAME FILE    begins and drops N lookups of names under NAME, looks `localhost` up, and
                       reads FILE
  each N NAME          looks NAME up N times, one after the other
  together N NAME      begins N lookups of NAME, then waits for all of them
A `#` in NAME stands for the number of the lookup, for `each` and `together`.
--time adds `MICROSECONDS us` to the line of each step";

/// Runs the program with the arguments of the command line.
pub fn main(interface: &impl Interface) {
    let mut words: Vec<String> = env::args().skip(1).collect();
    let timed = words.first().is_some_and(|word| word == "--time");
    words.drain(..usize::from(timed));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let steps = Steps { timed };
    match words[..] {
        ["addresses", ref names @ ..] => {
            for name in names {
                println!("name {name}");
                for line in lines(interface, name) {
                    println!("{line}");
                }
            }
        }
        ["drop", name] => steps.run("dropped 1", || drop(interface.begin(name))),
        ["flood", count, name, file] => {
            let count: u32 = count.parse().expect("a number");
            steps.run(&format!("dropped {count}"), || {
                // All are begun before the first is dropped.
                let begin = |number| interface.begin(&format!("{number}.{name}"));
                drop((0..count).map(begin).collect::<Vec<_>>());
            });
            let line = steps.run("looked up", || lines(interface, "localhost").join(" "));
            println!("localhost {line}");
            let bytes = steps.run("read", || fs::read(file).expect("a file"));
            println!("bytes {}", bytes.len());
        }
        ["each", count, name] => {
            let count: u32 = count.parse().expect("a number");
            let found = steps.run(&format!("looked up {count}"), || {
                let found = (0..count).map(|n| finish(interface, begin(interface, name, n)));
                found.filter(Result::is_ok).count()
            });
            println!("found {found}");
        }
        ["together", count, name] => {
            let count: u32 = count.parse().expect("a number");
            let found = steps.run(&format!("looked up {count}"), || {
                let begun: Vec<_> = (0..count).map(|n| begin(interface, name, n)).collect();
                let found = begun.into_iter().map(|begun| finish(interface, begun));
                found.filter(Result::is_ok).count()
            });
            println!("found {found}");
        }
        _ => panic!("{USAGE}"),
    }
}

/// Begins the lookup with this number.
fn begin<I: Interface>(interface: &I, name: &str, number: u32) -> Result<I::Stream, String> {
    match name.split_once('#') {
        Some((before, after)) => interface.begin(&format!("{before}{number}{after}")),
        None => interface.begin(name),
    }
}

/// Prints a line after each step.
struct Steps {
    timed: bool,
}

impl Steps {
    fn run<T>(&self, what: &str, step: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = step();
        let took = start.elapsed().as_micros();
        if self.timed {
            println!("{what}: {took} us");
        } else {
            println!("{what}");
        }
        result
    }
}

/// Each address as `found ADDRESS`, or the error as `error CODE`.
fn lines(interface: &impl Interface, name: &str) -> Vec<String> {
    match finish(interface, interface.begin(name)) {
        Ok(found) => found.iter().map(|found| format!("found {found}")).collect(),
        Err(code) => vec![format!("error {code}")],
    }
}

fn finish<I: Interface>(
    interface: &I,
    begun: Result<I::Stream, String>,
) -> Result<Vec<IpAddr>, String> {
    let stream = begun?;
    let mut found = Vec::new();
    while let Some(address) = interface.next(&stream)? {
        found.push(address);
    }
    Ok(found)
}

/// A program with the interface in a directory of WIT files.
#[macro_export]
macro_rules! lookups {
    ($path:tt) => {
        #[allow(missing_docs, unreachable_pub, reason = "wit-bindgen's output")]
        mod bindings {
            ::wit_bindgen::generate!({ path: $path, generate_all });
        }

        use bindings::wasi::sockets::instance_network::instance_network;
        use bindings::wasi::sockets::ip_name_lookup::{ResolveAddressStream, resolve_addresses};
        use bindings::wasi::sockets::network::{ErrorCode, IpAddress, Network};

        struct Wasi(Network);

        impl $crate::lookups::Interface for Wasi {
            type Stream = ResolveAddressStream;

            fn begin(&self, name: &str) -> Result<ResolveAddressStream, String> {
                resolve_addresses(&self.0, name).map_err(|code| code.name().to_owned())
            }

            fn next(
                &self,
                stream: &ResolveAddressStream,
            ) -> Result<Option<::std::net::IpAddr>, String> {
                loop {
                    match stream.resolve_next_address() {
                        Err(ErrorCode::WouldBlock) => stream.subscribe().block(),
                        Err(code) => return Err(code.name().to_owned()),
                        Ok(None) => return Ok(None),
                        Ok(Some(IpAddress::Ipv4((a, b, c, d)))) => {
                            return Ok(Some([a, b, c, d].into()));
                        }
                        Ok(Some(IpAddress::Ipv6((a, b, c, d, e, f, g, h)))) => {
                            return Ok(Some([a, b, c, d, e, f, g, h].into()));
                        }
                    }
                }
            }
        }

        fn main() {
            $crate::lookups::main(&Wasi(instance_network()));
        }
    };
}
