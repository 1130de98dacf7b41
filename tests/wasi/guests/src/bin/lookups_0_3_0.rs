//! Looks names up with WASI 0.3. The host calls `wasi:cli/run@0.3.0`: `main`, which 0.2 calls, may
//! not wait for an async function.
//!
//! `addresses NAME...` looks all names up at the same time, and prints them in this order.
//! `drop NAME` begins a lookup, and drops it before its answer.

fn main() {
    panic!("call the export run of wasi:cli/run@0.3.0");
}

#[cfg(target_os = "wasi")]
mod program {
    use std::env;
    use std::future::ready;
    use std::net::IpAddr;

    use futures_util::future::{Either, join_all, select};

    use self::bindings::exports::wasi::cli::run::Guest;
    use self::bindings::wasi::sockets::ip_name_lookup::{ErrorCode, resolve_addresses};
    use self::bindings::wasi::sockets::types::IpAddress;

    #[allow(missing_docs, unreachable_pub, reason = "wit-bindgen's output")]
    mod bindings {
        wit_bindgen::generate!({ path: "wit/0.3.0", generate_all });
        export!(Program with_types_in self);
        use super::Program;
    }

    struct Program;

    impl Guest for Program {
        async fn run() -> Result<(), ()> {
            let words: Vec<String> = env::args().skip(1).collect();
            match words.split_first() {
                Some((command, names)) if command == "addresses" => {
                    for lines in join_all(names.iter().map(lines)).await {
                        println!("{}", lines.join("\n"));
                    }
                }
                Some((command, [name])) if command == "drop" => {
                    let lookup = Box::pin(resolve_addresses(name.clone()));
                    // A future that is ready at once ends the choice after one poll of the lookup.
                    let ended = select(lookup, ready(())).await;
                    println!("pending {}", matches!(ended, Either::Right(_)));
                    drop(ended);
                    println!("dropped 1");
                }
                _ => panic!("usage: lookups_0_3_0 addresses NAME... | drop NAME"),
            }
            Ok(())
        }
    }

    async fn lines(name: &String) -> Vec<String> {
        let mut lines = vec![format!("name {name}")];
        match resolve_addresses(name.clone()).await {
            Ok(found) => lines.extend(found.iter().map(|found| format!("found {}", shown(found)))),
            Err(code) => lines.push(format!("error {}", self::code(code))),
        }
        lines
    }

    fn shown(address: &IpAddress) -> IpAddr {
        match *address {
            IpAddress::Ipv4((a, b, c, d)) => [a, b, c, d].into(),
            IpAddress::Ipv6((a, b, c, d, e, f, g, h)) => [a, b, c, d, e, f, g, h].into(),
        }
    }

    /// The names that the enumeration of 0.2 has for these codes.
    fn code(code: ErrorCode) -> &'static str {
        match code {
            ErrorCode::AccessDenied => "access-denied",
            ErrorCode::InvalidArgument => "invalid-argument",
            ErrorCode::NameUnresolvable => "name-unresolvable",
            ErrorCode::TemporaryResolverFailure => "temporary-resolver-failure",
            ErrorCode::PermanentResolverFailure => "permanent-resolver-failure",
            ErrorCode::Other(_) => "other",
        }
    }
}
