//! Allocators that misbehave.

use super::fake::{Allocator, Failure, Fake, PAGE};
use crate::memory::Memory;
use crate::{Error, Import, Trap, Value};

const TAKE: [Value; 2] = [Value::I32(9), Value::I32(8)];

/// A guest that can take a completion.
fn with_completion(allocator: Allocator) -> Fake {
    let mut guest = Fake::started();
    let protocol = [5, 6].map(Value::I32);
    let [b, c] = [0; 2].map(Value::I64);
    let [d, e] = [0; 2].map(Value::I32);
    let request = [
        protocol[0],
        protocol[1],
        b,
        c,
        d,
        e,
        Value::I64(1),
        Value::I32(0),
    ];
    guest.call(Import::AsyncRequest, &request).unwrap();
    assert_eq!(guest.at(0), [0]);
    assert_eq!(guest.ctx.session().outstanding(), 1);
    guest.allocator = allocator;
    guest
}

#[test]
fn memory_that_grows_during_an_allocation_is_used() {
    let mut guest = with_completion(Allocator::Grows);
    guest.call(Import::Take, &TAKE).unwrap();
    assert_eq!(u32::from_le_bytes(guest.at(8)), 2 * PAGE);
    assert_eq!(u32::from_le_bytes(guest.at(12)), 1);
    // The tag of the completion.
    assert_eq!(u64::from_le_bytes(guest.at(2 * PAGE + 8)), 1);
}

#[test]
fn an_allocation_outside_memory_traps() {
    let end = 2 * PAGE;
    for address in [end - 48, end, u32::MAX - 7] {
        let mut guest = with_completion(Allocator::Returns(address));
        let out = Trap::OutOfBounds { address, bytes: 56 };
        assert_eq!(guest.traps(Import::Take, &TAKE), out);
    }
    // An empty list is an allocation too.
    let mut guest = Fake::started();
    guest.allocator = Allocator::Returns(end + 8);
    let out = Trap::OutOfBounds {
        address: end + 8,
        bytes: 0,
    };
    assert_eq!(guest.traps(Import::Take, &TAKE), out);
    guest.allocator = Allocator::Returns(end);
    assert_eq!(guest.call(Import::Take, &TAKE), Ok(None));
}

#[test]
fn a_result_that_no_memory_has_room_for_traps_before_the_allocator_is_called() {
    let mut guest = Fake::new();
    let mut memory = Memory::begin(&mut guest).unwrap();
    let allocated = memory.allocate(8, 1 << 32);
    assert_eq!(allocated, Err(Error::Trap(Trap::LongResult)));
    assert_eq!(guest.allocations, []);
}

#[test]
fn an_allocation_that_is_not_aligned_traps() {
    for address in [1, 4, PAGE - 1] {
        let mut guest = with_completion(Allocator::Returns(address));
        let misaligned = Trap::Misaligned { address, align: 8 };
        assert_eq!(guest.traps(Import::Take, &TAKE), misaligned);
    }
}

#[test]
fn an_allocator_that_traps_ends_the_call_with_its_error() {
    let mut guest = with_completion(Allocator::Traps);
    guest.put(8, &[0; 8]);
    let ended = guest.call(Import::Take, &TAKE);
    assert_eq!(ended, Err(Error::Guest(Failure::Unreachable)));
    assert_eq!(guest.at(8), [0; 8], "no list was written");
    // The context is as it was before the call.
    guest.allocator = Allocator::Bumps;
    assert_eq!(guest.call(Import::Take, &TAKE), Ok(None));
}

#[test]
fn an_allocator_that_calls_the_host_traps() {
    let i32s = |values: &[i32]| values.iter().copied().map(Value::I32).collect::<Vec<_>>();
    for (import, params) in [
        (Import::Startup, i32s(&[0])),
        (Import::Cleanup, i32s(&[0])),
        (Import::Cancel, vec![Value::I64(1), Value::I32(0)]),
        (Import::Take, TAKE.into()),
        (Import::Wait, vec![Value::I32(0), Value::I64(0)]),
        // The call is refused before its parameters are looked at.
        (Import::AsyncRequest, Vec::new()),
    ] {
        let mut guest = with_completion(Allocator::Calls(import, params));
        let inner = Box::new(Error::Trap(Trap::CalledByAllocator));
        let ended = guest.call(Import::Take, &TAKE);
        assert_eq!(
            ended,
            Err(Error::Guest(Failure::Inner(inner))),
            "{import:?}"
        );
        // The guest is still started up.
        guest.allocator = Allocator::Bumps;
        guest.call(Import::Cleanup, &[Value::I32(0)]).unwrap();
        assert_eq!(guest.at(0), [0]);
    }
}
