//! The bench's guest: `bench MODE ARGS...` prints one sample per line, `NAME NANOSECONDS`.

use std::thread::sleep;
use std::time::{Duration, Instant};

use wasip2::sockets::instance_network::instance_network;
use wasip2::sockets::ip_name_lookup::resolve_addresses;
use winsock_async_guest::*;

mod calls;
mod hostile;

use calls::{ask, await_hung, bindings, see};

/// The number of cancels before the timed ones. They bring the code of a cancel into the
/// processor's caches.
const WARM_UP: usize = 64;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |i: usize| args[i].parse::<usize>().expect("a number");
    let _winsock = Winsock::startup(makeword(2, 2)).expect("start-up");
    let window = Window::new(|_| 0);
    match args[0].as_str() {
        "nothing" => nothing(number(1)),
        "flood" => flood(window.hwnd(), &args[1], number(2), number(3)),
        "cancel-running" => cancel_running(window.hwnd(), number(1), number(2)),
        "cancel-queued" => {
            cancel_queued(window.hwnd(), number(1), number(2), number(3), number(4));
        }
        "one-by-one" => one_by_one(window.hwnd(), &args[1], idle(&args[2]), number(3)),
        "round-trips" => round_trips(idle(&args[1]), number(2)),
        "window" => window_of(window.hwnd(), &args[1], number(2), number(3)),
        "wasi-sockets" => wasi_sockets(number(1)),
        "hostile" => hostile::run(window.hwnd(), &args[1]),
        mode => panic!("no mode {mode}"),
    }
}

/// Returns what the guest does for 1 ms before each round: `no` for nothing, `sleep` or `work`.
fn idle(how: &str) -> impl Fn() {
    const WHILE: Duration = Duration::from_millis(1);
    match how {
        "no" => || {},
        "sleep" => || sleep(WHILE),
        "work" => || {
            let start = Instant::now();
            while start.elapsed() < WHILE {}
        },
        how => panic!("no way to be idle: {how}"),
    }
}

fn sample(name: &str, time: Duration, operations: usize) {
    println!("{name} {}", time.as_nanos() as f64 / operations as f64);
}

/// Times an empty call of the host.
fn nothing(rounds: usize) {
    for _ in 0..rounds {
        let start = Instant::now();
        for _ in 0..1000 {
            bindings::winsock::bench::floor::nothing();
        }
        sample("nothing", start.elapsed(), 1000);
    }
}

/// Times the way to another thread of the host and back.
fn round_trips(idle: impl Fn(), rounds: usize) {
    for _ in 0..rounds {
        idle();
        let start = Instant::now();
        bindings::winsock::bench::floor::round_trip();
        sample("round-trip", start.elapsed(), 1);
    }
}

/// Times `count` requests and then their messages.
fn flood(hwnd: Hwnd, name: &str, count: usize, rounds: usize) {
    for _ in 0..rounds {
        let start = Instant::now();
        for _ in 0..count {
            ask(hwnd, name);
        }
        for _ in 0..count {
            see(hwnd);
        }
        sample("flood", start.elapsed(), count);
    }
}

/// Times `count` requests for different names, `in_flight` at a time.
fn window_of(hwnd: Hwnd, prefix: &str, in_flight: usize, count: usize) {
    let name = |n| format!("{prefix}-{n}.test");
    let mut answers = 0;
    let start = Instant::now();
    for n in 0..count {
        if n >= in_flight {
            answers += usize::from(see(hwnd));
        }
        ask(hwnd, &name(n));
    }
    for _ in 0..in_flight.min(count) {
        answers += usize::from(see(hwnd));
    }
    sample("window", start.elapsed(), count);
    assert_eq!(answers, count, "every request has an answer");
}

/// Occupies every worker with a lookup that hangs.
fn occupy(hwnd: Hwnd, workers: usize) -> Vec<TaskHandle> {
    let handles = (0..workers).map(|_| ask(hwnd, "hung.test")).collect();
    await_hung(hwnd, workers);
    handles
}

fn release(hwnd: Hwnd) {
    ask(hwnd, "release.test");
    see(hwnd);
}

fn cancel(handles: &[TaskHandle]) {
    for &handle in handles {
        wsa_cancel_async_request(handle).expect("a cancelled request");
    }
}

fn cancel_running(hwnd: Hwnd, workers: usize, rounds: usize) {
    for _ in 0..rounds {
        let handles = occupy(hwnd, workers);
        let (first, timed) = handles.split_at(WARM_UP.min(workers / 2));
        cancel(first);
        let start = Instant::now();
        cancel(timed);
        sample("cancel", start.elapsed(), timed.len());
        release(hwnd);
        await_hung(hwnd, 0);
    }
}

/// Keeps `outstanding` requests in the queue. Each round cancels the `batch` oldest, and starts new
/// ones.
fn cancel_queued(hwnd: Hwnd, workers: usize, outstanding: usize, batch: usize, rounds: usize) {
    let hung = occupy(hwnd, workers);
    let mut handles: Vec<_> = (0..outstanding).map(|_| ask(hwnd, "null.test")).collect();
    for round in 0..rounds {
        let first = round * batch % outstanding;
        let start = Instant::now();
        cancel(&handles[first..first + batch]);
        sample("cancel", start.elapsed(), batch);
        for handle in &mut handles[first..first + batch] {
            *handle = ask(hwnd, "null.test");
        }
    }
    cancel(&handles);
    cancel(&hung);
    release(hwnd);
    await_hung(hwnd, 0);
}

/// Times a request and its message, one after the other.
fn one_by_one(hwnd: Hwnd, name: &str, idle: impl Fn(), rounds: usize) {
    for _ in 0..rounds {
        idle();
        let start = Instant::now();
        ask(hwnd, name);
        see(hwnd);
        sample("one-by-one", start.elapsed(), 1);
    }
}

/// Times lookups by `wasi:sockets` itself, because not every wasi-libc has getaddrinfo.
fn wasi_sockets(rounds: usize) {
    let network = instance_network();
    for _ in 0..rounds {
        let start = Instant::now();
        let found = resolve_addresses(&network, "localhost").expect("a lookup");
        found.subscribe().block();
        assert!(matches!(found.resolve_next_address(), Ok(Some(_))));
        sample("wasi-sockets", start.elapsed(), 1);
    }
}
