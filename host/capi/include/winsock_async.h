/* winsock_async.h: cancellable, policed name lookups for WebAssembly guests.
 *
 * Every function returns WINSOCK_ASYNC_OK or an error, except winsock_async_abi and
 * winsock_async_strerror. Each may return a WINSOCK_ASYNC_WRONG_* number; its comment lists its
 * other errors. A session's functions are for its thread, and no other function than those two is
 * for a callback.
 *
 * README.md of the crate winsock-async-capi says who owns what and which thread may call what, and
 * has a complete program. Made by cbindgen from host/capi/src.
 */

#ifndef WINSOCK_ASYNC_H
#define WINSOCK_ASYNC_H

#include <stddef.h>
#include <stdint.h>

/**
 * The version of this header. A library with another `winsock_async_abi()` has other layouts.
 */
#define WINSOCK_ASYNC_ABI 1

/**
 * A time-out that never ends, in nanoseconds.
 */
#define WINSOCK_ASYNC_FOREVER UINT64_MAX

/**
 * The call succeeded, or a request has an answer.
 */
#define WINSOCK_ASYNC_OK 0

/**
 * Wrong use: a pointer is null or not aligned.
 */
#define WINSOCK_ASYNC_WRONG_POINTER 1

/**
 * Wrong use: the handle is 0, was deleted, or is of another kind.
 */
#define WINSOCK_ASYNC_WRONG_HANDLE 2

/**
 * Wrong use: the session is another thread's.
 */
#define WINSOCK_ASYNC_WRONG_THREAD 3

/**
 * Wrong use: another thread is in a call of the session.
 */
#define WINSOCK_ASYNC_IN_USE 4

/**
 * Wrong use: the function was called in a callback.
 */
#define WINSOCK_ASYNC_WRONG_CALLBACK 5

/**
 * Wrong use: a length is more than half of the address space.
 */
#define WINSOCK_ASYNC_WRONG_LENGTH 6

/**
 * Wrong use: a text is not UTF-8.
 */
#define WINSOCK_ASYNC_WRONG_TEXT 7

/**
 * Wrong use: a number is none of those that its field or parameter takes.
 */
#define WINSOCK_ASYNC_WRONG_NUMBER 8

/**
 * A policy, a table, a script or a name server's settings are malformed. The message says where.
 */
#define WINSOCK_ASYNC_BAD_CONFIG 9

/**
 * This build or this system does not have the function.
 */
#define WINSOCK_ASYNC_UNSUPPORTED 10

/**
 * The system refused a resource, such as a descriptor.
 */
#define WINSOCK_ASYNC_NO_RESOURCE 11

/**
 * The library has a fault: it panicked, and stopped the call.
 */
#define WINSOCK_ASYNC_PANICKED 12

/**
 * WSAEINTR: a blocking call was cancelled.
 */
#define WINSOCK_ASYNC_ERROR_INTERRUPTED 10004

/**
 * WSAEACCES: the policy forbids the lookup, its answer or the connection.
 */
#define WINSOCK_ASYNC_ERROR_ACCESS_DENIED 10013

/**
 * WSAEFAULT: a pointer of the guest is null or invalid.
 */
#define WINSOCK_ASYNC_ERROR_BAD_ADDRESS 10014

/**
 * WSAEINVAL: an argument is invalid, or no request of this session has the handle.
 */
#define WINSOCK_ASYNC_ERROR_INVALID_ARGUMENT 10022

/**
 * WSAEWOULDBLOCK: a limit is reached. The request has not begun.
 */
#define WINSOCK_ASYNC_ERROR_WOULD_BLOCK 10035

/**
 * WSAEINPROGRESS: a blocking call is under way.
 */
#define WINSOCK_ASYNC_ERROR_IN_PROGRESS 10036

/**
 * WSAEALREADY: the completion of the request to be cancelled was taken.
 */
#define WINSOCK_ASYNC_ERROR_ALREADY_COMPLETED 10037

/**
 * WSAENETDOWN: the engine is down, or has no worker thread.
 */
#define WINSOCK_ASYNC_ERROR_NETWORK_DOWN 10050

/**
 * WSAENOBUFS: the guest's buffer is too small.
 */
