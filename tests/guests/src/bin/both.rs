//! Winsock's lookups and WASI's own at once: neither ends the other's.

use std::net::IpAddr;

use wasip2::sockets::instance_network::instance_network;
use wasip2::sockets::ip_name_lookup::{ResolveAddressStream, resolve_addresses};
use wasip2::sockets::network::{ErrorCode, IpAddress, Network};
use winsock_async_guest::*;
use winsock_async_test_guests::*;

/// The addresses of a lookup of WASI's.
fn found(stream: &ResolveAddressStream) -> Result<Vec<IpAddr>, ErrorCode> {
    let mut found = Vec::new();
    loop {
        match stream.resolve_next_address() {
            Ok(Some(IpAddress::Ipv4((a, b, c, d)))) => found.push([a, b, c, d].into()),
            Ok(Some(IpAddress::Ipv6(address))) => panic!("an IPv6 address: {address:?}"),
            Ok(None) => return Ok(found),
            Err(ErrorCode::WouldBlock) => stream.subscribe().block(),
            Err(code) => return Err(code),
        }
    }
}

fn look_up(network: &Network, name: &str) -> Result<Vec<IpAddr>, ErrorCode> {
    found(&resolve_addresses(network, name)?)
}

fn addresses(last: &[u8]) -> Vec<IpAddr> {
    last.iter().map(|last| [192, 0, 2, *last].into()).collect()
}

fn main() {
    let network = instance_network();
    let begin = |name| resolve_addresses(&network, name).unwrap();

    // S-W1: WASI's lookups need no start-up.
    assert_eq!(look_up(&network, "known.test"), Ok(addresses(&[3])));
    let never = begin("never.test");

    let (winsock, window) = start();
    let slow = begin("slow.test");
    let ask = |name: &str| wsa_async_get_host_by_name(window.hwnd(), DONE, name).unwrap();
    let request = ask("quick.test");
    assert!(outcome(&window, request).is_ok());
    // S-W1: the two lookups that are in flight are not Winsock's: no message can come.
    nothing_left(&window);

    // Winsock waits for its own answer while WASI's arrives, and the other way round.
    let request = ask("slow.test");
    assert_eq!(look_up(&network, "quick.test"), Ok(addresses(&[1, 2])));
    assert!(outcome(&window, request).is_ok());

    // S-W1: clean-up ends Winsock's requests and no lookup of WASI's.
    ask("never.test");
    let quick = begin("quick.test");
    winsock.cleanup().unwrap();
    nothing_left(&window);
    assert_eq!(found(&slow), Ok(addresses(&[5])));
    assert_eq!(found(&quick), Ok(addresses(&[1, 2])));
    assert_eq!(look_up(&network, "quick.test"), Ok(addresses(&[1, 2])));
    let would_block = never.resolve_next_address();
    assert!(matches!(would_block, Err(ErrorCode::WouldBlock)));
    assert!(!never.subscribe().ready());

    // S-W2
    for (name, code) in [
        ("nobody.test", ErrorCode::NameUnresolvable),
        ("empty.test", ErrorCode::NameUnresolvable),
        ("again.test", ErrorCode::TemporaryResolverFailure),
        ("broken.test", ErrorCode::PermanentResolverFailure),
        ("denied.example", ErrorCode::AccessDenied),
        ("", ErrorCode::InvalidArgument),
    ] {
        assert_eq!(look_up(&network, name), Err(code), "{name:?}");
    }

    // S-W3: a drop cancels. `tests/host` fails if a lookup is left.
    drop(never);

    // Winsock starts again.
    let again = Winsock::startup(makeword(2, 2)).unwrap();
    assert_eq!(host(&window, "quick.test").unwrap().name, "quick.test");
    drop(again);

    // S-S7: the host must end this lookup after the program.
    std::mem::forget(begin("never.test"));
}
