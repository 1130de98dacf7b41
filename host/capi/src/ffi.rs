//! The functions of the C interface. The header has these comments.
//!
//! All `unsafe` code of the crate is here: it reads and writes the caller's memory, and calls the
//! caller's callback. What a pointer must be is in the header. A pointer that is null or not
//! aligned is an error. No other wrong pointer can be detected.

use std::ffi::{c_char, c_int, c_void};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::{io, mem, slice, str};

use winsock_async_engine::policy::{ConnectionDenied, Transport};
use winsock_async_engine::{
    self as engine, AddressFamily, AddressQuery, ConnectionUse, NameQuery, ServiceNameQuery,
    ServicePortQuery,
};

use crate::answer::Memory;
use crate::failure::{self, Failure};
use crate::guest::Guest;
use crate::registry::{self, Object};
use crate::settings::{Settings, duration};
use crate::signal::{Call, is_in_callback};
use crate::types::*;

// SAFETY: it points into a `Memory`, whose parts no thread changes, or is an argument that one call
// copies.
unsafe impl Send for Text {}
// SAFETY: as above.
unsafe impl Sync for Text {}

/// Returns the version of the interface that the library has. A program compares it with
/// `WINSOCK_ASYNC_ABI`.
#[unsafe(no_mangle)]
pub extern "C" fn winsock_async_abi() -> u32 {
    WINSOCK_ASYNC_ABI
}

/// Returns what a number that a function returned says, such as "WSAEACCES: the policy denies it".
///
/// The text is the library's and stays for ever. Any thread may call this, also in a callback.
#[unsafe(no_mangle)]
pub extern "C" fn winsock_async_strerror(error: i32) -> *const c_char {
    failure::text(error).as_ptr()
}

/// Writes the default limits to `limits`.
///
/// # Safety
/// `limits` is null or points to memory for one `winsock_async_limits_t`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn winsock_async_limits_default(limits: *mut Limits) -> i32 {
    guard(|| {
        let limits = checked_mut(limits)?;
        // SAFETY: the caller's promise.
        unsafe { limits.write(engine::Limits::default().into()) };
        Ok(())
    })
}

/// Makes an engine and writes its handle to `engine`. One engine serves a process.
///
/// Errors: `WINSOCK_ASYNC_BAD_CONFIG`, `WINSOCK_ASYNC_WRONG_TEXT`. `WINSOCK_ASYNC_WRONG_NUMBER`:
/// there is no such resolver. `WINSOCK_ASYNC_UNSUPPORTED`: the library has no DNS client. A call
/// that fails with one of these writes a text of at most `size` bytes, its NUL included, to
/// `message`. With `size` 0 that may be null.
///
/// # Safety
/// `config` is null or points to a configuration whose pointers are null or valid. `engine` is null
/// or points to memory for a handle, and `message` is null or points to `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn winsock_async_engine_new(
    config: *const Config,
    engine: *mut Engine,
    message: *mut c_char,
    size: usize,
) -> i32 {
    guard(|| {
        let engine = checked_mut(engine)?;
        // SAFETY: the caller's promise.
        let mut message = unsafe { Message::new(message, size)? };
        // SAFETY: the caller's promise.
        let settings = unsafe { settings(config)? };
        match settings.build() {
            Ok(made) => {
                let id = registry::add(Object::Engine(made));
                // SAFETY: the caller's promise.
                unsafe { engine.write(Engine { id }) };
                Ok(())
            }
            Err((failure, text)) => {
                message.write(&text);
                Err(failure)
            }
        }
    })
}

/// Deletes the handle of an engine. Waits for no lookup.
///
/// Sessions of the engine stay usable and keep it alive. Its threads end after the last session is
/// deleted, except those that are inside a resolver: each of these ends when its resolver returns.
#[unsafe(no_mangle)]
pub extern "C" fn winsock_async_engine_delete(engine: Engine) -> i32 {
    guard(|| registry::remove(engine.id, |object| matches!(object, Object::Engine(_))).map(drop))
}

