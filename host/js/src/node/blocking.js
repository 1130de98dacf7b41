/**
 * Runs lookups on another thread, so that the guest's thread can block.
 *
 * @typedef {import('../lookup.js').Lookup} Lookup
 * @typedef {import('../lookup.js').Outcome} Outcome
 * @typedef {import('./build.js').Description} Description
 */

import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { HostError } from '../errors.js';

/**
 * Lookups that run on a thread of their own. That thread builds the resolvers again, and sends
 * outcomes through a port. A counter in shared memory ends a block of the guest's thread.
 */
export class BlockingRunner {
  #state = new Int32Array(new SharedArrayBuffer(8));
  #port;
  #worker;

  /** @param {Description[]} resolvers */
  constructor(resolvers) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: { resolvers, port: port2, shared: this.#state.buffer },
      transferList: [port2],
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
      this.#worker.once('exit', () => reject(new HostError('ERR_WINSOCK_THREAD_ENDED', 'the thread of lookups has ended')));
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
    this.#port.postMessage([number, lookup, ticket, session]);
  }

  /** @param {number} number */
  cancel(number) {
    this.#port.postMessage([number]);
  }

  /** @param {(number: number, outcome: Outcome) => void} deliver */
  poll(deliver) {
    for (;;) {
      const received = receiveMessageOnPort(this.#port);
      if (!received) return;
      const [number, outcome] = received.message;
      deliver(number, outcome);
    }
  }

  seen() {
    return Atomics.load(this.#state, 0);
  }

  /**
   * @param {number} seen
   * @param {number} ms
   */
  block(seen, ms) {
    Atomics.wait(this.#state, 0, seen, Math.max(ms, 0));
  }

  isLost() {
    return Atomics.load(this.#state, 1) !== 0;
  }

  close() {
    this.#port.close();
    return this.#worker.terminate();
  }
}
