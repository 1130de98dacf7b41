//! Cancel with forged handles, while requests are at every stage. The arguments of the program are
//! the handles of another guest, which it cancels too.

use winsock_async_test_guests::raw::completions::{take, wait};
use winsock_async_test_guests::raw::lifecycle::{cleanup, startup};
use winsock_async_test_guests::raw::requests::{async_request, cancel};
use winsock_async_test_guests::raw::types::{ErrorCode, Query};

fn main() {
    startup().unwrap();
    let from_before = [ask("known.test"), ask("never.test")];
    cleanup().unwrap();
    startup().unwrap();

    let taken = [ask("known.test"), ask("quick.test")];
    for _ in taken {
        assert!(wait(None));
        assert_eq!(take(1).len(), 1);
    }
    let cancelled = [ask("never.test"), ask("never.test")];
    for handle in cancelled {
        assert_eq!(cancel(handle), Ok(()));
    }
    // S-C2: what was not taken is cancelled.
    let untaken = ask("known.test");
    assert_eq!(cancel(untaken), Ok(()));
    let ready = [ask("known.test"), ask("known.test")];
    let pending = [ask("never.test"), ask("never.test")];

    // S-C2, S-C3: each cancel of an ended request gives the same error.
    for _ in 0..1000 {
        for handle in taken {
            assert_eq!(cancel(handle), Err(ErrorCode::AlreadyCompleted));
        }
        for handle in cancelled.into_iter().chain(from_before).chain([untaken]) {
            assert_eq!(cancel(handle), Err(ErrorCode::InvalidArgument));
        }
    }

    // S-C3: these numbers name no request, except for the given handles among them.
    let given: Vec<u64> = [from_before, taken, cancelled, ready, pending].concat();
    let flipped = |handle: u64| (0..64).map(move |bit| handle ^ (1 << bit));
    let two_flipped = given
        .iter()
        .flat_map(|handle| flipped(*handle))
        .flat_map(flipped);
    let edges = [
        0,
        1,
        u64::MAX,
        u64::MAX - 1,
        1 << 32,
        u64::from(u32::MAX),
        1 << 63,
    ];
    let near = given
        .iter()
        .flat_map(|handle| [handle.wrapping_sub(1), handle.wrapping_add(1), !handle]);
    let made_up = edges.into_iter().chain(near).chain(two_flipped);
    for number in made_up.chain(random().take(100_000)) {
        if !given.contains(&number) {
            let said = cancel(number);
            assert_eq!(said, Err(ErrorCode::InvalidArgument), "{number:#x}");
        }
    }

    // S-R17: the handles of another guest name no request here, also with one bit flipped.
    for of_another in std::env::args().skip(1) {
        let handle = of_another.parse().expect("a handle");
        for forged in std::iter::once(handle).chain(flipped(handle)) {
            let said = cancel(forged);
            assert_eq!(said, Err(ErrorCode::InvalidArgument), "{forged:#x}");
        }
    }

    // The outstanding requests are unaffected.
    assert!(wait(Some(0)));
    let came: Vec<_> = take(u32::MAX).iter().map(|c| c.handle).collect();
    assert_eq!(came, ready);
    for handle in pending {
        assert_eq!(cancel(handle), Ok(()));
        assert_eq!(cancel(handle), Err(ErrorCode::InvalidArgument));
    }
    assert!(!wait(None) && take(u32::MAX).is_empty());
    cleanup().unwrap();
    // S-C5
    for handle in given.into_iter().chain(random().take(1000)) {
        assert_eq!(cancel(handle), Err(ErrorCode::NotInitialised));
    }
}

fn ask(name: &str) -> u64 {
    async_request(&Query::HostByName(name.into()), 0).expect("a request")
}

/// Pseudo-random numbers, the same in each run: a xorshift.
fn random() -> impl Iterator<Item = u64> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    std::iter::from_fn(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        Some(state)
    })
}
