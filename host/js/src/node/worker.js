/**
 * The thread that runs lookups while the guest's thread is blocked.
 */

import { parentPort, workerData } from 'node:worker_threads';

import { LocalRunner } from '../runner.js';
import { buildResolver } from './build.js';

const { resolvers, port, shared } = workerData;
/** How many outcomes have been sent, and whether this thread has ended. */
const state = new Int32Array(shared);

function notify() {
  Atomics.add(state, 0, 1);
  Atomics.notify(state, 0);
}

process.on('exit', () => {
  Atomics.store(state, 1, 1);
  notify();
});

const runner = new LocalRunner(await buildResolver(resolvers), (number, outcome) => {
  port.postMessage([number, outcome]);
  notify();
});

port.on('message', (/** @type {any} */ message) => {
  const [number, lookup, ticket, session] = message;
  if (lookup) runner.start(number, lookup, ticket, session);
  else runner.cancel(number);
});

parentPort?.postMessage('ready');
