//! Whole calls, and the places of their results.

use winsock_async_engine::{ErrorCode, Policy};

use super::fake::{Fake, PAGE, engine};
use super::reference::{Val, Wit};
use super::values;
use crate::{Error, Import, Trap, Value};

/// Where results are written.
const RESULT: u32 = 64;

/// Calls an import whose last parameter is the place of its result, and returns the result.
fn call(guest: &mut Fake, import: Import, params: &[Value]) -> Val {
    let params = [params, &[Value::I32(RESULT as i32)]].concat();
    assert_eq!(guest.call(import, &params), Ok(None));
    let wit = Wit::read();
    let result = wit.function(import.name()).result.expect("a result");
    wit.load(&result, RESULT, guest)
}

/// The flat values of a query for a host, and a tag.
fn host(guest: &mut Fake, name: &str, tag: i64) -> Vec<Value> {
    let address = guest.bump(1, name.len() as u32);
    guest.put(address, name.as_bytes());
    let (i32, i64) = (Value::I32, Value::I64);
    let (bytes, tag) = (i64(name.len() as i64), i64(tag));
    vec![
        i32(0),
        i32(address as i32),
        bytes,
        i64(0),
        i32(0),
        i32(0),
        tag,
    ]
}

fn handle(result: &Val) -> i64 {
    match result {
        Val::Case(ok, Some(handle)) if ok == "ok" => match **handle {
            Val::Number(handle) => handle as i64,
            _ => panic!("{result:?}"),
        },
        _ => panic!("{result:?}"),
    }
}

