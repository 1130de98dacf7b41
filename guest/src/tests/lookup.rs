//! Lookups as futures.

use std::cell::RefCell;
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_util::future::{Either, join_all, pending, select};
use futures_util::stream::{self, StreamExt};

use super::support::{ms, recorder};
use crate::host::{Current, Host, fake};
use crate::lookup::{Elapsed, Request, Resolver, block_on, block_on_timeout, sleep, timeout};
use crate::*;

fn entry(name: &str) -> HostEntry {
    HostEntry {
        name: name.into(),
        aliases: vec![],
        addresses: vec![Ipv4Addr::LOCALHOST],
    }
}

fn host(name: &str) -> Result<Answer, WsaError> {
    Ok(Answer::Host(entry(name)))
}

fn resolver() -> Resolver {
    Resolver::new().unwrap()
}

/// Starts a request that completes at this time.
fn at(resolver: &Resolver, time: u64, name: &str) -> Request<HostEntry> {
    let request = resolver.host(name);
    fake::complete_at(ms(time), request.handle().unwrap(), host(name));
    request
}

#[test]
fn a_request_is_a_future_of_its_entry() {
    let resolver = resolver();
    assert_eq!(block_on(at(&resolver, 20, "a")), Ok(entry("a")));
    assert_eq!((Current::now(), fake::pauses()), (ms(20), 1));
    let missing = resolver.service("none", None);
    fake::complete(missing.handle().unwrap(), Err(WSANO_DATA));
    assert_eq!(block_on(missing), Err(WSANO_DATA));
    assert_eq!(wsa_get_last_error(), 0);
}

#[test]
fn each_method_asks_its_question() {
    let resolver = resolver();
    let address = resolver.host_by_address(Ipv4Addr::new(192, 0, 2, 1));
    let port = resolver.service_by_port(80, Some("tcp"));
    let name = resolver.protocol("tcp");
    let number = resolver.protocol_by_number(6);
    let expected = [
        "HostByAddress(AddressQuery { address: [192, 0, 2, 1], family: 2 })",
        "ServiceByPort(ServicePortQuery { port: 80, protocol: Some([116, 99, 112]) })",
        "ProtocolByName([116, 99, 112])",
        "ProtocolByNumber(6)",
    ];
    assert!(
        fake::queries()
            .iter()
            .map(|q| q.replace("Query::", ""))
            .eq(expected)
    );
    drop((address, port, name, number));
}

#[test]
fn an_answer_of_another_kind_is_wsano_recovery() {
    let request = resolver().protocol("tcp");
    fake::complete(request.handle().unwrap(), host("a"));
    assert_eq!(block_on(request), Err(WSANO_RECOVERY));
}

#[test]
fn joined_requests_run_at_the_same_time() {
    let resolver = resolver();
    let requests = join_all([at(&resolver, 30, "a"), at(&resolver, 10, "b")]);
    assert_eq!(block_on(requests), [Ok(entry("a")), Ok(entry("b"))]);
    assert_eq!((Current::now(), fake::pauses()), (ms(30), 2));
}

#[test]
fn a_bounded_stream_has_no_more_requests_than_its_bound() {
    let resolver = resolver();
    fake::limit(3);
    let names = (1..=20).map(|i| (i, i.to_string()));
    let answers = stream::iter(names)
        .map(|(i, name)| at(&resolver, 10 * i, &name))
        .buffer_unordered(3)
        .filter_map(async |answer| answer.ok())
        .count();
    assert_eq!(block_on(answers), 20);
}

#[test]
fn dropping_a_request_cancels_it_and_delivers_nothing() {
    // S-C1
    let resolver = resolver();
    drop(resolver.host("a"));
    assert_eq!(fake::outstanding(), 0);
    // A completion that waits in the host when its request is dropped reaches no other request.
    let gone = resolver.host("b");
    fake::complete(gone.handle().unwrap(), host("b"));
    drop(gone);
    let next = at(&resolver, 10, "c");
    assert_eq!(block_on(next), Ok(entry("c")));
    assert_eq!(fake::waiting(), 0);
}

