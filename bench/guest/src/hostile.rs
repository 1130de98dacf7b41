//! Hostile guests. Each runs until the host ends it, while the bench measures a well-behaved guest.

use std::hint::black_box;

use winsock_async_guest::*;

use super::calls::bindings::winsock::bench::floor::is_over;
use super::calls::{DONE, ask, await_hung, see};

/// Runs the hostile guest with this name.
pub(crate) fn run(hwnd: Hwnd, how: &str) {
    match how {
        "work" => until_over(|| {
            black_box((0..100_000_u64).map(black_box).sum::<u64>());
        }),
        "requests" => requests(hwnd, "null.test"),
        "requests-known" => requests(hwnd, "known.test"),
        "untaken" => untaken(hwnd),
        "cancels" => cancels(hwnd),
        "slow" => slow(hwnd),
        "silent" => silent(hwnd, false),
        "silent-cancelled" => silent(hwnd, true),
        "names" => names(hwnd),
        "forged" => forged(),
        "hole" => hole(hwnd, false),
        "hole-cancelled" => hole(hwnd, true),
        "startups" => until_over(|| {
            std::mem::forget(Winsock::startup(makeword(2, 2)).expect("start-up"));
        }),
        "traps" => traps(hwnd),
        how => panic!("no way to be hostile: {how}"),
    }
}

fn until_over(mut what: impl FnMut()) {
    while !is_over() {
        what();
    }
}

fn try_ask(hwnd: Hwnd, name: impl AsRef<[u8]>) -> Option<TaskHandle> {
    wsa_async_get_host_by_name(hwnd, DONE, name).ok()
}

/// Makes 70,000 requests, of which some are refused at the limit, and then gets their messages.
fn requests(hwnd: Hwnd, name: &str) {
    until_over(|| {
        let begun = (0..70_000).filter(|_| try_ask(hwnd, name).is_some());
        for _ in 0..begun.count() {
            see(hwnd);
        }
    });
}

fn untaken(hwnd: Hwnd) {
    until_over(|| {
        let _ = try_ask(hwnd, "null.test");
    });
}

fn cancels(hwnd: Hwnd) {
    until_over(|| {
        if wsa_cancel_async_request(ask(hwnd, "null.test")).is_err() {
            see(hwnd);
        }
    });
}

/// The workers of an engine with default limits.
const WORKERS: usize = 8;

/// Makes a thousand lookups that never end and keep all workers.
fn hole(hwnd: Hwnd, is_cancelled: bool) {
    let handles: Vec<_> = (0..1000).map(|_| ask(hwnd, "hung.test")).collect();
    await_hung(hwnd, WORKERS);
    if is_cancelled {
        for handle in handles {
            wsa_cancel_async_request(handle).expect("the lookup never ends");
        }
    }
    until_over(|| {
        black_box(());
    });
}

/// Keeps a hundred slow lookups outstanding, which end after 800 ms.
fn slow(hwnd: Hwnd) {
    for _ in 0..100 {
        ask(hwnd, "slow.test");
    }
    until_over(|| {
        if matches!(peek_message(Some(hwnd), .., true), Ok(Some(_))) {
            ask(hwnd, "slow.test");
        }
    });
}

/// Looks up names that the name server never answers, up to the limit. Keeps them, or cancels them
/// and starts again.
fn silent(hwnd: Hwnd, is_cancelled: bool) {
    let mut names = (0_u64..).map(|n| format!("silent-{n}.test"));
    until_over(|| {
        let begun: Vec<_> = names
            .by_ref()
            .map_while(|name| try_ask(hwnd, name))
            .collect();
        if is_cancelled {
            for handle in begun {
                // Some requests may have failed by then.
                if wsa_cancel_async_request(handle).is_err() {
                    see(hwnd);
                }
            }
        }
    });
}

/// Requests names of 64 KiB. The host refuses most at the limit.
fn names(hwnd: Hwnd) {
    let name = vec![b'a'; 64 << 10];
    until_over(|| {
        let _ = try_ask(hwnd, &name);
    });
}

fn forged() {
    let mut number: TaskHandle = 1;
    until_over(|| {
        number = number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let _ = wsa_cancel_async_request(number);
    });
}

/// Traps with 100 requests in flight.
fn traps(hwnd: Hwnd) {
    if is_over() {
        return;
    }
    for name in ["null.test", "known.test"] {
        for _ in 0..50 {
            ask(hwnd, name);
        }
    }
    std::process::abort();
}