#define WINSOCK_ASYNC_ERROR_NO_BUFFER_SPACE 10055

/**
 * WSAEPROCLIM: too many programs use the host.
 */
#define WINSOCK_ASYNC_ERROR_PROCESS_LIMIT 10067

/**
 * WSASYSNOTREADY: the host is not ready for start-up.
 */
#define WINSOCK_ASYNC_ERROR_SYSTEM_NOT_READY 10091

/**
 * WSAVERNOTSUPPORTED: the version asked for is not supported.
 */
#define WINSOCK_ASYNC_ERROR_VERSION_NOT_SUPPORTED 10092

/**
 * WSANOTINITIALISED: there was no start-up.
 */
#define WINSOCK_ASYNC_ERROR_NOT_INITIALISED 10093

/**
 * WSAHOST_NOT_FOUND: no such host.
 */
#define WINSOCK_ASYNC_ERROR_HOST_NOT_FOUND 11001

/**
 * WSATRY_AGAIN: a name server is silent or busy, or the request timed out.
 */
#define WINSOCK_ASYNC_ERROR_TRY_AGAIN 11002

/**
 * WSANO_RECOVERY: a name server refuses or fails.
 */
#define WINSOCK_ASYNC_ERROR_NO_RECOVERY 11003

/**
 * WSANO_DATA: the host has no address of the family, or there is no such service or protocol.
 */
#define WINSOCK_ASYNC_ERROR_NO_DATA 11004

/**
 * A resolver: the files /etc/hosts, /etc/services and /etc/protocols of this machine.
 */
#define WINSOCK_ASYNC_RESOLVER_SYSTEM_TABLES 1

/**
 * A resolver: the name service of the operating system, for hosts.
 */
#define WINSOCK_ASYNC_RESOLVER_SYSTEM 2

/**
 * A resolver: name servers. The text is as in resolv.conf; without one, the machine's settings.
 */
#define WINSOCK_ASYNC_RESOLVER_DNS 3

/**
 * A resolver: tables. The text is as in a hosts file; services and protocols are IANA's.
 */
#define WINSOCK_ASYNC_RESOLVER_TABLES 4

/**
 * A resolver: a script for tests. The text is TOML.
 */
#define WINSOCK_ASYNC_RESOLVER_SCRIPT 5

/**
 * A resolver: denies every lookup.
 */
#define WINSOCK_ASYNC_RESOLVER_DENY 6

/**
 * A query: a host by its `name`, which may be an IPv4 address; "" is the machine's own name.
 */
#define WINSOCK_ASYNC_QUERY_HOST_BY_NAME 1

/**
 * A query: a host by its address: the bytes of `name`, of Winsock's `family` 2.
 */
#define WINSOCK_ASYNC_QUERY_HOST_BY_ADDRESS 2

/**
 * A query: a service by its `name` and, unless that is empty, its `protocol`.
 */
#define WINSOCK_ASYNC_QUERY_SERVICE_BY_NAME 3

/**
 * A query: a service by its `port` and, unless that is empty, its `protocol`.
 */
#define WINSOCK_ASYNC_QUERY_SERVICE_BY_PORT 4

/**
 * A query: a protocol by its `name`.
 */
#define WINSOCK_ASYNC_QUERY_PROTOCOL_BY_NAME 5

/**
 * A query: a protocol by its `number`.
 */
#define WINSOCK_ASYNC_QUERY_PROTOCOL_BY_NUMBER 6

/**
 * A query: the addresses of the host `name`, of `family` 4 or 6, or 0 for both.
 */
#define WINSOCK_ASYNC_QUERY_ADDRESSES 7

/**
 * A query: the name of the host with `address`.
 */
#define WINSOCK_ASYNC_QUERY_NAME_OF 8

/**
 * No answer: the completion has an error.
 */
#define WINSOCK_ASYNC_ANSWER_NONE 0

/**
 * A host: its name, aliases and IPv4 addresses.
 */
#define WINSOCK_ASYNC_ANSWER_HOST 1

/**
 * A service: its name, aliases, port and protocol.
 */
#define WINSOCK_ASYNC_ANSWER_SERVICE 2

/**
 * A protocol: its name, aliases and number.
 */
#define WINSOCK_ASYNC_ANSWER_PROTOCOL 3

