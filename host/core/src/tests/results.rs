//! Results, as the guest reads them.

use fastrand::Rng;
use winsock_async_engine::{Completion, ErrorCode};

use super::fake::Fake;
use super::reference::{Val, Wit};
use super::values;
use crate::lower;
use crate::memory::Memory;

/// Lowers completions, and returns what the guest finds.
fn found(wit: &Wit, guest: &mut Fake, completions: &[Completion]) -> Val {
    let mut memory = Memory::begin(guest).unwrap();
    let list = lower::completions(&mut memory, completions).unwrap();
    guest.put(8, &list);
    let result = wit.function("take").result.expect("a result");
    wit.load(&result, 8, guest)
}

#[test]
fn completions_are_those_that_the_canonical_abi_lifts() {
    let wit = Wit::read();
    let mut random = Rng::with_seed(2);
    for _ in 0..4000 {
        let completions = values::any_completions(&mut random);
        let found = found(&wit, &mut Fake::new(), &completions);
        assert_eq!(found, values::of_completions(&completions));
    }
}

#[test]
fn lists_are_allocated_before_their_elements_also_if_they_are_empty() {
    let wit = Wit::read();
    let mut guest = Fake::new();
    assert_eq!(found(&wit, &mut guest, &[]), Val::List(Vec::new()));
    assert_eq!(guest.allocations, [(8, 0)]);
    let name = winsock_async_engine::HostEntry::new("web.test", []);
    let completion = Completion {
        handle: 1,
        tag: 2,
        outcome: Ok(std::sync::Arc::new(name.with_aliases(["a", ""]).into())),
    };
    guest.allocations.clear();
    found(&wit, &mut guest, &[completion]);
    let expected = [(8, 56), (1, 8), (4, 16), (1, 1), (1, 0), (4, 0)];
    assert_eq!(guest.allocations, expected);
}

#[test]
fn results_of_calls_are_those_that_the_canonical_abi_lifts() {
    let wit = Wit::read();
    let mut guest = Fake::new();
    let cancel = wit.function("cancel").result.expect("a result");
    let request = wit.function("async-request").result.expect("a result");
    guest.put(8, &lower::unit_result(Ok(())));
    assert_eq!(wit.load(&cancel, 8, &guest), values::of_ok(None));
    for handle in [1, u64::MAX, 0x0123_4567_89ab_cdef] {
        guest.put(8, &lower::handle_result(Ok(handle)));
        let ok = values::of_ok(Val::Number(handle));
        assert_eq!(wit.load(&request, 8, &guest), ok);
    }
    for error in ErrorCode::ALL {
        guest.put(8, &lower::unit_result(Err(error)));
        assert_eq!(wit.load(&cancel, 8, &guest), values::of_error(error));
        guest.put(8, &lower::handle_result(Err(error)));
        assert_eq!(wit.load(&request, 8, &guest), values::of_error(error));
    }
}
