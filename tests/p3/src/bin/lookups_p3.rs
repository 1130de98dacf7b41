//! Looks names up by `winsock:async-lookup-p3/lookups`, and beside it by `winsock:async-lookup`.
//! The host calls `wasi:cli/run@0.3.0`: `main`, which 0.2 calls, may not wait for an async
//! function.

fn main() {
    panic!("call the export run of wasi:cli/run@0.3.0");
}

#[cfg(target_os = "wasi")]
mod program {
    use std::env;
    use std::future::{Future, ready};
    use std::mem;
    use std::net::Ipv4Addr;
    use std::pin::Pin;

    use futures_util::future::{Either, join_all, maybe_done, select};

    use self::bindings::exports::wasi::cli0_3_0::run::Guest;
    use self::bindings::winsock::async_lookup::types::{
        AddressQuery, Answer, ErrorCode, IpAddress, NameQuery, Query, ServiceNameQuery,
        ServicePortQuery,
    };
    use self::bindings::winsock::async_lookup::{completions, lifecycle, requests};
    use self::bindings::winsock::async_lookup_p3::lookups::lookup;

    #[allow(missing_docs, unreachable_pub, reason = "wit-bindgen's output")]
    mod bindings {
        wit_bindgen::generate!({
            path: ["../../wit", "../../wit/p3", "wit"],
            world: "test:p3/lookups",
            generate_all,
        });
        export!(Program with_types_in self);
        use super::Program;
    }

    const USAGE: &str = "\
usage: lookups_p3 COMMAND
  kinds                asks a question of each kind at the same time
  hosts NAME...        looks all names up at the same time, and prints them in this order
  drop NAME [OTHER]    begins a lookup, drops it before its answer, and looks OTHER up
  together N NAME      begins N lookups of NAME, then waits for all of them
  orders N NAME        begins N lookups of NAME and drops them, in each order of N
  trap NAME            traps while a lookup of NAME is under way
  return NAME          returns while a lookup of NAME is under way
  both NAME OTHER      looks NAME up beside a request for OTHER, each of which answers the other
  never NAME           uses the other interface while a lookup of NAME is under way";

    struct Program;

    impl Guest for Program {
        async fn run() -> Result<(), ()> {
            let words: Vec<String> = env::args().skip(1).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            match words[..] {
                ["kinds"] => {
                    let asked = kinds();
                    let begun = asked.iter().map(|(_, query)| lookup(query.clone()));
                    for (ended, (kind, _)) in join_all(begun).await.iter().zip(&asked) {
                        println!("{kind}: {}", shown(ended));
                    }
                }
                ["hosts", ref names @ ..] => {
                    let begun = names.iter().map(|name| lookup(host(name)));
                    for (ended, name) in join_all(begun).await.iter().zip(names) {
                        println!("{name}: {}", shown(ended));
                    }
                }
                ["drop", name, ref others @ ..] => {
                    drop(begin(name).await);
                    println!("dropped 1");
                    for other in others {
                        println!("{other}: {}", shown(&lookup(host(other)).await));
                    }
                }
                ["together", count, name] => {
                    let lookup = |_| Box::pin(maybe_done(lookup(host(name))));
                    let mut lookups: Vec<_> = (0..parsed(count)).map(lookup).collect();
                    for lookup in &mut lookups {
                        // Polls the lookup once.
                        select(lookup.as_mut(), ready(())).await;
                    }
                    join_all(lookups.iter_mut().map(|lookup| lookup.as_mut())).await;
                    let ended = lookups
                        .iter_mut()
                        .filter_map(|lookup| lookup.as_mut().take_output());
                    let (found, failed): (Vec<_>, Vec<_>) = ended.partition(Result::is_ok);
                    println!("found {}", found.len());
                    if let Some(code) = failed.first() {
                        println!("{} times {}", failed.len(), shown(code));
                    }
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
                ["trap", name] => {
                    let _begun = begin(name).await;
                    panic!("as it was asked to");
                }
                ["return", name] => {
                    // Dropped, it would be cancelled.
                    mem::forget(begin(name).await);
                }
                ["both", name, other] => both(name, other).await,
                ["never", name] => beside(name).await,
                _ => panic!("{USAGE}"),
            }
            Ok(())
        }
    }