/**
 * Addresses in the order to try them, and the canonical name if it is known.
 */
#define WINSOCK_ASYNC_ANSWER_ADDRESSES 4

/**
 * The name of an address.
 */
#define WINSOCK_ASYNC_ANSWER_NAME 5

/**
 * A use: binds a TCP socket, also before it connects or listens.
 */
#define WINSOCK_ASYNC_USE_TCP_BIND 1

/**
 * A use: listens at the local address of a TCP socket.
 */
#define WINSOCK_ASYNC_USE_TCP_LISTEN 2

/**
 * A use: connects a TCP socket.
 */
#define WINSOCK_ASYNC_USE_TCP_CONNECT 3

/**
 * A use: binds a UDP socket, also before it sends.
 */
#define WINSOCK_ASYNC_USE_UDP_BIND 4

/**
 * A use: connects a UDP socket, or sends a datagram.
 */
#define WINSOCK_ASYNC_USE_UDP_SEND 5

/**
 * A use: passes a datagram from the address on to the guest. Its denial is not counted.
 */
#define WINSOCK_ASYNC_USE_UDP_RECEIVE 6

/**
 * A transport: TCP.
 */
#define WINSOCK_ASYNC_TRANSPORT_TCP 1

/**
 * A transport: UDP.
 */
#define WINSOCK_ASYNC_TRANSPORT_UDP 2

/**
 * The limits of an engine and of its sessions. `winsock_async_limits_default` fills them in.
 *
 * Past a limit on requests, bytes, rate or workers, a request fails with
 * `WINSOCK_ASYNC_ERROR_WOULD_BLOCK`.
 */
typedef struct winsock_async_limits_t {
  /**
   * Outstanding requests of one session: pending, or completed and not taken.
   */
  size_t max_requests;
  /**
   * Outstanding requests of all sessions.
   */
  size_t requests_per_engine;
  /**
   * Bytes that the outstanding requests of one session hold.
   */
  size_t bytes_per_session;
  /**
   * Bytes of one answer. A larger one loses its last addresses, then its last aliases.
   */
  size_t answer_bytes;
  /**
   * Bytes of a name. A longer name does not exist.
   */
  size_t name_bytes;
  /**
   * Addresses that one session was answered and may connect to by a rule for their name.
   */
  size_t max_answered_addresses;
  /**
   * Worker threads, and so blocking lookups at a time. With 0, every request fails.
   */
  size_t workers;
  /**
   * Worker threads that replace stuck and slow ones while lookups wait.
   */
  size_t max_extra_workers;
  /**
   * Workers that may run lookups of one session.
   */
  size_t max_workers_per_session;
  /**
   * Requests each second of one session, on average. 0 is no limit.
   */
  uint32_t max_rate_per_second;
  /**
   * Requests at once within that rate. 0 counts as 1.
   */
  uint32_t max_rate_burst;
  /**
   * Nanoseconds that a request may be pending. 0 is no limit.
   */
  uint64_t request_timeout;
  /**
   * Nanoseconds that a lookup runs before its worker is stuck. `WINSOCK_ASYNC_FOREVER` is never.
   */
  uint64_t stuck_after;
} winsock_async_limits_t;

/**
 * Bytes and their number.
 *
 * As an argument: the caller's, copied by the call; null stands for none if `length` is 0. In a
 * completion: the library's, UTF-8 text with a NUL behind it, which `length` does not count.
 */
typedef struct winsock_async_text_t {
  /**
   * The first byte.
   */
  const char *data;
  /**
   * The number of bytes.
   */
  size_t length;
} winsock_async_text_t;

/**
 * A resolver and its text.
 */
typedef struct winsock_async_resolver_t {
  /**
   * One of `WINSOCK_ASYNC_RESOLVER_*`.
   */
  uint32_t kind;
  /**
   * What the kind says, or empty.
   */
  struct winsock_async_text_t text;
} winsock_async_resolver_t;

/**
 * What an engine is made of. All zero is an engine with the defaults, which allows no host.
 */
