//! Looks names up with WASI 0.3. The host calls `wasi:cli/run@0.3.0`: `main`, which 0.2 calls, may
//! not wait for an async function.

fn main() {
    panic!("call the export run of wasi:cli/run@0.3.0");
}

#[cfg(target_os = "wasi")]
mod program {
    use std::env;
    use std::fs;
    use std::future::{Future, ready};
    use std::net::{IpAddr, ToSocketAddrs};
    use std::pin::Pin;

    use futures_util::future::{Either, join_all, maybe_done, select};

    use self::bindings::exports::wasi::cli::run::Guest;
    use self::bindings::wasi::sockets::ip_name_lookup::{ErrorCode, resolve_addresses};
    use self::bindings::wasi::sockets::types::IpAddress;

    #[allow(missing_docs, unreachable_pub, reason = "wit-bindgen's output")]
    mod bindings {
        wit_bindgen::generate!({ path: "wit/0.3.0", generate_all });
        export!(Program with_types_in self);
        use super::Program;
    }

    /// The arguments. The first commands are those of `lookups_0_2_0`.
    const USAGE: &str = "\
usage: lookups_0_3_0 COMMAND
  addresses NAME...    looks all names up at the same time, and prints them in this order
  drop NAME [OTHER]    begins a lookup, drops it before its answer, and looks OTHER up
  flood N NAME FILE    begins and drops N lookups of names under NAME, looks `localhost` up, and
                       reads FILE
  together N NAME      begins N lookups of NAME, then waits for all of them
  orders N NAME        begins N lookups of NAME and drops them, in each order of N
  beside NAME OTHER    looks OTHER up with 0.2 while a lookup of NAME is under way, then again";

    struct Program;

    impl Guest for Program {
        async fn run() -> Result<(), ()> {
            let words: Vec<String> = env::args().skip(1).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            match words[..] {
                ["addresses", ref names @ ..] => {
                    for lines in join_all(names.iter().map(|name| lines(name))).await {
                        println!("{}", lines.join("\n"));
                    }
                }
                ["drop", name, ref others @ ..] => {
                    drop(begin(name).await);
                    println!("dropped 1");
                    for other in others {
                        println!("{}", lines(other).await.join("\n"));
                    }
                }
                ["flood", count, name, file] => {
                    let mut begun = Vec::new();
                    for number in 0..parsed(count) {
                        begun.push(begin(&format!("{number}.{name}")).await);
                    }
                    drop(begun);
                    println!("dropped {count}");
                    let found = lines("localhost").await;
                    println!("looked up\nlocalhost {}", found[1..].join(" "));
                    let bytes = fs::read(file).expect("a file");
                    println!("read\nbytes {}", bytes.len());
                }
                ["together", count, name] => {
                    let lookup = |_| Box::pin(maybe_done(resolve_addresses(name.into())));
                    let mut lookups: Vec<_> = (0..parsed(count)).map(lookup).collect();
                    for lookup in &mut lookups {
                        // Polls the lookup once.
                        select(lookup.as_mut(), ready(())).await;
                    }
                    join_all(lookups.iter_mut().map(|lookup| lookup.as_mut())).await;
                    let found = lookups
                        .iter_mut()
                        .map(|lookup| lookup.as_mut().take_output());
                    let found = found.filter(|found| matches!(found, Some(Ok(_)))).count();
                    println!("looked up {count}\nfound {found}");
                }
                ["orders", count, name] => {
                    let orders = orders(parsed(count));
                    for order in &orders {
                        let mut begun = Vec::new();
                        for _ in order {
                            begun.push(Some(begin(name).await));
                        }
                        order.iter().for_each(|place| drop(begun[*place].take()));
                    }
                    println!("dropped in {} orders", orders.len());
                }
                ["beside", name, other] => {
                    let begun = begin(name).await;
                    println!("beside {}", by_std(other));
                    drop(begun);
                    println!("after {}", by_std(other));
                }
                _ => panic!("{USAGE}"),
            }
            Ok(())
        }
    }

    fn parsed(count: &str) -> usize {
        count.parse().expect("a number")
    }

    type Begun = Pin<Box<dyn Future<Output = Result<Vec<IpAddress>, ErrorCode>>>>;

    /// Begins a lookup, which must not be answered at once.
    async fn begin(name: &str) -> Begun {
        let lookup: Begun = Box::pin(resolve_addresses(name.to_owned()));
        // A future that is ready at once ends the choice after one poll of the lookup.
        match select(lookup, ready(())).await {
            Either::Left((ended, _)) => panic!("{name} has ended: {ended:?}"),
            Either::Right(((), lookup)) => lookup,
        }
    }

    /// Each order of the numbers below `count`.
    fn orders(count: usize) -> Vec<Vec<usize>> {
        let Some(last) = count.checked_sub(1) else {
            return vec![vec![]];
        };
        let shorter = orders(last);
        let with_last = |at: usize| {
            shorter.iter().map(move |order| {
                let mut order = order.clone();
                order.insert(at, last);
                order
            })
        };
        (0..count).flat_map(with_last).collect()
    }

    /// The first address that the standard library finds, with 0.2.
    fn by_std(name: &str) -> String {
        match (name, 0).to_socket_addrs() {
            Ok(mut found) => format!("found {}", found.next().expect("an address").ip()),
            Err(error) => format!("error {error}"),
        }
    }

    async fn lines(name: &str) -> Vec<String> {
        let mut lines = vec![format!("name {name}")];
        match resolve_addresses(name.to_owned()).await {
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