fn wait(guest: &mut Fake, nanoseconds: i64) -> bool {
    match guest.call(Import::Wait, &[Value::I32(1), Value::I64(nanoseconds)]) {
        Ok(Some(Value::I32(ready))) => ready == 1,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_guest_requests_waits_takes_and_cancels() {
    let mut guest = Fake::new();
    // S-S5, S-S3: no request before start-up, and no clean-up.
    let not_initialised = values::of_error(ErrorCode::NotInitialised);
    let query = host(&mut guest, "web.test", 7);
    assert_eq!(
        call(&mut guest, Import::AsyncRequest, &query),
        not_initialised
    );
    assert_eq!(call(&mut guest, Import::Cleanup, &[]), not_initialised);
    assert_eq!(call(&mut guest, Import::Startup, &[]), values::of_ok(None));

    let first = handle(&call(&mut guest, Import::AsyncRequest, &query));
    let query = host(&mut guest, "never.test", -1);
    let second = handle(&call(&mut guest, Import::AsyncRequest, &query));
    let done = guest.call(Import::Wait, &[Value::I32(0), Value::I64(0)]);
    assert_eq!(done, Ok(Some(Value::I32(1))));
    let Val::List(taken) = call(&mut guest, Import::Take, &[Value::I32(-1)]) else {
        panic!("no list");
    };
    let [Val::Record(fields)] = &taken[..] else {
        panic!("{taken:?}");
    };
    assert_eq!(fields[0].1, Val::Number(first as u64));
    assert_eq!(fields[1].1, Val::Number(7));
    let text = format!("{:?}", fields[2].1);
    assert!(
        text.contains("www.test") && text.contains(&0xc000_0202_u32.to_string()),
        "{text}"
    );

    // S-C2: a completion that was taken cannot be cancelled. S-C1: a pending request can.
    assert!(!wait(&mut guest, 1));
    let late = call(&mut guest, Import::Cancel, &[Value::I64(first)]);
    assert_eq!(late, values::of_error(ErrorCode::AlreadyCompleted));
    let in_time = call(&mut guest, Import::Cancel, &[Value::I64(second)]);
    assert_eq!(in_time, values::of_ok(None));
    assert!(!wait(&mut guest, i64::MAX), "nothing is outstanding");
    assert_eq!(
        call(&mut guest, Import::Take, &[Value::I32(9)]),
        Val::List(Vec::new())
    );
    assert_eq!(call(&mut guest, Import::Cleanup, &[]), values::of_ok(None));
}

#[test]
fn take_leaves_what_it_was_not_asked_for() {
    let mut guest = Fake::started();
    for tag in 0..3 {
        let query = host(&mut guest, "web.test", tag);
        call(&mut guest, Import::AsyncRequest, &query);
    }
    let mut counts = Vec::new();
    for max in [0, 2, -1] {
        while guest.ctx.session().outstanding() > 0 && !wait(&mut guest, -1) {}
        let Val::List(taken) = call(&mut guest, Import::Take, &[Value::I32(max)]) else {
            panic!("no list");
        };
        counts.push(taken.len());
    }
    assert_eq!(counts, [0, 2, 1]);
}

// S-R16: the engine's policy applies.
#[test]
fn a_name_that_the_policy_forbids_completes_with_an_error() {
    let engine = winsock_async_engine::LookupEngine::builder()
        .policy(Policy::deny_all())
        .build();
    let mut guest = Fake::of(&engine);
    call(&mut guest, Import::Startup, &[]);
    let query = host(&mut guest, "web.test", 1);
    call(&mut guest, Import::AsyncRequest, &query);
    let taken = format!("{:?}", call(&mut guest, Import::Take, &[Value::I32(1)]));
    assert!(taken.contains("access-denied"), "{taken}");
    drop(engine);
}

#[test]
fn a_place_of_a_result_outside_memory_or_not_aligned_traps_before_the_call() {
    let mut guest = Fake::started();
    let query = host(&mut guest, "web.test", 1);
    let memory = guest.memory.len() as u32;
    assert_eq!(memory % PAGE, 0);
    for (import, params, bytes, align) in [
        (Import::Startup, &[][..], 2, 1),
        (Import::Cleanup, &[], 2, 1),
        (Import::AsyncRequest, &query, 16, 8),
        (Import::Cancel, &[Value::I64(1)], 2, 1),
        (Import::Take, &[Value::I32(1)], 8, 4),
    ] {
        let with = |address: u32| [params, &[Value::I32(address as i32)]].concat();
        for address in [memory, memory - bytes + align, u32::MAX / align * align] {
            let out = Trap::OutOfBounds {
                address,
                bytes: bytes.into(),
            };
            assert_eq!(guest.traps(import, &with(address)), out, "{import:?}");
        }
        for address in (1..align).map(|odd| RESULT + odd) {
            let misaligned = Trap::Misaligned { address, align };
            assert_eq!(
                guest.traps(import, &with(address)),
                misaligned,
                "{import:?}"
            );
        }
    }
    assert_eq!(guest.ctx.session().outstanding(), 0, "no request was begun");
    // The guest is started up once, as before. The last bytes of memory are a place.
    let last = Value::I32((memory - 2) as i32);
    assert_eq!(guest.call(Import::Cleanup, &[last]), Ok(None));
    assert_eq!(guest.at(memory - 2), [0, 0]);
    let again = call(&mut guest, Import::Cleanup, &[]);
    assert_eq!(again, values::of_error(ErrorCode::NotInitialised));
}

#[test]
fn parameters_of_other_types_are_an_error() {
    let mut guest = Fake::started();
    for import in Import::ALL {
        for params in [&[][..], &[Value::I64(0)], &[Value::I32(0); 9]] {
            assert_eq!(guest.call(import, params), Err(Error::Params), "{import:?}");
        }
    }
}

#[test]
fn a_context_that_is_dropped_cancels_what_is_pending() {
    // S-S7
    let engine = engine();
    let mut guest = Fake::of(&engine);
    call(&mut guest, Import::Startup, &[]);
    let query = host(&mut guest, "never.test", 1);
    call(&mut guest, Import::AsyncRequest, &query);
    assert_eq!(engine.outstanding(), 1);
    drop(guest);
    assert_eq!(engine.outstanding(), 0);
}

#[test]
fn errors_say_what_was_wrong() {
    for (trap, text) in [
        (
            Trap::OutOfBounds {
                address: 16,
                bytes: 3,
            },
            "3 bytes at 0x10 are out of the bounds of memory",
        ),
        (
            Trap::Misaligned {
                address: 2,
                align: 4,
            },
            "the address 0x2 is not a multiple of 4",
        ),
        (
            Trap::NoSuchCase {
                kind: "query",
                number: 8,
            },
            "8 is no case of query",
        ),
        (
            Trap::LongArgument { bytes: 1 << 28 },
            "an argument has 268435456 bytes, and the most is 134217728",
        ),
        (Trap::LongResult, "the result has 4 GiB or more"),
        (
            Trap::CalledByAllocator,
            "the allocator of the guest called the host",
        ),
    ] {
        assert_eq!(trap.to_string(), text);
        let error = Error::<String>::Trap(trap);
        assert_eq!(error.to_string(), format!("the guest trapped: {text}"));
    }
    assert_eq!(Error::Guest("unreachable").to_string(), "unreachable");
}
