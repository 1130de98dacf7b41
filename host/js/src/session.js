/**
 * The requests of one guest, and every decision on them.
 *
 * @typedef {import('../types/wit.js').Completion} Completion
 * @typedef {import('../types/wit.js').Query} Query
 * @typedef {import('./admission.js').Verdict} Verdict
 * @typedef {import('./engine.js').EngineShared} EngineShared
 * @typedef {import('./errors.js').ErrorCode} ErrorCode
 * @typedef {import('./lookup.js').Lookup} Lookup
 * @typedef {import('./lookup.js').Outcome} Outcome
 */

import { RecentlyCompleted } from './ended.js';
import { WinsockError } from './errors.js';
import { Handles } from './handles.js';
import { RateLimiter } from './limits.js';
import { List } from './list.js';
import { answerBytes, failed } from './lookup.js';
import { Counters } from './stats.js';

/**
 * An outstanding request: pending, or completed and not taken.
 *
 * @typedef {object} Task
 * @property {bigint} handle
 * @property {bigint} tag
 * @property {Session} session
 * @property {Lookup | undefined} lookup
 * @property {number} number The number of the lookup in the engine.
 * @property {number} due When the request is overdue, in milliseconds of the engine's clock.
 * @property {number} bytes What the request holds of `bytesPerSession`.
 * @property {Verdict | null} verdict Null while the request is pending.
 * @property {Task | null} prev
 * @property {Task | null} next
 */

/** Bytes that a pending request and a completion count for, besides names and answers. */
const PENDING_BYTES = 72;
const READY_BYTES = 40;

/** The longest time that `setTimeout` takes. Units: milliseconds. */
const MAX_TIMER = 2 ** 31 - 1;

/**
 * One guest's requests. A request is cancelled or completed (`S-C8`): the calls of the guest and
 * the outcomes of resolvers come one after the other on the session's thread.
 *
 * An outcome becomes a completion if its request is pending, and is dropped if not. A cancel
 * removes the request, and with it a completion that was not taken. So the first of the cancel and
 * the `take` decides.
 */
export class Session {
  #engine;
  #number;
  #counters;
  #limiter;
  #handles = new Handles();
  /** @type {Map<bigint, Task>} */
  #tasks = new Map();
  /** Pending requests, in the order in which they began. @type {List<Task>} */
  #pending = new List();
  /** Completed requests, in the order in which they completed. @type {List<Task>} */
  #ready = new List();
  #recent = new RecentlyCompleted();
  #startups = 0;
  #bytes = 0;
  #isClosed = false;
  /** What wakes those who wait for completions. @type {Set<() => void>} */
  #waiters = new Set();

  /**
   * @param {EngineShared} engine
   * @param {number} number The number of the session in its engine, from 1.
   */
  constructor(engine, number) {
    this.#engine = engine;
    this.#number = number;
    this.#counters = new Counters(engine.counters);
    this.#limiter = engine.limits.maxRate && new RateLimiter(engine.limits.maxRate);
  }

  /** The number of the session in its engine, from 1. */
  get number() {
    return this.#number;
  }

  /** Requests that are outstanding: pending, or completed and not taken. */
  get outstanding() {
    return this.#tasks.size;
  }

  /** Counts of the session's requests. */
  stats() {
    return this.#counters.snapshot();
  }