    /// Begins a lookup before any start-up, then a request for `other`, whose beginning answers
    /// both.
    async fn both(name: &str, other: &str) {
        let refused = requests::async_request(&host(other), 1);
        assert_eq!(refused, Err(ErrorCode::NotInitialised));
        let lookup = begin(name).await;
        lifecycle::startup().expect("start-up");
        lifecycle::cleanup().expect("clean-up");
        lifecycle::startup().expect("start-up");
        let handle = requests::async_request(&host(other), 7).expect("a request");
        assert!(completions::wait(None), "the request is outstanding");
        let taken = completions::take(u32::MAX);
        for completion in &taken {
            assert_eq!((completion.handle, completion.tag), (handle, 7));
            println!("request: {}", shown(&completion.outcome));
        }
        assert_eq!(taken.len(), 1);
        assert!(!completions::wait(None), "nothing is outstanding");
        println!("lookup: {}", shown(&lookup.await));
        assert!(completions::take(u32::MAX).is_empty());
        assert_eq!(requests::cancel(handle), Err(ErrorCode::AlreadyCompleted));
        lifecycle::cleanup().expect("clean-up");
    }

    /// Nothing of the other interface sees or ends a lookup that is under way.
    async fn beside(name: &str) {
        let lookup = begin(name).await;
        lifecycle::startup().expect("start-up");
        assert!(!completions::wait(None), "no request is outstanding");
        assert!(completions::take(u32::MAX).is_empty());
        let handle = requests::async_request(&host(name), 7).expect("a request");
        assert!(!completions::wait(Some(0)));
        requests::cancel(handle).expect("it is pending");
        // The handle of the lookup differs in the lowest bits.
        for bits in 1..64 {
            let refused = requests::cancel(handle ^ bits);
            assert_eq!(refused, Err(ErrorCode::InvalidArgument));
        }
        lifecycle::cleanup().expect("clean-up");
        drop(lookup);
        println!("dropped 1");
    }

    fn host(name: &str) -> Query {
        Query::HostByName(name.into())
    }

    /// A question of each kind.
    fn kinds() -> [(&'static str, Query); 8] {
        let tcp = || Some(b"tcp".to_vec());
        [
            ("host", host("www.test")),
            (
                "address",
                Query::HostByAddress(AddressQuery {
                    address: vec![192, 0, 2, 1],
                    family: 2,
                }),
            ),
            (
                "service",
                Query::ServiceByName(ServiceNameQuery {
                    name: b"http".to_vec(),
                    protocol: tcp(),
                }),
            ),
            (
                "port",
                Query::ServiceByPort(ServicePortQuery {
                    port: 25,
                    protocol: tcp(),
                }),
            ),
            ("protocol", Query::ProtocolByName(b"udp".to_vec())),
            ("number", Query::ProtocolByNumber(6)),
            (
                "addresses",
                Query::Addresses(NameQuery {
                    name: b"www.test".to_vec(),
                    family: None,
                }),
            ),
            ("name", Query::NameOf(IpAddress::Ipv4(0xc000_0201))),
        ]
    }

    fn parsed(count: &str) -> usize {
        count.parse().expect("a number")
    }

    type Begun = Pin<Box<dyn Future<Output = Result<Answer, ErrorCode>>>>;

    /// Begins a lookup, which must not be answered at once.
    async fn begin(name: &str) -> Begun {
        let lookup: Begun = Box::pin(lookup(host(name)));
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

    fn shown(ended: &Result<Answer, ErrorCode>) -> String {
        match ended {
            Ok(Answer::Host(entry)) => {
                let addresses = entry.addresses.iter().map(|bits| ipv4(*bits));
                format!("{} at {}", entry.name, joined(addresses))
            }
            Ok(Answer::Service(entry)) => {
                format!("{} at {} by {}", entry.name, entry.port, entry.protocol)
            }
            Ok(Answer::Protocol(entry)) => format!("{} is {}", entry.name, entry.number),
            Ok(Answer::Addresses(list)) => {
                let addresses = list.addresses.iter().map(|address| match *address {
                    IpAddress::Ipv4(bits) => ipv4(bits),
                    IpAddress::Ipv6(halves) => format!("{halves:x?}"),
                });
                format!("at {}", joined(addresses))
            }
            Ok(Answer::Name(name)) => name.clone(),
            Err(code) => format!("error {}", code.name()),
        }
    }

    fn ipv4(bits: u32) -> String {
        Ipv4Addr::from_bits(bits).to_string()
    }

    fn joined(addresses: impl Iterator<Item = String>) -> String {
        addresses.collect::<Vec<_>>().join(" ")
    }
}
