//! Requests with every argument at its limits, and unbalanced calls: each has its result, and none
//! traps.

use winsock_async_test_guests::raw::completions::{take, wait};
use winsock_async_test_guests::raw::lifecycle::{cleanup, startup};
use winsock_async_test_guests::raw::readiness::subscribe;
use winsock_async_test_guests::raw::requests::{async_request, cancel};
use winsock_async_test_guests::raw::types::*;

/// The limit of outstanding requests that the host of the tests sets.
const OUTSTANDING: usize = 100;
const AF_INET: i32 = 2;

fn main() {
    out_of_balance();
    names();
    addresses();
    ports();
    protocol_numbers();
    completions_at_their_limits();
    past_the_limit();
}

/// S-S3, S-S5
fn out_of_balance() {
    let unbalanced = || {
        for _ in 0..10_000 {
            assert_eq!(cleanup(), Err(ErrorCode::NotInitialised));
        }
        for query in one_of_each() {
            let tags = [0, u64::MAX];
            let begun = tags.map(|tag| async_request(&query, tag));
            assert_eq!(begun, [Err(ErrorCode::NotInitialised); 2]);
        }
        for handle in [0, 1, u64::MAX] {
            assert_eq!(cancel(handle), Err(ErrorCode::NotInitialised));
        }
        assert!(take(0).is_empty() && take(u32::MAX).is_empty());
        assert!(!wait(None) && !wait(Some(0)) && !wait(Some(u64::MAX)));
        assert!(!subscribe().ready());
    };
    unbalanced();
    for _ in 0..100_000 {
        assert_eq!(startup(), Ok(()));
    }
    for _ in 1..100_000 {
        assert_eq!(cleanup(), Ok(()));
    }
    assert!(ask(host(b"quick.test")).is_ok(), "one start-up is left");
    assert_eq!(cleanup(), Ok(()));
    unbalanced();
    assert_eq!(startup(), Ok(()));
}

/// S-R4, S-R13, S-R15, S-R16
fn names() {
    let label = "a".repeat(63);
    let of_253 = format!("{label}.{label}.{label}.{}.test", "b".repeat(56));
    let cases: [(&[u8], ErrorCode); 12] = [
        (b"\0", ErrorCode::HostNotFound),
        (b"quick.test\0", ErrorCode::HostNotFound),
        (b"\xff", ErrorCode::HostNotFound),
        (b"quick\xc3.test", ErrorCode::HostNotFound),
        (b"\xed\xa0\x80.test", ErrorCode::HostNotFound),
        (b".", ErrorCode::HostNotFound),
        (b"..test", ErrorCode::HostNotFound),
        // A resolver is asked for the longest valid name, but not for a name with one byte more.
        (of_253.as_bytes(), ErrorCode::HostNotFound),
        (b"a.invalid", ErrorCode::AccessDenied),
        (b"255.255.255.255", ErrorCode::AccessDenied),
        (b"256.256.256.256", ErrorCode::NoData),
        (b"::", ErrorCode::NoData),
    ];
    for (name, error) in cases {
        assert_eq!(ask(host(name)).err(), Some(error), "{name:?}");
        no_such_service_or_protocol(name);
    }
    for length in [254, 255, 256, 64 << 10, 1 << 20] {
        for byte in [0, b'a', b'.', 0x80, 0xff] {
            let name = vec![byte; length];
            let unknown = Some(ErrorCode::HostNotFound);
            assert_eq!(ask(host(&name)).err(), unknown, "{length} times {byte}");
            no_such_service_or_protocol(&name);
        }
    }
    // An empty name is that of the host's machine, and of no service or protocol.
    let Ok(Answer::Host(own)) = ask(host(b"")) else {
        panic!("the host has a name");
    };
    assert_eq!(own.name, "quick.test");
    no_such_service_or_protocol(b"");
}

/// S-R12
fn no_such_service_or_protocol(name: &[u8]) {
    let protocols = [
        None,
        Some(b"tcp".to_vec()),
        Some(vec![]),
        Some(name.to_vec()),
    ];
    for protocol in protocols {
        let name = name.to_vec();
        let query = Query::ServiceByName(ServiceNameQuery { name, protocol });
        assert_eq!(ask(query).err(), Some(ErrorCode::NoData));
    }
    let by_name = Query::ProtocolByName(name.to_vec());
    assert_eq!(ask(by_name).err(), Some(ErrorCode::NoData));
    if !name.is_empty() {
        let (port, protocol) = (80, Some(name.to_vec()));
        let by_port = Query::ServiceByPort(ServicePortQuery { port, protocol });
        assert_eq!(ask(by_port).err(), Some(ErrorCode::NoData));
    }
}

/// S-R14
fn addresses() {
    let families = [
        i32::MIN,
        -1,
        0,
        1,
        AF_INET,
        3,
        10,
        23,
        258,
        65_538,
        i32::MAX,
    ];
    for family in families {
        for length in 0..=17 {
            let address = vec![255; length];
            let error = match (family, length) {
                (AF_INET, 4) => ErrorCode::AccessDenied,
                _ => ErrorCode::InvalidArgument,
            };
            let answer = ask(by_address(&address, family));
            assert_eq!(answer.err(), Some(error), "{family}, {length}");
        }
        let long = ask(by_address(&vec![192; 1 << 20], family));
        assert_eq!(long.err(), Some(ErrorCode::InvalidArgument));
    }
    assert!(ask(by_address(&[192, 0, 2, 1], AF_INET)).is_ok());
    let unknown = ask(by_address(&[192, 0, 2, 255], AF_INET));
    assert_eq!(unknown.err(), Some(ErrorCode::HostNotFound));
}