/// Takes an engine down while guests run: every pending request completes with
/// `WINSOCK_ASYNC_ERROR_NETWORK_DOWN`, and so do requests and cancels until
/// `winsock_async_engine_bring_up`.
#[unsafe(no_mangle)]
pub extern "C" fn winsock_async_engine_take_down(engine: Engine) -> i32 {
    guard(|| {
        registry::engine(engine.id)?.take_down();
        Ok(())
    })
}

/// Ends what `winsock_async_engine_take_down` began.
#[unsafe(no_mangle)]
pub extern "C" fn winsock_async_engine_bring_up(engine: Engine) -> i32 {
    guard(|| {
        registry::engine(engine.id)?.bring_up();
        Ok(())
    })
}

/// Writes the counts of all sessions of an engine, and its state, to `metrics`.
///
/// # Safety
/// `metrics` is null or points to memory for one `winsock_async_metrics_t`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn winsock_async_engine_metrics(
    engine: Engine,
    metrics: *mut Metrics,
) -> i32 {
    guard(|| {
        let metrics = checked_mut(metrics)?;
        let read = registry::engine(engine.id)?.metrics();
        // SAFETY: the caller's promise.
        unsafe { metrics.write(read.into()) };
        Ok(())
    })
}

/// Makes a session for one guest and writes its handle to `session`. The session is the calling
/// thread's.
///
/// # Safety
/// `session` is null or points to memory for a handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn winsock_async_session_new(engine: Engine, session: *mut Session) -> i32 {
    guard(|| {
        let session = checked_mut(session)?;
        let guest = Guest::new(&registry::engine(engine.id)?);
        let id = registry::add(Object::Guest(Arc::new(guest)));
        // SAFETY: the caller's promise.
        unsafe { session.write(Session { id }) };
        Ok(())
    })
}

/// Deletes a session: cancels its pending requests, drops the completions that were not taken, and
/// closes its descriptor. Waits for a callback that runs, and no callback runs afterwards.
/// Completions that were taken stay valid.
#[unsafe(no_mangle)]
pub extern "C" fn winsock_async_session_delete(session: Session) -> i32 {
    guard(|| {
        registry::guest(session.id)?.free()?;
        registry::remove(session.id, |object| matches!(object, Object::Guest(_))).map(drop)
    })
}

/// Makes a session the calling thread's. The thread that had it must not be in a call of it:
/// that is `WINSOCK_ASYNC_IN_USE`.
#[unsafe(no_mangle)]
pub extern "C" fn winsock_async_session_attach(session: Session) -> i32 {
    guard(|| registry::guest(session.id)?.attach())
}

/// Writes the counts of a session's requests to `stats`.
///
/// # Safety
/// `stats` is null or points to memory for one `winsock_async_stats_t`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn winsock_async_session_stats(session: Session, stats: *mut Stats) -> i32 {
    guard(|| {
        let stats = checked_mut(stats)?;
        let counts = registry::guest(session.id)?.call(|guest| Ok(guest.session.stats()))?;
        // SAFETY: the caller's promise.
        unsafe { stats.write((&counts).into()) };
        Ok(())
    })
}

/// WSAStartup: adds one to the count of start-ups. Requests and cancels need one.
#[unsafe(no_mangle)]
pub extern "C" fn winsock_async_session_startup(session: Session) -> i32 {
    guard(|| registry::guest(session.id)?.call(|guest| Ok(guest.session.startup()?)))
}

/// WSACleanup: takes one from the count of start-ups. The last one cancels every pending request
/// and drops the completions that were not taken. Without a start-up it fails with
/// `WINSOCK_ASYNC_ERROR_NOT_INITIALISED`.
#[unsafe(no_mangle)]
pub extern "C" fn winsock_async_session_cleanup(session: Session) -> i32 {
    guard(|| registry::guest(session.id)?.call(|guest| Ok(guest.session.cleanup()?)))
}