#[test]
fn cancel_ends_the_future_unless_its_outcome_was_taken() {
    let resolver = resolver();
    let mut request = resolver.host("a");
    assert_eq!(request.cancel(), Ok(()));
    // S-C3
    assert_eq!(request.cancel(), Err(WSAEINVAL));
    assert_eq!(block_on(request), Err(WSAEINTR));
    let mut done = resolver.host("b");
    fake::complete(done.handle().unwrap(), host("b"));
    // S-C2: what the host has is no outcome yet.
    assert_eq!(done.cancel(), Ok(()));
    assert_eq!(block_on(done), Err(WSAEINTR));
    let mut done = resolver.host("c");
    fake::complete(done.handle().unwrap(), host("c"));
    assert_eq!(peek_message(None, .., true), Ok(None));
    assert_eq!(fake::waiting(), 0);
    assert_eq!(done.cancel(), Err(WSAEALREADY));
    assert_eq!(block_on(&mut done), Ok(entry("c")));
    assert_eq!(done.cancel(), Err(WSAEALREADY));
}

#[test]
fn a_request_that_the_host_refuses_ends_with_its_error() {
    // S-R2
    let resolver = resolver();
    fake::limit(0);
    let mut request = resolver.host("a");
    assert_eq!((request.handle(), request.cancel()), (None, Err(WSAEINVAL)));
    assert_eq!(block_on(request), Err(WSAEWOULDBLOCK));
}

#[test]
#[should_panic(expected = "polled after it was ready")]
fn polling_a_request_again_after_it_was_ready_panics() {
    let mut request = at(&resolver(), 0, "a");
    let _ = block_on(&mut request);
    let _ = block_on(&mut request);
}

#[test]
fn a_request_keeps_winsock_started_and_the_last_cleanup_ends_it() {
    // S-S4
    let request = resolver().host("a");
    assert_eq!(fake::startups(), 1);
    wsa_cleanup().unwrap();
    assert_eq!(block_on(request), Err(WSANOTINITIALISED));
}

#[test]
fn a_timeout_drops_the_future_and_cancels_its_requests() {
    let resolver = resolver();
    let silent = resolver.host("silent");
    let both = async {
        let first = at(&resolver, 20, "a").await;
        (first, timeout(ms(30), silent).await)
    };
    assert_eq!(block_on(both), (Ok(entry("a")), Err(Elapsed)));
    assert_eq!((Current::now(), fake::outstanding()), (ms(50), 0));
    let silent = resolver.host("silent");
    assert_eq!(block_on_timeout(ms(10), silent), Err(Elapsed));
    assert_eq!((Current::now(), fake::outstanding()), (ms(60), 0));
    assert_eq!(
        block_on_timeout(ms(10), at(&resolver, 65, "b")),
        Ok(Ok(entry("b")))
    );
}

#[test]
fn sleeps_end_in_order_and_need_no_request() {
    let both = async {
        let (long, short) = (sleep(ms(30)), sleep(ms(10)));
        let Either::Right((_, long)) = select(long, short).await else {
            panic!()
        };
        assert_eq!(Current::now(), ms(10));
        long.await;
    };
    block_on(both);
    assert_eq!((Current::now(), fake::pauses()), (ms(30), 2));
    assert_eq!(block_on_timeout(Duration::MAX, async { 1 }), Ok(1));
}

#[test]
fn a_future_that_keeps_waking_itself_does_not_delay_another() {
    let resolver = resolver();
    let request = resolver.host("a");
    fake::complete(request.handle().unwrap(), host("a"));
    let busy = wakes_itself();
    let Either::Left((answer, _)) = block_on(select(request, busy)) else {
        panic!()
    };
    assert_eq!(answer, Ok(entry("a")));
}

