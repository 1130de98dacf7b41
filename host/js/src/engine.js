/**
 * Engines: what the sessions of all guests share.
 *
 * @typedef {import('../types/wit.js').Query} Query
 * @typedef {import('./errors.js').ErrorCode} ErrorCode
 * @typedef {import('./limits.js').Limits} Limits
 * @typedef {import('./lookup.js').Lookup} Lookup
 * @typedef {import('./lookup.js').Outcome} Outcome
 * @typedef {import('./resolver.js').Resolver} Resolver
 * @typedef {import('./session.js').Task} Task
 */

import { Judge } from './admission.js';
import { limitsOf, mayHaveMore } from './limits.js';
import { failed, missOf } from './lookup.js';
import { Policy } from './policy.js';
import { Session } from './session.js';
import { Counters } from './stats.js';
import { LocalRunner } from './runner.js';

/**
 * What happens to a request, for an observer.
 *
 * @typedef {{ type: 'request', session: number, handle: bigint, query: Query }
 *   | { type: 'completion', session: number, handle: bigint, outcome: Outcome, isDenied: boolean }
 *   | { type: 'cancel', session: number, handle: bigint }
 *   | { type: 'refusal', session: number, query: Query, error: ErrorCode }} Event
 */

/**
 * Runs the lookups that a resolver does not answer at once.
 *
 * @typedef {object} Runner
 * @property {(number: number, lookup: Lookup, ticket: unknown, session: number) => void}
 *   start
 * @property {(number: number) => void} cancel Says that the outcome is no longer wanted.
 * @property {(deliver: (number: number, outcome: Outcome) => void) => void} poll Delivers what has
 *   arrived. An event loop's runner delivers by itself.
 * @property {() => number} seen A number that changes when an outcome arrives.
 * @property {(seen: number, ms: number) => void} block Blocks the thread until an outcome arrives
 *   after `seen`, or `ms` milliseconds are over.
 * @property {() => void} suspend Throws if outcomes do not arrive by this thread's event loop.
 * @property {() => boolean} isLost Whether the runner has ended by itself and answers no more.
 * @property {() => void} close
 */

/**
 * @typedef {object} EngineOptions
 * @property {Resolver} resolver Answers the lookups that the policy allows.
 * @property {Policy | import('./policy.js').PolicyRules} [policy] Default: no host is allowed.
 * @property {Partial<Limits>} [limits]
 * @property {string} [hostName] The name of this machine, for lookups of "". Default: `localhost`.
 * @property {(event: Event) => void} [observer] Called for each event, on the session's thread.
 *   What it throws is dropped.
 * @property {() => number} [now] A clock in milliseconds that never goes back.
 * @property {(resolver: Resolver, deliver: (number: number, outcome: Outcome) => void) => Runner}
 *   [runner] Default: lookups run on the event loop of this thread.
 */

/** A policy, a resolver and limits for the guests of one thread. */
export class LookupEngine {
  #shared;

  /** @param {EngineOptions} options */
  constructor(options) {
    this.#shared = new EngineShared(options);
  }

  /** Makes a session for one guest. */
  session() {
    return this.#shared.session();
  }

  /** Outstanding requests of all sessions. */
  get outstanding() {
    return this.#shared.outstanding;
  }

  /** Counts of the requests of all sessions, those that have ended included. */
  stats() {
    return this.#shared.counters.snapshot();
  }

  /**
   * Takes the resolver side down: completes every pending request with WSAENETDOWN. Until
   * {@link bringUp}, requests and cancels fail with WSAENETDOWN at the call (`S-R18`).
   */
  takeDown() {
    this.#shared.takeDown();
  }

  /**
   * Brings the resolver side up again. An engine that is closed, or whose runner has ended by
   * itself, stays down.
   */
  bringUp() {
    this.#shared.bringUp();
  }

  /** Ends all sessions, and the threads of the engine. */
  close() {
    this.#shared.close();
  }
}