/// Starts a request and writes its handle, which is not 0, to `handle`. `tag` comes back with the
/// completion. Never waits. An answer that is known at once is a completion too.
///
/// Errors, after which no request has begun: `WINSOCK_ASYNC_ERROR_NOT_INITIALISED`,
/// `WINSOCK_ASYNC_ERROR_NETWORK_DOWN`, `WINSOCK_ASYNC_ERROR_WOULD_BLOCK`, and
/// `WINSOCK_ASYNC_WRONG_NUMBER` for a kind or a family of `query` that there is not. Every other
/// error is in the completion.
///
/// # Safety
/// `query` is null or points to a query whose pointers are null or valid. `handle` is null or
/// points to memory for a handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn winsock_async_session_request(
    session: Session,
    query: *const Query,
    tag: u64,
    handle: *mut u64,
) -> i32 {
    guard(|| {
        let handle = checked_mut(handle)?;
        let query = checked(query)?;
        let begun = registry::guest(session.id)?.call(|guest| {
            // SAFETY: the caller's promise.
            let query = unsafe { copied(&query.read(), guest.copied_bytes)? };
            Ok(guest.session.request(query, tag)?)
        });
        // SAFETY: the caller's promise.
        unsafe { handle.write(begun?) };
        Ok(())
    })
}

/// Cancels a request, which never completes then. It may have completed, as long as the completion
/// was not taken. Never waits.
///
/// Errors: `WINSOCK_ASYNC_ERROR_ALREADY_COMPLETED`: the completion was taken.
/// `WINSOCK_ASYNC_ERROR_INVALID_ARGUMENT`: no request of this session has the handle.
/// `WINSOCK_ASYNC_ERROR_NOT_INITIALISED`, `WINSOCK_ASYNC_ERROR_NETWORK_DOWN`.
#[unsafe(no_mangle)]
pub extern "C" fn winsock_async_session_cancel(session: Session, handle: u64) -> i32 {
    guard(|| registry::guest(session.id)?.call(|guest| Ok(guest.session.cancel(handle)?)))
}

/// Takes up to `max` completions, the oldest first, and writes them to `completions` and their
/// number to `taken`. Never waits for a lookup. `winsock_async_completions_delete` deletes what
/// they point to.
///
/// # Safety
/// `completions` is null or points to memory for `max` completions; it may be null if `max` is 0.
/// `taken` is null or points to memory for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn winsock_async_session_take(
    session: Session,
    completions: *mut Completion,
    max: usize,
    taken: *mut usize,
) -> i32 {
    guard(|| {
        let taken = checked_mut(taken)?;
        check_length::<Completion>(max)?;
        let first = if max == 0 {
            completions
        } else {
            checked_mut(completions)?
        };
        let completed = registry::guest(session.id)?.call(|guest| Ok(guest.session.take(max)))?;
        let count = completed.len();
        for (i, completed) in completed.into_iter().enumerate() {
            let keep = |memory| registry::add(Object::Memory(memory));
            let completion = Completion::new(completed, keep);
            // SAFETY: the caller's promise; `i` is less than `max`.
            unsafe { first.add(i).write(completion) };
        }
        // SAFETY: the caller's promise.
        unsafe { taken.write(count) };
        Ok(())
    })
}

/// Deletes what `count` completions point to, and zeroes the fields that point there. Any thread
/// may call this.
///
/// A completion without an answer owns nothing, and neither does one that was deleted. A copy of
/// one that was deleted is `WINSOCK_ASYNC_WRONG_HANDLE`; the others are deleted then too.
///
/// # Safety
/// `completions` is null or points to `count` completions that `winsock_async_session_take` wrote;
/// it may be null if `count` is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn winsock_async_completions_delete(
    completions: *mut Completion,
    count: usize,
) -> i32 {
    guard(|| {
        check_length::<Completion>(count)?;
        if count == 0 {
            return Ok(());
        }
        let first = checked_mut(completions)?;
        let mut outcome = Ok(());
        for i in 0..count {
            // SAFETY: the caller's promise.
            let completion = unsafe { &mut *first.add(i) };
            if completion.memory == 0 {
                continue;
            }
            let is_memory = |object: &Object| matches!(object, Object::Memory(Memory { .. }));
            match registry::remove(completion.memory, is_memory) {
                Ok(_) => *completion = completion.without_memory(),
                Err(failure) => outcome = Err(failure),
            }
        }
        outcome
    })
}