fn wakes_itself() -> impl Future<Output = ()> + Unpin {
    let mut polls = 0;
    std::future::poll_fn(move |context| {
        polls += 1;
        assert!(polls < 10, "the other was never woken");
        context.waker().wake_by_ref();
        Poll::Pending
    })
}

#[test]
#[should_panic(expected = "what can never come")]
fn block_on_panics_if_nothing_can_come() {
    block_on(pending::<()>());
}

#[test]
fn windows_and_futures_share_the_stream_of_completions() {
    let resolver = resolver();
    let (window, _) = recorder();
    let message = wsa_async_get_host_by_name(window.hwnd(), WM_USER, "m").unwrap();
    fake::complete(message, host("m"));
    assert_eq!(block_on(at(&resolver, 10, "f")), Ok(entry("f")));
    let found = get_message(None, ..).unwrap();
    assert!(matches!(found, Retrieved::Message(m) if m.wparam == message));
    // A future is woken while the message queue waits: its waker posts.
    let mut request = at(&resolver, 20, "g");
    let waker = Waker::from(std::sync::Arc::new(Post(window.hwnd())));
    assert!(
        Pin::new(&mut request)
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
    );
    let found = get_message(None, ..).unwrap();
    assert!(matches!(found, Retrieved::Message(m) if m.message == WM_USER + 7));
    assert_eq!(block_on(request), Ok(entry("g")));
}

#[test]
fn a_task_is_woken_after_all_completions_that_came_with_its_own() {
    // S-M1
    let resolver = resolver();
    let (window, _) = recorder();
    let mut request = resolver.host("f");
    let waker = Waker::from(std::sync::Arc::new(Post(window.hwnd())));
    let poll = Pin::new(&mut request).poll(&mut Context::from_waker(&waker));
    assert!(poll.is_pending());
    let message = wsa_async_get_host_by_name(window.hwnd(), WM_USER, "m").unwrap();
    fake::complete(request.handle().unwrap(), host("f"));
    fake::complete(message, host("m"));
    let next = || match get_message(None, ..).unwrap() {
        Retrieved::Message(message) => message.message,
        quit => panic!("{quit:?}"),
    };
    assert_eq!([next(), next()], [WM_USER, WM_USER + 7]);
}

struct Post(Hwnd);

impl std::task::Wake for Post {
    fn wake(self: std::sync::Arc<Self>) {
        post_message(self.0, WM_USER + 7, 0, 0).unwrap();
    }
}

#[test]
fn a_full_queue_does_not_delay_a_future() {
    // S-M3
    let resolver = resolver();
    let (window, _) = recorder();
    while post_message(window.hwnd(), WM_USER, 0, 0).is_ok() {}
    let message = wsa_async_get_host_by_name(window.hwnd(), WM_USER + 1, "m").unwrap();
    fake::complete(message, host("m"));
    assert_eq!(block_on(at(&resolver, 10, "f")), Ok(entry("f")));
    let found = peek_message(None, WM_USER + 1.., true).unwrap();
    assert!(matches!(found, Some(Retrieved::Message(m)) if m.wparam == message));
}

#[test]
fn block_on_works_in_a_procedure_and_in_a_future() {
    // S-M5
    let resolver = resolver();
    let window =
        Window::new(move |_| block_on(async { block_on(at(&resolver, 10, "a")).is_ok() }) as isize);
    assert_eq!(send_message(window.hwnd(), WM_USER, 0, 0), Ok(1));
}

#[test]
fn a_procedure_may_own_a_request() {
    let resolver = resolver();
    let owned = RefCell::new(resolver.host("a"));
    let window = Window::new(move |_| owned.borrow().handle().is_some() as isize);
    assert_eq!(send_message(window.hwnd(), WM_USER, 0, 0), Ok(1));
    drop(resolver);
    drop(window);
    assert_eq!((fake::outstanding(), fake::startups()), (0, 0));
}
