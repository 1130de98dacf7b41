/**
 * Runs lookups on another thread, so that the guest's thread can block.
 *
 * @typedef {import('../lookup.js').Lookup} Lookup
 * @typedef {import('../lookup.js').Outcome} Outcome
 * @typedef {import('./build.js').Description} Description
 */

import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { HostError } from '../errors.js';
import { failed } from '../lookup.js';

/**
 * The most messages to the thread that it has not handled, besides cancels of lookups that it has.
 * Past it, a lookup is kept here, where its cancel leaves nothing: else a guest that makes requests
 * and cancels them would fill the queue faster than the thread empties it.
 */
export const MAX_BACKLOG = 1024;

/** What each number in shared memory counts or says. */
export const STATE = /** @type {const} */ ({ arrivals: 0, hasEnded: 1, handled: 2 });

/**
 * Lookups that run on a thread of their own. That thread builds the resolvers again, and sends
 * outcomes through a port. A counter in shared memory ends a block of the guest's thread.
 */
export class BlockingRunner {
  #state = new Int32Array(new SharedArrayBuffer(12));
  #port;
  #worker;
  /** Messages that start lookups and are not sent. @type {Map<number, unknown[]>} */
  #unsent = new Map();
  #sent = 0;
  /** Lookups whose tickets cannot be cloned. @type {number[]} */
  #broken = [];

  /** @param {Description[]} resolvers */
  constructor(resolvers) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: { resolvers, port: port2, shared: this.#state.buffer },
      transferList: [port2],
      // A thread takes over Node's options, but no file can have this one.
      ...(process.execArgv.some((option) => option.startsWith('--input-type')) && { execArgv: [] }),
    });
  }

  /**
   * Waits until the thread has built the resolvers.
   *
   * @returns {Promise<void>}
   * @throws {Error} What building them threw.
   */
  async ready() {
    await new Promise((resolve, reject) => {
      this.#worker.once('message', resolve);
      this.#worker.once('error', reject);
      const ended = new HostError('ERR_WINSOCK_THREAD_ENDED', 'the thread of lookups has ended');
      this.#worker.once('exit', () => reject(ended));
    });
    // A thread that fails later says so by its exit.
    this.#worker.on('error', () => {});
    // Neither keeps the process from ending.
    this.#worker.unref();
    this.#port.unref();
  }

  /**
   * @param {number} number
   * @param {Lookup} lookup
   * @param {unknown} ticket
   * @param {number} session
   */
  start(number, lookup, ticket, session) {
    this.#unsent.set(number, [number, lookup, ticket, session]);
    this.#flush();
  }

  /** @param {number} number */
  cancel(number) {
    if (!this.#unsent.delete(number)) this.#send([number]);
  }

  /** @param {(number: number, outcome: Outcome) => void} deliver */
  poll(deliver) {
    this.#flush();
    for (const number of this.#broken.splice(0)) deliver(number, failed('no-recovery'));
    for (;;) {
      const received = receiveMessageOnPort(this.#port);
      if (!received) return;
      const [number, outcome] = received.message;
      deliver(number, outcome);
    }
  }

  seen() {
    return Atomics.load(this.#state, STATE.arrivals);
  }

  /**
   * @param {number} seen
   * @param {number} ms
   */
  block(seen, ms) {
    Atomics.wait(this.#state, STATE.arrivals, seen, Math.max(ms, 0));
  }

  /** @returns {never} */
  suspend() {
    const why = 'another thread runs the lookups, so this one has to block: use a `wait` that does';
    throw new HostError('ERR_WINSOCK_CANNOT_SUSPEND', why);
  }

  isLost() {
    return Atomics.load(this.#state, STATE.hasEnded) !== 0;
  }

  close() {
    this.#port.close();
    return this.#worker.terminate();
  }

  /** Sends what waits, as far as the thread keeps up. */
  #flush() {
    for (const [number, message] of this.#unsent) {
      const backlog = (this.#sent - Atomics.load(this.#state, STATE.handled)) | 0;
      if (backlog >= MAX_BACKLOG) return;
      this.#unsent.delete(number);
      try {
        this.#send(message);
      } catch {
        this.#broken.push(number);
      }
    }
  }

  /** @param {unknown[]} message */
  #send(message) {
    this.#port.postMessage(message);
    this.#sent = (this.#sent + 1) | 0;
  }
}