/// Waits until a completion can be taken, or for `timeout` nanoseconds; `WINSOCK_ASYNC_FOREVER` is
/// no time-out. Writes 1 to `ready` if one can be taken. Writes 0 after the time-out, and at once
/// if no request is outstanding. No other thread can end the wait of one session, except by
/// `winsock_async_engine_take_down`, which completes the requests of all.
///
/// # Safety
/// `ready` is null or points to memory for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn winsock_async_session_wait(
    session: Session,
    timeout: u64,
    ready: *mut c_int,
) -> i32 {
    guard(|| {
        let ready = checked_mut(ready)?;
        let timeout = duration(timeout);
        let is_ready =
            registry::guest(session.id)?.call(|guest| Ok(guest.session.wait(timeout)))?;
        // SAFETY: the caller's promise.
        unsafe { ready.write(is_ready.into()) };
        Ok(())
    })
}

/// Writes a descriptor to `descriptor` that is readable while completions can be taken, for `poll`,
/// `select` or `epoll`. The same one at each call.
///
/// The descriptor is the session's: the host waits for it, and neither reads nor closes it. It can
/// be readable without a completion, after a cancel or a take. Then `winsock_async_session_take`
/// takes none, and ends that. With `EPOLLET`, it is readable again only after a call that has left
/// no completion.
///
/// Errors: `WINSOCK_ASYNC_NO_RESOURCE`: the process has no descriptor left.
/// `WINSOCK_ASYNC_UNSUPPORTED`: the system has none, as Windows.
///
/// # Safety
/// `descriptor` is null or points to memory for a number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn winsock_async_session_descriptor(
    session: Session,
    descriptor: *mut c_int,
) -> i32 {
    guard(|| {
        let descriptor = checked_mut(descriptor)?;
        let made = registry::guest(session.id)?.call(|guest| {
            guest.signaller().descriptor().map_err(|error| {
                Failure(match error.kind() {
                    io::ErrorKind::Unsupported => WINSOCK_ASYNC_UNSUPPORTED,
                    _ => WINSOCK_ASYNC_NO_RESOURCE,
                })
            })
        })?;
        // SAFETY: the caller's promise.
        unsafe { descriptor.write(made) };
        Ok(())
    })
}

/// Sets the function that is called, with `data`, when a completion can be taken; null is none.
/// Waits for a callback that runs; the one before is not called afterwards.
///
/// It is called once, and again only after a `winsock_async_session_take` that has left no
/// completion. If one can be taken already, it is called before this call returns. It can be called
/// without a completion, after a cancel or a take.
///
/// # Safety
/// `callback` is null or a function that any thread may call with `data`, until the session is
/// deleted or another callback is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn winsock_async_session_callback(
    session: Session,
    callback: Callback,
    data: *mut c_void,
) -> i32 {
    guard(|| {
        let call = callback.map(|function| {
            let host = Host { function, data };
            Box::new(move || host.call()) as Call
        });
        registry::guest(session.id)?.call(|guest| {
            guest.signaller().set_callback(call);
            Ok(())
        })
    })
}

/// Judges a use of an address, one of `WINSOCK_ASYNC_USE_*`, by the policy and by what the guest of
/// this session was answered. `WINSOCK_ASYNC_OK` allows it.
///
/// `WINSOCK_ASYNC_ERROR_ACCESS_DENIED` denies it. Then a text of at most `size` bytes, its NUL
/// included, is written to `message`. It names the rule that would allow the use. With `size` 0,
/// `message` may be null. A denial of `WINSOCK_ASYNC_USE_UDP_RECEIVE` has no text.
///
/// # Safety
/// `endpoint` is null or points to an endpoint, and `message` is null or points to `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn winsock_async_session_connection_check(
    session: Session,
    usage: u32,
    endpoint: *const Endpoint,
    message: *mut c_char,
    size: usize,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let mut message = unsafe { Message::new(message, size)? };
        let endpoint = checked(endpoint)?;
        // SAFETY: the caller's promise.
        let address = socket_address(&unsafe { endpoint.read() })?;
        let usage = match usage {
            WINSOCK_ASYNC_USE_TCP_BIND => Some(ConnectionUse::TcpBind),
            WINSOCK_ASYNC_USE_TCP_LISTEN => Some(ConnectionUse::TcpListen),
            WINSOCK_ASYNC_USE_TCP_CONNECT => Some(ConnectionUse::TcpConnect),
            WINSOCK_ASYNC_USE_UDP_BIND => Some(ConnectionUse::UdpBind),
            WINSOCK_ASYNC_USE_UDP_SEND => Some(ConnectionUse::UdpSend),
            WINSOCK_ASYNC_USE_UDP_RECEIVE => None,
            _ => return Err(Failure(WINSOCK_ASYNC_WRONG_NUMBER)),
        };
        registry::guest(session.id)?.call(|guest| match usage {
            Some(usage) => message.tell(guest.connections.check(usage, address)),
            None if guest.connections.may_receive(address) => Ok(()),
            None => Err(Failure(WINSOCK_ASYNC_ERROR_ACCESS_DENIED)),
        })
    })
}