typedef struct winsock_async_config_t {
  /**
   * The policy as TOML. Empty allows no host.
   */
  struct winsock_async_text_t policy;
  /**
   * The resolvers, each asked for what those before it do not know.
   */
  const struct winsock_async_resolver_t *resolvers;
  /**
   * Their number. 0 stands for the system's tables, then the system's name service.
   */
  size_t resolver_count;
  /**
   * The limits. Null stands for the defaults.
   */
  const struct winsock_async_limits_t *limits;
  /**
   * The name that the query for the host "" stands for. Empty stands for the machine's name.
   */
  struct winsock_async_text_t host_name;
} winsock_async_config_t;

/**
 * An engine. A handle is never given out again after its engine is deleted.
 */
typedef struct winsock_async_engine_t {
  /**
   * The library's. 0 is no engine.
   */
  uint64_t id;
} winsock_async_engine_t;

/**
 * Counts of requests. `pending` are outstanding; every other request is counted in one of the
 * four fields before it.
 */
typedef struct winsock_async_stats_t {
  /**
   * Requests that were begun.
   */
  uint64_t requests;
  /**
   * Calls that began no request: a limit was reached, or the engine was down.
   */
  uint64_t refused;
  /**
   * Requests that completed with an answer.
   */
  uint64_t answered;
  /**
   * Requests that completed with `WINSOCK_ASYNC_ERROR_ACCESS_DENIED` by the policy.
   */
  uint64_t denied;
  /**
   * Requests that completed with another error.
   */
  uint64_t failed;
  /**
   * Requests that were cancelled.
   */
  uint64_t cancelled;
  /**
   * Requests that are pending, or completed and not taken.
   */
  uint64_t pending;
  /**
   * Uses of addresses that the policy denied.
   */
  uint64_t connections_denied;
} winsock_async_stats_t;

/**
 * Counts and state of an engine.
 */
typedef struct winsock_async_metrics_t {
  /**
   * The counts of all sessions, those that were deleted included.
   */
  struct winsock_async_stats_t total;
  /**
   * Sessions that exist.
   */
  uint64_t sessions;
  /**
   * Lookups that wait for a worker.
   */
  uint64_t queued;
  /**
   * Worker threads that started with the engine.
   */
  uint64_t workers;
  /**
   * Workers that run a lookup.
   */
  uint64_t busy;
  /**
   * Workers that are stuck in a resolver.
   */
  uint64_t stuck;
  /**
   * Workers that replace stuck and slow ones.
   */
  uint64_t extra;
} winsock_async_metrics_t;

/**
 * A session, which is one guest's. A handle is never given out again after its session is deleted.
 */
typedef struct winsock_async_session_t {
  /**
   * The library's. 0 is no session.
   */
  uint64_t id;
} winsock_async_session_t;

/**
 * An IPv4 or IPv6 address.
 */
typedef struct winsock_async_address_t {
  /**
   * 4 or 6.
   */
  uint32_t family;
  /**
   * The address in network byte order. An IPv4 address is the first 4 bytes.
   */
  uint8_t bytes[16];
} winsock_async_address_t;

/**
 * A query. Each `WINSOCK_ASYNC_QUERY_*` says which fields it has; the others are not read.
 *
 * An error in a name, or an address of a wrong length, is the guest's. It is in the completion.
 */
typedef struct winsock_async_query_t {
  /**
   * One of `WINSOCK_ASYNC_QUERY_*`.
   */
  uint32_t kind;
  /**
   * The family.
   */
  int32_t family;
  /**
   * The name. Its bytes need not be UTF-8.
   */
  struct winsock_async_text_t name;
  /**
   * The name of the protocol.
   */
  struct winsock_async_text_t protocol;
  /**
   * The address.
   */
  struct winsock_async_address_t address;
  /**
   * The number of the protocol.
   */
  int32_t number;
  /**
   * The port as a number: 80 for http.
   */
  uint16_t port;
} winsock_async_query_t;

/**
 * The completion of a request. `winsock_async_completions_delete` deletes what it points to.
 */
