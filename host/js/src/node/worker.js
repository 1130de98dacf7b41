/**
 * The thread that runs lookups while the guest's thread is blocked.
 */

import { parentPort, workerData } from 'node:worker_threads';

import { failed } from '../lookup.js';
import { LocalRunner } from '../runner.js';
import { MAX_BACKLOG, STATE } from './blocking.js';
import { buildResolver } from './build.js';

const { resolvers, port, shared } = workerData;
const state = new Int32Array(shared);

function notify() {
  Atomics.add(state, STATE.arrivals, 1);
  Atomics.notify(state, STATE.arrivals);
}

process.on('exit', () => {
  Atomics.store(state, STATE.hasEnded, 1);
  notify();
});

const runner = new LocalRunner(await buildResolver(resolvers), (number, outcome) => {
  try {
    port.postMessage([number, outcome]);
  } catch {
    // No answer of the interface: it cannot be cloned.
    port.postMessage([number, failed('no-recovery')]);
  }
  notify();
});

port.on('message', (/** @type {any} */ message) => {
  const [number, lookup, ticket, session] = message;
  if (lookup) runner.start(number, lookup, ticket, session);
  else runner.cancel(number);
  const handled = Atomics.add(state, STATE.handled, 1) + 1;
  // The other thread may be blocked, and have more to send.
  if (handled % (MAX_BACKLOG / 2) === 0) notify();
});

parentPort?.postMessage('ready');