/// Judges a TCP connection of a client that knows the name of the host, such as one of HTTP.
///
/// The address must be one that this guest was answered for the name, or one that a rule has. A
/// rule for another name with the same address does not count. If `host` is an address, this is
/// `winsock_async_session_connection_check`.
///
/// Errors and `message` are as there. `WINSOCK_ASYNC_WRONG_TEXT`: the name is not UTF-8.
///
/// # Safety
/// `host` is null or points to its number of bytes. `endpoint` is null or points to an endpoint,
/// and `message` is null or points to `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn winsock_async_session_connection_check_host(
    session: Session,
    host: Text,
    endpoint: *const Endpoint,
    message: *mut c_char,
    size: usize,
) -> i32 {
    guard(|| {
        // SAFETY: the caller's promise.
        let mut message = unsafe { Message::new(message, size)? };
        // SAFETY: the caller's promise.
        let host = unsafe { bytes(&host)? };
        let host = str::from_utf8(&host).map_err(|_| Failure(WINSOCK_ASYNC_WRONG_TEXT))?;
        let endpoint = checked(endpoint)?;
        // SAFETY: the caller's promise.
        let address = socket_address(&unsafe { endpoint.read() })?;
        registry::guest(session.id)?
            .call(|guest| message.tell(guest.connections.check_host(host, address)))
    })
}

/// Notes that the guest listens at this local address, or has bound a UDP socket there. It may
/// connect there, if the address is on loopback. `transport` is one of `WINSOCK_ASYNC_TRANSPORT_*`.
///
/// # Safety
/// `endpoint` is null or points to an endpoint.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn winsock_async_session_connection_opened(
    session: Session,
    transport: u32,
    endpoint: *const Endpoint,
) -> i32 {
    // SAFETY: the caller's promise.
    guard(|| unsafe { note(session, transport, endpoint, true) })
}

/// Notes that the guest has closed a socket that `winsock_async_session_connection_opened` was
/// called for.
///
/// # Safety
/// `endpoint` is null or points to an endpoint.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn winsock_async_session_connection_closed(
    session: Session,
    transport: u32,
    endpoint: *const Endpoint,
) -> i32 {
    // SAFETY: the caller's promise.
    guard(|| unsafe { note(session, transport, endpoint, false) })
}

/// Notes a socket of the guest.
///
/// # Safety
/// `endpoint` is null or points to an endpoint.
unsafe fn note(
    session: Session,
    transport: u32,
    endpoint: *const Endpoint,
    is_open: bool,
) -> Result<(), Failure> {
    let endpoint = checked(endpoint)?;
    // SAFETY: the caller's promise.
    let address = socket_address(&unsafe { endpoint.read() })?;
    let transport = match transport {
        WINSOCK_ASYNC_TRANSPORT_TCP => Transport::Tcp,
        WINSOCK_ASYNC_TRANSPORT_UDP => Transport::Udp,
        _ => return Err(Failure(WINSOCK_ASYNC_WRONG_NUMBER)),
    };
    registry::guest(session.id)?.call(|guest| {
        if is_open {
            guest.connections.opened(transport, address);
        } else {
            guest.connections.closed(transport, address);
        }
        Ok(())
    })
}

/// The host's function and its pointer.
struct Host {
    function: unsafe extern "C" fn(*mut c_void),
    data: *mut c_void,
}

// SAFETY: the host promises that any thread may call the function with the pointer.
unsafe impl Send for Host {}