typedef struct winsock_async_completion_t {
  /**
   * The handle of the request.
   */
  uint64_t handle;
  /**
   * The number that was given with the request.
   */
  uint64_t tag;
  /**
   * `WINSOCK_ASYNC_OK`, or one of `WINSOCK_ASYNC_ERROR_*`.
   */
  int32_t error;
  /**
   * One of `WINSOCK_ASYNC_ANSWER_*`, which says what the fields below have. All others are zero.
   */
  uint32_t kind;
  /**
   * The official or canonical name. `data` is null if it is not known.
   */
  struct winsock_async_text_t name;
  /**
   * The other names.
   */
  const struct winsock_async_text_t *aliases;
  /**
   * Their number.
   */
  size_t alias_count;
  /**
   * The addresses.
   */
  const struct winsock_async_address_t *addresses;
  /**
   * Their number.
   */
  size_t address_count;
  /**
   * The name of a service's protocol.
   */
  struct winsock_async_text_t protocol;
  /**
   * The number of a protocol.
   */
  int32_t number;
  /**
   * The port of a service as a number: 80 for http.
   */
  uint16_t port;
  /**
   * The library's: names what the completion owns. 0 if that is nothing.
   */
  uint64_t memory;
} winsock_async_completion_t;

/**
 * A function that is called when a completion can be taken, with the pointer that was set with it.
 *
 * Any thread may call it: a thread of the library, or the session's own thread in a call of the
 * session. A call of the session waits for it. It must not call this library, wait for the
 * session's thread, lock what that thread holds in a call of the session, throw or `longjmp`.
 */
typedef void (*winsock_async_callback_t)(void *data);

/**
 * An address and a port.
 */
typedef struct winsock_async_endpoint_t {
  /**
   * The address.
   */
  struct winsock_async_address_t address;
  /**
   * The port as a number: 80 for http.
   */
  uint16_t port;
} winsock_async_endpoint_t;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Returns the version of the interface that the library has. A program compares it with
 * `WINSOCK_ASYNC_ABI`.
 */
uint32_t winsock_async_abi(void);

/**
 * Returns what a number that a function returned says, such as "WSAEACCES: the policy denies it".
 *
 * The text is the library's and stays for ever. Any thread may call this, also in a callback.
 */
const char *winsock_async_strerror(int32_t error);

/**
 * Writes the default limits to `limits`.
 *
 * `limits` is null or points to memory for one `winsock_async_limits_t`.
 */
int32_t winsock_async_limits_default(struct winsock_async_limits_t *limits);

/**
 * Makes an engine and writes its handle to `engine`. One engine serves a process.
 *
 * Errors: `WINSOCK_ASYNC_BAD_CONFIG`, `WINSOCK_ASYNC_WRONG_TEXT`. `WINSOCK_ASYNC_WRONG_NUMBER`:
 * there is no such resolver. `WINSOCK_ASYNC_UNSUPPORTED`: the library has no DNS client. A call
 * that fails with one of these writes a text of at most `size` bytes, its NUL included, to
 * `message`. With `size` 0 that may be null.
 *
 * `config` is null or points to a configuration whose pointers are null or valid. `engine` is null
 * or points to memory for a handle, and `message` is null or points to `size` bytes.
 */
int32_t winsock_async_engine_new(const struct winsock_async_config_t *config,
                                 struct winsock_async_engine_t *engine,
                                 char *message,
                                 size_t size);

/**
 * Deletes the handle of an engine. Waits for no lookup.
 *
 * Sessions of the engine stay usable and keep it alive. Its threads end after the last session is
 * deleted, except those that are inside a resolver: each of these ends when its resolver returns.
 */
int32_t winsock_async_engine_delete(struct winsock_async_engine_t engine);

/**
 * Takes an engine down while guests run: every pending request completes with
 * `WINSOCK_ASYNC_ERROR_NETWORK_DOWN`, and so do requests and cancels until
 * `winsock_async_engine_bring_up`.
 */
int32_t winsock_async_engine_take_down(struct winsock_async_engine_t engine);

/**
 * Ends what `winsock_async_engine_take_down` began.
 */
int32_t winsock_async_engine_bring_up(struct winsock_async_engine_t engine);

/**
 * Writes the counts of all sessions of an engine, and its state, to `metrics`.
 *
 * `metrics` is null or points to memory for one `winsock_async_metrics_t`.
 */
int32_t winsock_async_engine_metrics(struct winsock_async_engine_t engine,
                                     struct winsock_async_metrics_t *metrics);

/**
 * Makes a session for one guest and writes its handle to `session`. The session is the calling
 * thread's.
 *
 * `session` is null or points to memory for a handle.
 */