/** What the sessions of one engine share. */
export class EngineShared {
  #resolver;
  #runner;
  #observer;
  #clock;
  /** Lookups that are under way, by number. @type {Map<number, Task>} */
  #lookups = new Map();
  #lastLookup = 0;
  #lastSession = 0;
  #isDown = false;
  #isClosed = false;
  counters = new Counters();
  /** Outstanding requests of all sessions. */
  outstanding = 0;
  /** @type {Set<Session>} */
  sessions = new Set();

  /** @param {EngineOptions} options */
  constructor({ resolver, policy = {}, limits = {}, hostName = 'localhost', ...options }) {
    this.limits = limitsOf(limits);
    const judged = policy instanceof Policy ? policy : new Policy(policy);
    this.judge = new Judge(judged, hostName, this.limits);
    this.#resolver = resolver;
    this.#observer = options.observer;
    this.#clock = options.now ?? (() => performance.now());
    const runner = options.runner ?? ((of, deliver) => new LocalRunner(of, deliver));
    this.#runner = runner(resolver, this.#deliver);
  }

  get isDown() {
    return this.#isDown || this.#isClosed || this.#runner.isLost();
  }

  session() {
    this.#lastSession += 1;
    const session = new Session(this, this.#lastSession);
    this.sessions.add(session);
    return session;
  }

  now() {
    return this.#clock();
  }

  seen() {
    return this.#runner.seen();
  }

  /**
   * @param {number} seen
   * @param {number} ms
   */
  block(seen, ms) {
    this.#runner.block(seen, ms);
  }

  suspend() {
    this.#runner.suspend();
  }

  poll() {
    this.#runner.poll(this.#deliver);
    if (this.#runner.isLost()) this.#endPending();
  }

  /**
   * Whether the guests' limit lets a session that holds `held` requests have one more.
   *
   * @param {number} held
   */
  mayHaveMore(held) {
    const all = this.limits.requestsPerEngine;
    return mayHaveMore(held, all - this.outstanding, Math.floor(all / 16));
  }

  /**
   * Asks the resolver for an immediate answer. One that throws is broken: `no-recovery`.
   *
   * @param {Lookup} lookup
   * @returns {{ kind: 'ready', outcome: Outcome } | { kind: 'async', ticket?: unknown }}
   */
  tryResolve(lookup) {
    let resolution;
    try {
      resolution = this.#resolver.tryResolve(lookup);
    } catch {
      return { kind: 'ready', outcome: failed('no-recovery') };
    }
    switch (resolution?.kind) {
      case 'ready':
      case 'async':
        return resolution;
      case 'not-found':
        return { kind: 'ready', outcome: failed(missOf(lookup)) };
      default:
        return { kind: 'ready', outcome: failed('no-recovery') };
    }
  }

  /**
   * Starts the lookup of a pending request, and returns its number.
   *
   * @param {Task} task
   * @param {Lookup} lookup
   * @param {unknown} ticket
   */
  start(task, lookup, ticket) {
    this.#lastLookup += 1;
    const number = this.#lastLookup;
    this.#lookups.set(number, task);
    this.#runner.start(number, lookup, ticket, task.session.number);
    return number;
  }

  /**
   * Ends the lookup of a request that no longer waits for it. A later outcome is dropped.
   *
   * @param {Task} task
   */
  end(task) {
    if (this.#lookups.delete(task.number)) this.#runner.cancel(task.number);
  }

  /** @param {() => Event} event */
  observe(event) {
    if (!this.#observer) return;
    try {
      this.#observer(event());
    } catch {
      // An observer's fault is not the guest's.
    }
  }

  takeDown() {
    this.#isDown = true;
    this.#endPending();
  }

  bringUp() {
    this.#isDown = false;
  }

  close() {
    this.#isClosed = true;
    for (const session of [...this.sessions]) session.close();
    this.#runner.close();
  }

  #endPending() {
    for (const session of this.sessions) session.endPending();
  }

  #deliver = (/** @type {number} */ number, /** @type {Outcome} */ outcome) => {
    const task = this.#lookups.get(number);
    // The request was cancelled, or has ended: the engine went down, or time was over.
    if (!task) return;
    this.#lookups.delete(number);
    task.session.deliver(task, outcome);
  };
}