impl Host {
    fn call(&self) {
        // SAFETY: the host promises it, until the session is deleted or another callback is set.
        unsafe { (self.function)(self.data) }
    }
}

/// The caller's room for a message.
struct Message {
    start: *mut c_char,
    size: usize,
}

impl Message {
    /// Writes an empty message.
    ///
    /// # Safety
    /// `start` is null or points to `size` bytes, as long as the message is used.
    unsafe fn new(start: *mut c_char, size: usize) -> Result<Message, Failure> {
        if size > 0 {
            check_length::<u8>(size)?;
            checked_mut(start)?;
        }
        let mut message = Message { start, size };
        message.write("");
        Ok(message)
    }

    /// Writes why a use is denied.
    fn tell(&mut self, judged: Result<(), ConnectionDenied>) -> Result<(), Failure> {
        judged.map_err(|denied| {
            self.write(&denied.to_string());
            Failure(WINSOCK_ASYNC_ERROR_ACCESS_DENIED)
        })
    }

    /// Writes as much of a text as there is room for, between two characters, and a NUL.
    fn write(&mut self, text: &str) {
        let Some(room) = self.size.checked_sub(1) else {
            return;
        };
        let text = &text.as_bytes()[..text.floor_char_boundary(room)];
        // SAFETY: there are `size` bytes by the promise of `new`, more than `text` has.
        unsafe {
            self.start
                .cast::<u8>()
                .copy_from_nonoverlapping(text.as_ptr(), text.len());
            self.start.add(text.len()).write(0);
        }
    }
}

/// Runs a function of the interface. No panic gets past it.
fn guard(run: impl FnOnce() -> Result<(), Failure>) -> i32 {
    if is_in_callback() {
        return WINSOCK_ASYNC_WRONG_CALLBACK;
    }
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(())) => WINSOCK_ASYNC_OK,
        Ok(Err(Failure(number))) => number,
        Err(payload) => {
            // Its drop may panic again.
            mem::forget(payload);
            WINSOCK_ASYNC_PANICKED
        }
    }
}

fn checked<T>(pointer: *const T) -> Result<*const T, Failure> {
    if pointer.is_null() || !pointer.is_aligned() {
        return Err(Failure(WINSOCK_ASYNC_WRONG_POINTER));
    }
    Ok(pointer)
}

fn checked_mut<T>(pointer: *mut T) -> Result<*mut T, Failure> {
    checked(pointer.cast_const())?;
    Ok(pointer)
}

/// Fails if no memory has this number of values.
fn check_length<T>(count: usize) -> Result<(), Failure> {
    match count.checked_mul(size_of::<T>()) {
        Some(bytes) if isize::try_from(bytes).is_ok() => Ok(()),
        _ => Err(Failure(WINSOCK_ASYNC_WRONG_LENGTH)),
    }
}

/// The caller's values.
///
/// # Safety
/// `first` is null or points to `count` values, which nothing changes while they are used.
unsafe fn values<'a, T>(first: *const T, count: usize) -> Result<&'a [T], Failure> {
    check_length::<T>(count)?;
    if count == 0 {
        return Ok(&[]);
    }
    let first = checked(first)?;
    // SAFETY: the caller's promise; the number is in bounds.
    Ok(unsafe { slice::from_raw_parts(first, count) })
}

/// A copy of the caller's bytes.
///
/// # Safety
/// The text is null or points to its number of bytes.
unsafe fn bytes(text: &Text) -> Result<Box<[u8]>, Failure> {
    // SAFETY: the caller's promise.
    unsafe { first_bytes(text, usize::MAX) }
}

/// A copy of the caller's bytes, of at most the first `max`.
///
/// # Safety
/// The text is null or points to its number of bytes.
unsafe fn first_bytes(text: &Text, max: usize) -> Result<Box<[u8]>, Failure> {
    // SAFETY: the caller's promise.
    let bytes = unsafe { values(text.data.cast::<u8>(), text.length)? };
    Ok(bytes[..bytes.len().min(max)].into())
}