int32_t winsock_async_session_new(struct winsock_async_engine_t engine,
                                  struct winsock_async_session_t *session);

/**
 * Deletes a session: cancels its pending requests, drops the completions that were not taken, and
 * closes its descriptor. Waits for a callback that runs, and no callback runs afterwards.
 * Completions that were taken stay valid.
 */
int32_t winsock_async_session_delete(struct winsock_async_session_t session);

/**
 * Makes a session the calling thread's. The thread that had it must not be in a call of it:
 * that is `WINSOCK_ASYNC_IN_USE`.
 */
int32_t winsock_async_session_attach(struct winsock_async_session_t session);

/**
 * Writes the counts of a session's requests to `stats`.
 *
 * `stats` is null or points to memory for one `winsock_async_stats_t`.
 */
int32_t winsock_async_session_stats(struct winsock_async_session_t session,
                                    struct winsock_async_stats_t *stats);

/**
 * WSAStartup: adds one to the count of start-ups. Requests and cancels need one.
 */
int32_t winsock_async_session_startup(struct winsock_async_session_t session);

/**
 * WSACleanup: takes one from the count of start-ups. The last one cancels every pending request
 * and drops the completions that were not taken. Without a start-up it fails with
 * `WINSOCK_ASYNC_ERROR_NOT_INITIALISED`.
 */
int32_t winsock_async_session_cleanup(struct winsock_async_session_t session);

/**
 * Starts a request and writes its handle, which is not 0, to `handle`. `tag` comes back with the
 * completion. Never waits. An answer that is known at once is a completion too.
 *
 * Errors, after which no request has begun: `WINSOCK_ASYNC_ERROR_NOT_INITIALISED`,
 * `WINSOCK_ASYNC_ERROR_NETWORK_DOWN`, `WINSOCK_ASYNC_ERROR_WOULD_BLOCK`, and
 * `WINSOCK_ASYNC_WRONG_NUMBER` for a kind or a family of `query` that there is not. Every other
 * error is in the completion.
 *
 * `query` is null or points to a query whose pointers are null or valid. `handle` is null or
 * points to memory for a handle.
 */
int32_t winsock_async_session_request(struct winsock_async_session_t session,
                                      const struct winsock_async_query_t *query,
                                      uint64_t tag,
                                      uint64_t *handle);

/**
 * Cancels a request, which never completes then. It may have completed, as long as the completion
 * was not taken. Never waits.
 *
 * Errors: `WINSOCK_ASYNC_ERROR_ALREADY_COMPLETED`: the completion was taken.
 * `WINSOCK_ASYNC_ERROR_INVALID_ARGUMENT`: no request of this session has the handle.
 * `WINSOCK_ASYNC_ERROR_NOT_INITIALISED`, `WINSOCK_ASYNC_ERROR_NETWORK_DOWN`.
 */
int32_t winsock_async_session_cancel(struct winsock_async_session_t session, uint64_t handle);

/**
 * Takes up to `max` completions, the oldest first, and writes them to `completions` and their
 * number to `taken`. Never waits for a lookup. `winsock_async_completions_delete` deletes what
 * they point to.
 *
 * `completions` is null or points to memory for `max` completions; it may be null if `max` is 0.
 * `taken` is null or points to memory for a number.
 */
int32_t winsock_async_session_take(struct winsock_async_session_t session,
                                   struct winsock_async_completion_t *completions,
                                   size_t max,
                                   size_t *taken);

/**
 * Deletes what `count` completions point to, and zeroes the fields that point there. Any thread
 * may call this.
 *
 * A completion without an answer owns nothing, and neither does one that was deleted. A copy of
 * one that was deleted is `WINSOCK_ASYNC_WRONG_HANDLE`; the others are deleted then too.
 *
 * `completions` is null or points to `count` completions that `winsock_async_session_take` wrote;
 * it may be null if `count` is 0.
 */
int32_t winsock_async_completions_delete(struct winsock_async_completion_t *completions,
                                         size_t count);

