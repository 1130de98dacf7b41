/**
 * Runs lookups on the event loop of a thread.
 *
 * @typedef {import('./lookup.js').Lookup} Lookup
 * @typedef {import('./lookup.js').Outcome} Outcome
 * @typedef {import('./resolver.js').Resolver} Resolver
 */

import { HostError } from './errors.js';
import { failed } from './lookup.js';

/** Lookups that run on this thread. Each one ends with an outcome, or is cancelled. */
export class LocalRunner {
  #resolver;
  #deliver;
  /** What begins lookups, before they do. A cancel takes one out. @type {Map<number, () => void>} */
  #unstarted = new Map();
  #isScheduled = false;
  /** @type {Map<number, AbortController>} */
  #running = new Map();

  /**
   * @param {Resolver} resolver
   * @param {(number: number, outcome: Outcome) => void} deliver
   */
  constructor(resolver, deliver) {
    this.#resolver = resolver;
    this.#deliver = deliver;
  }

  /**
   * @param {number} number
   * @param {Lookup} lookup
   * @param {unknown} ticket
   * @param {number} session
   */
  start(number, lookup, ticket, session) {
    // Not in the caller's turn: no outcome arrives before its request has begun.
    if (!this.#isScheduled) queueMicrotask(() => this.#startAll());
    this.#isScheduled = true;
    this.#unstarted.set(number, () => {
      const controller = new AbortController();
      this.#running.set(number, controller);
      this.#run(number, lookup, { ticket, session, signal: controller.signal });
    });
  }

  /** @param {number} number */
  cancel(number) {
    if (this.#unstarted.delete(number)) return;
    const controller = this.#running.get(number);
    this.#running.delete(number);
    controller?.abort();
  }

  poll() {}

  seen() {
    return 0;
  }

  /** @returns {never} */
  block() {
    const why = 'this thread runs the lookups, so it cannot block: use an asynchronous wait';
    throw new HostError('ERR_WINSOCK_CANNOT_BLOCK', why);
  }

  suspend() {}

  isLost() {
    return false;
  }

  close() {
    this.#unstarted.clear();
    for (const number of [...this.#running.keys()]) this.cancel(number);
  }

  #startAll() {
    this.#isScheduled = false;
    for (const [number, start] of this.#unstarted) {
      this.#unstarted.delete(number);
      start();
    }
  }

  /**
   * @param {number} number
   * @param {Lookup} lookup
   * @param {import('./resolver.js').ResolveOptions} options
   */
  async #run(number, lookup, options) {
    /** @type {Outcome} */
    let outcome;
    try {
      outcome = (await this.#resolver.resolve?.(lookup, options)) ?? failed('no-recovery');
    } catch {
      outcome = failed('no-recovery');
    }
    if (this.#running.delete(number)) this.#deliver(number, outcome);
  }
}