/// A copy of a configuration.
///
/// # Safety
/// `config` is null or points to a configuration whose pointers are null or valid.
unsafe fn settings(config: *const Config) -> Result<Settings, Failure> {
    let config = checked(config)?;
    // SAFETY: the caller's promise, here and below.
    unsafe {
        let config = config.read();
        let limits = match config.limits.is_null() {
            true => None,
            false => Some(checked(config.limits)?.read()),
        };
        let mut resolvers = Vec::new();
        for resolver in values(config.resolvers, config.resolver_count)? {
            resolvers.push((resolver.kind, bytes(&resolver.text)?.into()));
        }
        Ok(Settings {
            policy: bytes(&config.policy)?.into(),
            resolvers,
            limits,
            host_name: bytes(&config.host_name)?.into(),
        })
    }
}

/// A copy of a query, with at most `max` bytes of each text. A guest's text may be as long as its
/// memory.
///
/// # Safety
/// The pointers of the query are null or valid.
unsafe fn copied(query: &Query, max: usize) -> Result<engine::Query, Failure> {
    // SAFETY: the caller's promise, here and below.
    let name = || unsafe { first_bytes(&query.name, max) };
    let protocol = || {
        // SAFETY: as above.
        let protocol = unsafe { first_bytes(&query.protocol, max)? };
        Ok::<_, Failure>((!protocol.is_empty()).then_some(protocol))
    };
    Ok(match query.kind {
        WINSOCK_ASYNC_QUERY_HOST_BY_NAME => engine::Query::HostByName(name()?),
        WINSOCK_ASYNC_QUERY_HOST_BY_ADDRESS => engine::Query::HostByAddress(AddressQuery {
            address: name()?,
            family: query.family,
        }),
        WINSOCK_ASYNC_QUERY_SERVICE_BY_NAME => engine::Query::ServiceByName(ServiceNameQuery {
            name: name()?,
            protocol: protocol()?,
        }),
        WINSOCK_ASYNC_QUERY_SERVICE_BY_PORT => engine::Query::ServiceByPort(ServicePortQuery {
            port: query.port,
            protocol: protocol()?,
        }),
        WINSOCK_ASYNC_QUERY_PROTOCOL_BY_NAME => engine::Query::ProtocolByName(name()?),
        WINSOCK_ASYNC_QUERY_PROTOCOL_BY_NUMBER => engine::Query::ProtocolByNumber(query.number),
        WINSOCK_ASYNC_QUERY_ADDRESSES => engine::Query::Addresses(NameQuery {
            name: name()?,
            family: match query.family {
                0 => None,
                4 => Some(AddressFamily::Ipv4),
                6 => Some(AddressFamily::Ipv6),
                _ => return Err(Failure(WINSOCK_ASYNC_WRONG_NUMBER)),
            },
        }),
        WINSOCK_ASYNC_QUERY_NAME_OF => engine::Query::NameOf(ip_address(&query.address)?.into()),
        _ => return Err(Failure(WINSOCK_ASYNC_WRONG_NUMBER)),
    })
}

fn socket_address(endpoint: &Endpoint) -> Result<SocketAddr, Failure> {
    Ok(SocketAddr::new(
        ip_address(&endpoint.address)?,
        endpoint.port,
    ))
}

fn ip_address(address: &Address) -> Result<IpAddr, Failure> {
    let [a, b, c, d, ..] = address.bytes;
    match address.family {
        4 => Ok(Ipv4Addr::new(a, b, c, d).into()),
        6 => Ok(Ipv6Addr::from(address.bytes).into()),
        _ => Err(Failure(WINSOCK_ASYNC_WRONG_NUMBER)),
    }
}

#[cfg(test)]
mod tests {
    use std::panic::panic_any;

    use super::*;

    /// Panics when it is dropped.
    struct Bomb;

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("a payload that panics when it is dropped");
        }
    }

    #[test]
    fn panic_is_a_number_also_if_its_payload_panics_in_drop() {
        assert_eq!(guard(|| panic!("a fault")), WINSOCK_ASYNC_PANICKED);
        assert_eq!(guard(|| panic_any(Bomb)), WINSOCK_ASYNC_PANICKED);
        assert_eq!(
            guard(|| Err(Failure(WINSOCK_ASYNC_BAD_CONFIG))),
            WINSOCK_ASYNC_BAD_CONFIG
        );
    }
}