/**
 * Waits until a completion can be taken, or for `timeout` nanoseconds; `WINSOCK_ASYNC_FOREVER` is
 * no time-out. Writes 1 to `ready` if one can be taken. Writes 0 after the time-out, and at once
 * if no request is outstanding. No other thread can end the wait of one session, except by
 * `winsock_async_engine_take_down`, which completes the requests of all.
 *
 * `ready` is null or points to memory for a number.
 */
int32_t winsock_async_session_wait(struct winsock_async_session_t session,
                                   uint64_t timeout,
                                   int *ready);

/**
 * Writes a descriptor to `descriptor` that is readable while completions can be taken, for `poll`,
 * `select` or `epoll`. The same one at each call.
 *
 * The descriptor is the session's: the host waits for it, and neither reads nor closes it. It can
 * be readable without a completion, after a cancel or a take. Then `winsock_async_session_take`
 * takes none, and ends that. With `EPOLLET`, it is readable again only after a call that has left
 * no completion.
 *
 * Errors: `WINSOCK_ASYNC_NO_RESOURCE`: the process has no descriptor left.
 * `WINSOCK_ASYNC_UNSUPPORTED`: the system has none, as Windows.
 *
 * `descriptor` is null or points to memory for a number.
 */
int32_t winsock_async_session_descriptor(struct winsock_async_session_t session, int *descriptor);

/**
 * Sets the function that is called, with `data`, when a completion can be taken; null is none.
 * Waits for a callback that runs; the one before is not called afterwards.
 *
 * It is called once, and again only after a `winsock_async_session_take` that has left no
 * completion. If one can be taken already, it is called before this call returns. It can be called
 * without a completion, after a cancel or a take.
 *
 * `callback` is null or a function that any thread may call with `data`, until the session is
 * deleted or another callback is set.
 */
int32_t winsock_async_session_callback(struct winsock_async_session_t session,
                                       winsock_async_callback_t callback,
                                       void *data);

/**
 * Judges a use of an address, one of `WINSOCK_ASYNC_USE_*`, by the policy and by what the guest of
 * this session was answered. `WINSOCK_ASYNC_OK` allows it.
 *
 * `WINSOCK_ASYNC_ERROR_ACCESS_DENIED` denies it. Then a text of at most `size` bytes, its NUL
 * included, is written to `message`. It names the rule that would allow the use. With `size` 0,
 * `message` may be null. A denial of `WINSOCK_ASYNC_USE_UDP_RECEIVE` has no text.
 *
 * `endpoint` is null or points to an endpoint, and `message` is null or points to `size` bytes.
 */
int32_t winsock_async_session_connection_check(struct winsock_async_session_t session,
                                               uint32_t usage,
                                               const struct winsock_async_endpoint_t *endpoint,
                                               char *message,
                                               size_t size);

/**
 * Judges a TCP connection of a client that knows the name of the host, such as one of HTTP.
 *
 * The address must be one that this guest was answered for the name, or one that a rule has. A
 * rule for another name with the same address does not count. If `host` is an address, this is
 * `winsock_async_session_connection_check`.
 *
 * Errors and `message` are as there. `WINSOCK_ASYNC_WRONG_TEXT`: the name is not UTF-8.
 *
 * `host` is null or points to its number of bytes. `endpoint` is null or points to an endpoint,
 * and `message` is null or points to `size` bytes.
 */
int32_t winsock_async_session_connection_check_host(struct winsock_async_session_t session,
                                                    struct winsock_async_text_t host,
                                                    const struct winsock_async_endpoint_t *endpoint,
                                                    char *message,
                                                    size_t size);

/**
 * Notes that the guest listens at this local address, or has bound a UDP socket there. It may
 * connect there, if the address is on loopback. `transport` is one of `WINSOCK_ASYNC_TRANSPORT_*`.
 *
 * `endpoint` is null or points to an endpoint.
 */
int32_t winsock_async_session_connection_opened(struct winsock_async_session_t session,
                                                uint32_t transport,
                                                const struct winsock_async_endpoint_t *endpoint);

/**
 * Notes that the guest has closed a socket that `winsock_async_session_connection_opened` was
 * called for.
 *
 * `endpoint` is null or points to an endpoint.
 */
int32_t winsock_async_session_connection_closed(struct winsock_async_session_t session,
                                                uint32_t transport,
                                                const struct winsock_async_endpoint_t *endpoint);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* WINSOCK_ASYNC_H */
