// What the tests share.

import { LookupEngine } from '../src/engine.js';
import { winsockError } from '../src/errors.js';
import { answerHost } from '../src/lookup.js';

/** @param {string} of */
export function text(of) {
  return new TextEncoder().encode(of);
}

/**
 * A query for a host.
 *
 * @param {string} name
 */
export function host(name) {
  return { tag: 'host-by-name', val: text(name) };
}

/**
 * An engine that allows every host. `addresses` answers each lookup of a host at once.
 *
 * @param {(lookup: any) => string[]} addresses
 * @param {object} [options]
 */
export function engineWith(addresses, options = {}) {
  const resolver = {
    tryResolve: (/** @type {any} */ lookup) => ({
      kind: 'ready',
      outcome: answerHost(lookup, lookup.name ?? 'host.test', [], addresses(lookup)),
    }),
  };
  return new LookupEngine({ resolver, policy: { allow: ['*'] }, ...options });
}

/**
 * Makes a request whose outcome is known at once, and takes it.
 *
 * @param {import('../src/session.js').Session} session
 * @param {any} query
 */
export function ask(session, query) {
  session.request(query, 7n);
  const [{ outcome }] = session.take(1);
  return outcome.tag === 'err' ? { ...outcome, winsock: winsockError(outcome.val).name } : outcome;
}

/** The error that a call of a session throws, such as `would-block`. */
export function errorOf(call) {
  try {
    call();
  } catch (error) {
    return error.payload;
  }
  return undefined;
}

/** A resolver whose lookups wait until a test ends them. */
export class Gates {
  /** What ends each lookup, by name. @type {Map<string, ((outcome: any) => void)[]>} */
  #waiting = new Map();
  /** The names whose lookups were aborted. */
  aborted = [];

  tryResolve() {
    return { kind: 'async' };
  }

  resolve(lookup, { signal }) {
    signal.addEventListener('abort', () => this.aborted.push(lookup.name));
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(lookup.name) ?? [];
      this.#waiting.set(lookup.name, [...waiting, resolve]);
    });
  }

  /** How many lookups have begun. */
  get begun() {
    return [...this.#waiting.values()].flat().length;
  }

  /** Ends the lookups of a name, and lets the outcomes arrive. */
  async end(name, outcome) {
    for (const resolve of this.#waiting.get(name) ?? []) resolve(outcome ?? found(name));
    await turn();
  }
}

function found(name) {
  return answerHost({ kind: 'host-by-name', name }, name, [], ['93.184.216.34']);
}

/** Lets the event loop turn once. */
export function turn() {
  return new Promise((resolve) => setImmediate(resolve));
}
