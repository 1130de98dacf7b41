//! Names of 64 KiB by the ten thousand, outstanding and refused (S-R2): none is one that anything can have.

use winsock_async_test_guests::raw::completions::take;
use winsock_async_test_guests::raw::lifecycle::{cleanup, startup};
use winsock_async_test_guests::raw::requests::async_request;
use winsock_async_test_guests::raw::types::*;

const SO_MANY: usize = 10_000;

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
    while begun < SO_MANY || refused < SO_MANY {
        let mut outstanding = 0;
        for (tag, query) in queries.iter().enumerate().cycle() {
            match async_request(query, tag as u64) {
                Ok(_) => (begun, outstanding) = (begun + 1, outstanding + 1),
                Err(error) => {
                    assert_eq!(error, ErrorCode::WouldBlock);
                    refused += 1;
                    // It asks on for a while when there is no room.
                    if refused >= begun.min(SO_MANY) {
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