  /**
   * WSAStartup: adds one to the count of start-ups, each of which needs a clean-up (`S-S3`).
   *
   * @returns {void}
   * @throws {WinsockError} `system-not-ready`: the session is closed.
   */
  startup() {
    if (this.#isClosed) throw new WinsockError('system-not-ready');
    this.#startups += 1;
  }

  /**
   * WSACleanup: takes one from the count of start-ups. The last clean-up cancels every pending
   * request, drops the completions that were not taken, and forgets every handle (`S-S4`).
   *
   * @returns {void}
   * @throws {WinsockError} `not-initialised`: every start-up has had its clean-up.
   */
  cleanup() {
    this.#settle();
    if (this.#startups === 0) throw new WinsockError('not-initialised');
    this.#startups -= 1;
    if (this.#startups === 0) {
      this.#abandon();
      this.#recent.clear();
    }
  }

  /**
   * Starts a request and returns its handle. An outcome that is known at once is a completion too,
   * which can be taken when this call returns (`S-R5`). An error in the query is in the completion
   * (`S-R4`).
   *
   * @param {Query} query
   * @param {bigint} tag Comes back with the completion.
   * @returns {bigint}
   * @throws {WinsockError} `not-initialised`, `network-down`, or `would-block` at a limit
   *   (`S-R2`). The call has begun no request.
   * @throws {TypeError} The query is no query of the interface. The call has begun no request.
   */
  request(query, tag) {
    this.#settle();
    if (this.#startups === 0) throw new WinsockError('not-initialised');
    const engine = this.#engine;
    const refused = this.#refusal();
    if (refused) {
      this.#counters.countRefusal();
      engine.observe(() => ({ type: 'refusal', session: this.#number, query, error: refused }));
      throw new WinsockError(refused);
    }
    // First: a query that is malformed throws, and leaves no request behind.
    const checked = engine.judge.check(query);
    const task = this.#begin(query, tag);
    if ('verdict' in checked) {
      this.#complete(task, checked.verdict);
      return task.handle;
    }
    const { lookup } = checked;
    const resolution = engine.tryResolve(lookup);
    if (resolution.kind === 'ready') {
      this.#complete(task, engine.judge.verdict(lookup, resolution.outcome));
      return task.handle;
    }
    if (!this.#isPending(task)) return task.handle;
    task.lookup = lookup;
    this.#count(task, PENDING_BYTES + ('name' in lookup ? lookup.name.length : 0));
    task.number = engine.start(task, lookup, resolution.ticket);
    return task.handle;
  }

  /**
   * Cancels an outstanding request: its completion never arrives (`S-C1`). The request may have
   * completed, as long as its completion was not taken (`S-C2`). The cost does not grow with the
   * number of outstanding requests, and the call frees at once what the request held (`S-C6`).
   *
   * @param {bigint} handle
   * @returns {void}
   * @throws {WinsockError} `not-initialised` or `network-down`, whatever the handle is (`S-C5`).
   *   `already-completed`: the completion was taken, and is one of the last 65,536 (`S-C9`).
   *   `invalid-argument`: any other number (`S-C3`). The call has changed nothing.
   */
  cancel(handle) {
    this.#settle();
    if (this.#startups === 0) throw new WinsockError('not-initialised');
    if (this.#engine.isDown) throw new WinsockError('network-down');
    const task = this.#tasks.get(handle);
    if (!task) {
      throw new WinsockError(
        this.#recent.has(handle) ? 'already-completed' : 'invalid-argument',
      );
    }
    this.#remove(task);
    this.#countCancel(task);
    this.#wake();
  }

  /**
   * Takes up to `max` completions, the oldest first. Never waits. Returns none before start-up.
   *
   * @param {number} max
   * @returns {Completion[]}
   */
  take(max) {
    this.#settle();
    /** @type {Completion[]} */
    const taken = [];
    while (taken.length < max && this.#ready.first) {
      const task = this.#ready.first;
      const verdict = /** @type {Verdict} */ (task.verdict);
      this.#remove(task);
      this.#recent.push(task.handle);
      this.#counters.countCompletion(verdict);
      taken.push({ handle: task.handle, tag: task.tag, outcome: verdict.outcome });
    }
    return taken;
  }

  /**
   * Blocks the thread until a completion can be taken, and returns whether one can. Returns false
   * after `timeout` nanoseconds, and at once when no request is outstanding.
   *
   * @param {bigint} [timeout] Default: as long as a request is outstanding.
   * @returns {boolean}
   * @throws {HostError} `ERR_WINSOCK_CANNOT_BLOCK`: this thread runs the lookups.
   */
  wait(timeout) {
    const engine = this.#engine;
    const deadline = this.#deadline(timeout);
    for (;;) {
      // Read first: an outcome that comes after this ends the block below.
      const seen = engine.seen();
      const known = this.settled();
      if (known !== undefined) return known;
      const now = engine.now();
      if (now >= deadline) return false;
      engine.block(seen, Math.min(deadline, this.#firstDue()) - now);
    }
  }

  /**
   * Waits like {@link wait}, and lets the thread run meanwhile. Each call that does not know its
   * result at once lets the event loop turn, with a time-out of 0 too.
   *
   * @param {bigint} [timeout]
   * @returns {Promise<boolean>}
   * @throws {HostError} `ERR_WINSOCK_CANNOT_SUSPEND`: another thread runs the lookups.
   */
  async waitAsync(timeout) {
    this.#engine.suspend();
    const deadline = this.#deadline(timeout);
    for (let hasTurned = false; ; hasTurned = true) {
      const known = this.settled();
      if (known !== undefined) return known;
      const now = this.#engine.now();
      if (hasTurned && now >= deadline) return false;
      await this.#turn(Math.min(deadline, this.#firstDue()) - now);
    }
  }

  /**
   * Whether a completion can be taken. `undefined` if there is none yet and one may come.
   *
   * @returns {boolean | undefined}
   */
  settled() {
    this.#settle();
    if (this.#ready.size > 0) return true;
    return this.#tasks.size === 0 ? false : undefined;
  }

  /**
   * Ends the session, as when its guest has returned or trapped: cancels every pending request,
   * and leaves nothing in the engine (`S-S7`). Later calls fail as before start-up.
   */
  close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#startups = 0;
    this.#abandon();
    this.#recent.clear();
    this.#engine.sessions.delete(this);
  }

  /**
   * Completes a request by its resolver's outcome. The engine calls this for pending requests.
   *
   * @param {Task} task
   * @param {Outcome} outcome
   */
  deliver(task, outcome) {
    const lookup = /** @type {Lookup} */ (task.lookup);
    this.#complete(task, this.#engine.judge.verdict(lookup, outcome));
  }

  /** Completes all pending requests with `network-down`, because the engine went down (`S-R18`). */
  endPending() {
    while (this.#pending.first) {
      const task = this.#pending.first;
      this.#engine.end(task);
      this.#complete(task, { outcome: failed('network-down'), isDenied: false });
    }
  }

  /** Why no request may begin: a limit (`S-R2`), or the engine is down (`S-R18`). */
  #refusal() {
    const engine = this.#engine;
    const { maxRequests, bytesPerSession } = engine.limits;
    if (engine.isDown) return 'network-down';
    if (this.#tasks.size >= maxRequests || this.#bytes >= bytesPerSession) return 'would-block';
    if (this.#limiter && !this.#limiter.admits(engine.now())) return 'would-block';
    if (!engine.mayHaveMore(this.#tasks.size)) return 'would-block';
    return undefined;
  }

  /**
   * @param {Query} query
   * @param {bigint} tag
   * @returns {Task}
   */
  #begin(query, tag) {
    const engine = this.#engine;
    this.#limiter?.count(engine.now());
    this.#counters.countRequest();
    engine.outstanding += 1;
    const timeout = engine.limits.requestTimeoutMs;
    /** @type {Task} */
    const task = {
      handle: this.#handles.next(),
      tag,
      session: this,
      lookup: undefined,
      number: 0,
      due: timeout === undefined ? Infinity : engine.now() + timeout,
      bytes: 0,
      verdict: null,
      prev: null,
      next: null,
    };
    this.#tasks.set(task.handle, task);
    this.#pending.push(task);
    const { handle } = task;
    engine.observe(() => ({ type: 'request', session: this.#number, handle, query }));
    return task;
  }

  /**
   * Whether a request is pending. An observer or a resolver may have ended the request meanwhile.
   *
   * @param {Task} task
   */
  #isPending(task) {
    return task.verdict === null && this.#tasks.has(task.handle);
  }

  /**
   * Makes a completion of a pending request. A cancel can still remove it (`S-C2`).
   *
   * @param {Task} task
   * @param {Verdict} verdict
   */
  #complete(task, verdict) {
    if (!this.#isPending(task)) return;
    const { outcome } = verdict;
    this.#pending.remove(task);
    task.verdict = verdict;
    task.lookup = undefined;
    this.#ready.push(task);
    this.#count(task, READY_BYTES + (outcome.tag === 'ok' ? answerBytes(outcome.val) : 0));
    const { handle } = task;
    this.#engine.observe(() => ({
      type: 'completion',
      session: this.#number,
      handle,
      outcome,
      isDenied: verdict.isDenied,
    }));
    this.#wake();
  }

  /**
   * @param {Task} task
   * @param {number} bytes
   */
  #count(task, bytes) {
    this.#bytes += bytes - task.bytes;
    task.bytes = bytes;
  }

  /**
   * Removes an outstanding request with all that it holds.
   *
   * @param {Task} task
   */
  #remove(task) {
    this.#tasks.delete(task.handle);
    if (task.verdict) {
      this.#ready.remove(task);
    } else {
      this.#pending.remove(task);
      this.#engine.end(task);
    }
    this.#bytes -= task.bytes;
    this.#engine.outstanding -= 1;
  }

  /** @param {Task} task */
  #countCancel({ handle }) {
    this.#counters.countCancel();
    this.#engine.observe(() => ({ type: 'cancel', session: this.#number, handle }));
  }

  /** Takes in the outcomes that have arrived, and ends overdue requests. Every call begins so. */
  #settle() {
    this.#engine.poll();
    if (this.#firstDue() === Infinity) return;
    const now = this.#engine.now();
    while (this.#pending.first && this.#pending.first.due <= now) {
      const task = this.#pending.first;
      this.#engine.end(task);
      this.#complete(task, { outcome: failed('try-again'), isDenied: false });
    }
  }

  /** When the first pending request is overdue. All have the same time-out. */
  #firstDue() {
    return this.#pending.first?.due ?? Infinity;
  }

  /** Cancels all pending requests and drops all completions, which count as completed. */
  #abandon() {
    while (this.#pending.first) {
      const task = this.#pending.first;
      this.#remove(task);
      this.#countCancel(task);
    }
    while (this.#ready.first) {
      const task = this.#ready.first;
      this.#remove(task);
      this.#counters.countCompletion(/** @type {Verdict} */ (task.verdict));
    }
    this.#wake();
  }

  #wake() {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    waiters.forEach((wake) => wake());
  }

  /**
   * Lets the event loop turn until something happens in the session, or the time is over.
   *
   * @param {number} ms
   * @returns {Promise<void>}
   */
  #turn(ms) {
    return new Promise((resolve) => {
      /** @type {ReturnType<typeof setTimeout> | undefined} */
      let timer;
      const wake = () => {
        clearTimeout(timer);
        this.#waiters.delete(wake);
        resolve();
      };
      this.#waiters.add(wake);
      if (ms !== Infinity) timer = setTimeout(wake, Math.min(Math.ceil(ms), MAX_TIMER));
    });
  }

  /** @param {bigint | undefined} timeout Nanoseconds. */
  #deadline(timeout) {
    return timeout === undefined ? Infinity : this.#engine.now() + Number(timeout) / 1e6;
  }
}
