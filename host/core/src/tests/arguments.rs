//! Arguments, valid and not.

use fastrand::Rng;
use winsock_async_engine::{AddressFamily, IpAddress, NameQuery, Query};

use super::fake::{Fake, PAGE};
use super::reference::Wit;
use super::values;
use crate::lift::{self, FlatQuery};
use crate::memory::Memory;
use crate::{Error, Import, MAX_ARGUMENT_BYTES, Trap, Value};

fn lifted(guest: &mut Fake, flat: FlatQuery) -> Result<Query, Trap> {
    let mut memory = Memory::begin(guest).unwrap();
    lift::query(&mut memory, flat).map_err(|error| match error {
        Error::Trap(trap) => trap,
        other => panic!("{other:?}"),
    })
}

#[test]
fn queries_are_those_that_the_canonical_abi_lowers() {
    let wit = Wit::read();
    let query_type = wit.function("async-request").params[0].ty;
    let mut random = Rng::with_seed(1);
    for i in 0..4000 {
        let query = values::any_query(&mut random, i % 8);
        let (mut guest, mut flat) = (Fake::new(), Vec::new());
        wit.flatten(
            &values::of_query(&query),
            &query_type,
            &mut guest,
            &mut flat,
        );
        let [case, a, b, c, d, e] = flat[..] else {
            panic!("{flat:?}");
        };
        let flat = (
            case as i32,
            a as i32,
            b as i64,
            c as i64,
            d as i32,
            e as i32,
        );
        assert_eq!(lifted(&mut guest, flat), Ok(query));
    }
}

#[test]
fn values_wider_than_their_fields_are_cut() {
    let mut guest = Fake::new();
    guest.put(16, b"abc");
    // The upper half of a slot that is wider than its field does not count.
    let high = 5 << 32;
    let name = lifted(&mut guest, (6, 16, high | 3, high | 1, 1, 9));
    let expected = NameQuery {
        name: (*b"abc").into(),
        family: Some(AddressFamily::Ipv6),
    };
    assert_eq!(name, Ok(Query::Addresses(expected)));
    let address = lifted(&mut guest, (7, 0, high | 7, 8, 0, 0));
    assert_eq!(address, Ok(Query::NameOf(IpAddress::Ipv4(7))));
    let Ok(Query::ServiceByPort(service)) = lifted(&mut guest, (3, 0x1_0050, 0, 0, 0, 0)) else {
        panic!("no service");
    };
    assert_eq!(service.port, 80);
}

#[test]
fn numbers_of_no_case_trap() {
    let mut guest = Fake::new();
    let no_case = |kind, number| Err(Trap::NoSuchCase { kind, number });
    for number in [8, 255, 256, u32::MAX] {
        let query = lifted(&mut guest, (number as i32, 0, 0, 0, 0, 0));
        assert_eq!(query, no_case("query", number));
        let address = lifted(&mut guest, (7, number as i32, 0, 0, 0, 0));
        assert_eq!(address, no_case("ip-address", number));
        let protocol = lifted(&mut guest, (2, 0, 0, number.into(), 0, 0));
        assert_eq!(protocol, no_case("option", number));
        let protocol = lifted(&mut guest, (3, 0, number.into(), 0, 0, 0));
        assert_eq!(protocol, no_case("option", number));
        let family = lifted(&mut guest, (6, 0, 0, number.into(), 0, 0));
        assert_eq!(family, no_case("option", number));
        let family = lifted(&mut guest, (6, 0, 0, 1, number as i32, 0));
        assert_eq!(family, no_case("address-family", number));
        let timeout = guest.traps(Import::Wait, &[Value::I32(number as i32), Value::I64(0)]);
        assert_eq!(Err(timeout), no_case("option", number));
    }
    assert_eq!(
        lifted(&mut guest, (7, 2, 0, 0, 0, 0)),
        no_case("ip-address", 2)
    );
}

#[test]
fn bytes_up_to_the_end_of_memory_are_read_and_one_more_traps() {
    let mut guest = Fake::new();
    let end = 2 * PAGE;
    guest.put(end - 2, b"ab");
    let name = |address: u32, bytes: u32| (0, address as i32, bytes.into(), 0, 0, 0);
    assert_eq!(
        lifted(&mut guest, name(end - 2, 2)),
        Ok(Query::HostByName((*b"ab").into()))
    );
    let empty = Ok(Query::HostByName([].into()));
    assert_eq!(lifted(&mut guest, name(end, 0)), empty);
    for (address, bytes) in [
        (end - 2, 3),
        (end, 1),
        (end + 1, 0),
        (u32::MAX, 0),
        (u32::MAX, u32::MAX),
        (0, u32::MAX),
        (end - 1, u32::MAX - end + 2),
    ] {
        let out = Trap::OutOfBounds {
            address,
            bytes: bytes.into(),
        };
        assert_eq!(lifted(&mut guest, name(address, bytes)), Err(out));
    }
    // Each list of bytes of each query.
    let (out, many) = (end as i32 + 1, 1);
    for flat in [
        (1, out, many, 2, 0, 0),
        (2, out, many, 0, 0, 0),
        (2, 0, 0, 1, out, many as i32),
        (3, 80, 1, out.into(), many as i32, 0),
        (4, out, many, 0, 0, 0),
        (6, out, many, 0, 0, 0),
    ] {
        let trap = lifted(&mut guest, flat);
        assert!(
            matches!(trap, Err(Trap::OutOfBounds { .. })),
            "{flat:?}: {trap:?}"
        );
    }
}

#[test]
fn an_address_of_no_protocol_does_not_count() {
    let mut guest = Fake::new();
    assert!(lifted(&mut guest, (2, 0, 0, 0, -1, -1)).is_ok());
    assert!(lifted(&mut guest, (3, 0, 0, -1, -1, -1)).is_ok());
}

#[test]
fn an_argument_over_the_limit_traps_before_it_is_copied() {
    let mut guest = Fake::new();
    let bytes = MAX_ARGUMENT_BYTES + 1;
    guest.memory.resize(bytes as usize + 1, 0);
    let trap = lifted(&mut guest, (0, 1, bytes.into(), 0, 0, 0));
    assert_eq!(trap, Err(Trap::LongArgument { bytes }));
    assert_eq!(guest.copied, 0);
    let most = lifted(&mut guest, (0, 1, MAX_ARGUMENT_BYTES.into(), 0, 0, 0));
    assert!(matches!(most, Ok(Query::HostByName(name)) if name.len() == 1 << 27));
}
