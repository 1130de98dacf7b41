//! The bench's guest: `bench MODE ARGS...` prints a sample a line, `NAME NANOSECONDS`.

use std::hint::black_box;
use std::thread::sleep;
use std::time::{Duration, Instant};

use wasip2::sockets::instance_network::instance_network;
use wasip2::sockets::ip_name_lookup::resolve_addresses;
use winsock_async_guest::*;

mod bindings {
    wit_bindgen::generate!({ path: "../wit", world: "imports" });
}

/// The message of a completion.
const DONE: u32 = WM_USER;

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
        "one-by-one" => {
            let idle = Duration::from_micros(number(1) as u64);
            one_by_one(window.hwnd(), "null.test", idle, number(2));
        }
        "localhost" => one_by_one(window.hwnd(), "localhost", Duration::ZERO, number(1)),
        "wasi-sockets" => wasi_sockets(number(1)),
        mode => panic!("no mode {mode}"),
    }
}

fn sample(name: &str, time: Duration, operations: usize) {
    println!("{name} {}", time.as_nanos() as f64 / operations as f64);
}

/// An empty call.
fn nothing(rounds: usize) {
    for _ in 0..rounds {
        let start = Instant::now();
        for _ in 0..1000 {
            bindings::winsock::bench::floor::nothing();
        }
        sample("nothing", start.elapsed(), 1000);
    }
}

fn ask(hwnd: Hwnd, name: &str) -> TaskHandle {
    wsa_async_get_host_by_name(hwnd, DONE, name).expect("a request")
}

/// Gets one completion's message; says whether it has an answer.
fn see(hwnd: Hwnd) -> bool {
    match get_message(Some(hwnd), ..) {
        Ok(Retrieved::Message(message)) => {
            black_box(message.answer()).expect("a completion").is_ok()
        }
        other => panic!("no message: {other:?}"),
    }
}

/// Has the code of a cancel in the processor's caches, so that few of them can be timed.
fn warm_up() {
    for _ in 0..1000 {
        assert!(wsa_cancel_async_request(black_box(0)).is_err());
    }
}

/// `count` requests, then their messages.
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

/// Puts every worker into the resolver.
fn occupy(hwnd: Hwnd, workers: usize) -> Vec<TaskHandle> {
    let handles = (0..workers).map(|_| ask(hwnd, "hung.test")).collect();
    await_hung(hwnd, workers);
    handles
}

/// Until so many workers are in the resolver.
fn await_hung(hwnd: Hwnd, workers: usize) {
    loop {
        ask(hwnd, &format!("hung-{workers}.test"));
        if see(hwnd) {
            return;
        }
        sleep(Duration::from_micros(100));
    }
}

fn release(hwnd: Hwnd) {
    ask(hwnd, "release.test");
    see(hwnd);
}

fn cancel_running(hwnd: Hwnd, workers: usize, rounds: usize) {
    for _ in 0..rounds {
        let handles = occupy(hwnd, workers);
        warm_up();
        let start = Instant::now();
        for handle in handles {
            wsa_cancel_async_request(handle).expect("a cancelled request");
        }
        sample("cancel", start.elapsed(), workers);
        release(hwnd);
        await_hung(hwnd, 0);
    }
}

/// With `outstanding` requests in the queue, the `batch` oldest are cancelled and asked for anew.
fn cancel_queued(hwnd: Hwnd, workers: usize, outstanding: usize, batch: usize, rounds: usize) {
    let hung = occupy(hwnd, workers);
    let mut handles: Vec<_> = (0..outstanding).map(|_| ask(hwnd, "null.test")).collect();
    for round in 0..rounds {
        let first = round * batch % outstanding;
        warm_up();
        let start = Instant::now();
        for handle in &handles[first..first + batch] {
            wsa_cancel_async_request(*handle).expect("a cancelled request");
        }
        sample("cancel", start.elapsed(), batch);
        for handle in &mut handles[first..first + batch] {
            *handle = ask(hwnd, "null.test");
        }
    }
    for handle in handles.into_iter().chain(hung) {
        wsa_cancel_async_request(handle).expect("a cancelled request");
    }
    release(hwnd);
    await_hung(hwnd, 0);
}

/// A request and its message, after some idle time.
fn one_by_one(hwnd: Hwnd, name: &str, idle: Duration, rounds: usize) {
    for _ in 0..rounds {
        if !idle.is_zero() {
            sleep(idle);
        }
        let start = Instant::now();
        ask(hwnd, name);
        see(hwnd);
        sample("one-by-one", start.elapsed(), 1);
    }
}

/// By the interface itself, as not every wasi-libc has getaddrinfo.
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