/// S-R12
fn ports() {
    let mut found = 0;
    for port in 0..=u16::MAX {
        for protocol in [None, Some("UDP")] {
            let query = Query::ServiceByPort(ServicePortQuery {
                port,
                protocol: protocol.map(Into::into),
            });
            match ask(query) {
                Ok(Answer::Service(entry)) => {
                    assert_eq!(entry.port, port);
                    assert!(protocol.is_none() || entry.protocol == "udp");
                    found += 1;
                }
                other => assert_eq!(other.err(), Some(ErrorCode::NoData), "{port}"),
            }
        }
    }
    assert!(found > 100, "{found}");
}

/// S-R11, S-R12
fn protocol_numbers() {
    let mut found = 0;
    for number in -256..=65_792 {
        match ask(Query::ProtocolByNumber(number)) {
            Ok(Answer::Protocol(entry)) => {
                assert_eq!(entry.number, number);
                found += 1;
            }
            other => assert_eq!(other.err(), Some(ErrorCode::NoData), "{number}"),
        }
    }
    assert!((20..=256).contains(&found), "{found}");
    for number in [i32::MIN, i32::MIN + 6, 1 << 30, i32::MAX] {
        let answer = ask(Query::ProtocolByNumber(number));
        assert_eq!(answer.err(), Some(ErrorCode::NoData));
    }
}

fn completions_at_their_limits() {
    // Nothing is outstanding.
    for timeout in [None, Some(0), Some(1), Some(u64::MAX)] {
        assert!(!wait(timeout));
    }
    // A completion comes soon, with the longest time-out or none.
    for timeout in [Some(u64::MAX), Some(u64::MAX / 2), None] {
        for tag in [0, u64::MAX] {
            let handle = async_request(&host(b"quick.test"), tag).unwrap();
            assert!(wait(timeout));
            assert!(wait(Some(0)) && wait(None), "the completion was not taken");
            assert!(take(0).is_empty());
            let taken = take(1);
            // S-R6
            assert_eq!(
                (taken.len(), taken[0].handle, taken[0].tag),
                (1, handle, tag)
            );
            assert!(take(u32::MAX).is_empty());
        }
    }
    // No completion comes, with a time-out of 0 or of 1 ns.
    let never = async_request(&host(b"never.test"), 0).unwrap();
    assert!(!wait(Some(0)) && !wait(Some(1)));
    assert!(take(0).is_empty() && take(1).is_empty() && take(u32::MAX).is_empty());
    assert_eq!(cancel(never), Ok(()));
    assert!(!wait(None));
}

/// S-R2
fn past_the_limit() {
    for tag in 0..OUTSTANDING as u64 {
        async_request(&host(b"known.test"), tag).unwrap();
    }
    for query in one_of_each() {
        for _ in 0..1000 {
            assert_eq!(async_request(&query, 0), Err(ErrorCode::WouldBlock));
        }
    }
    let big = host(&vec![b'a'; 1 << 20]);
    assert_eq!(async_request(&big, 0), Err(ErrorCode::WouldBlock));
    assert_eq!(take(1).len(), 1);
    let last = async_request(&host(b"known.test"), u64::MAX).unwrap();
    assert_eq!(async_request(&big, 0), Err(ErrorCode::WouldBlock));
    // S-S4: the last clean-up ends all requests, and the same calls work again.
    assert_eq!(cleanup(), Ok(()));
    assert!(take(u32::MAX).is_empty() && !wait(None));
    assert_eq!(startup(), Ok(()));
    assert_eq!(cancel(last), Err(ErrorCode::InvalidArgument));
    for query in one_of_each() {
        assert!(ask(query).is_ok());
    }
    assert_eq!(cleanup(), Ok(()));
}

/// Makes a request, waits for its completion, and returns its outcome. S-R6: it has exactly one.
fn ask(query: Query) -> Result<Answer, ErrorCode> {
    let handle = async_request(&query, u64::MAX).expect("a request");
    assert!(wait(None));
    let mut taken = take(u32::MAX);
    assert_eq!(
        (taken.len(), taken[0].handle, taken[0].tag),
        (1, handle, u64::MAX)
    );
    assert!(!wait(None));
    taken.remove(0).outcome
}

fn host(name: &[u8]) -> Query {
    Query::HostByName(name.into())
}

fn by_address(address: &[u8], family: i32) -> Query {
    let address = address.into();
    Query::HostByAddress(AddressQuery { address, family })
}

/// A query of each kind. Each has an answer.
fn one_of_each() -> [Query; 6] {
    let (port, protocol) = (80, Some(b"tcp".to_vec()));
    [
        host(b"quick.test"),
        by_address(&[192, 0, 2, 1], AF_INET),
        Query::ServiceByName(ServiceNameQuery {
            name: b"http".into(),
            protocol: None,
        }),
        Query::ServiceByPort(ServicePortQuery { port, protocol }),
        Query::ProtocolByName(b"udp".into()),
        Query::ProtocolByNumber(6),
    ]
}
