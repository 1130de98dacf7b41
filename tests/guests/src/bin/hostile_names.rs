//! At least ten thousand requests for invalid names of 64 KiB begin, and as many are refused
//! (S-R2).

use winsock_async_test_guests::raw::completions::take;
use winsock_async_test_guests::raw::lifecycle::{cleanup, startup};
use winsock_async_test_guests::raw::requests::async_request;
use winsock_async_test_guests::raw::types::*;

const COUNT: usize = 10_000;

fn main() {
    startup().unwrap();
    let name = vec![b'a'; 64 << 10];
    let queries = [
        Query::HostByName(name.clone()),
        Query::HostByAddress(AddressQuery {
            address: name.clone(),
            family: 2,
        }),
        Query::ServiceByName(ServiceNameQuery {
            name: name.clone(),
            protocol: Some(name.clone()),
        }),
        Query::ServiceByPort(ServicePortQuery {
            port: 80,
            protocol: Some(name.clone()),
        }),
        Query::ProtocolByName(name),
    ];
    let errors = [
        ErrorCode::HostNotFound,
        ErrorCode::InvalidArgument,
        ErrorCode::NoData,
        ErrorCode::NoData,
        ErrorCode::NoData,
    ];
    let (mut begun, mut refused) = (0, 0);
    while begun < COUNT || refused < COUNT {
        let mut outstanding = 0;
        for (tag, query) in queries.iter().enumerate().cycle() {
            match async_request(query, tag as u64) {
                Ok(_) => (begun, outstanding) = (begun + 1, outstanding + 1),
                Err(error) => {
                    assert_eq!(error, ErrorCode::WouldBlock);
                    refused += 1;
                    // The guest goes on after a refusal while fewer were refused than began, up to
                    // 10,000.
                    if refused >= begun.min(COUNT) {
                        break;
                    }
                }
            }
        }
        let taken = take(u32::MAX);
        assert_eq!(taken.len(), outstanding);
        for completion in taken {
            let error = errors[completion.tag as usize];
            assert_eq!(completion.outcome.err(), Some(error));
        }
    }
    cleanup().unwrap();
}
