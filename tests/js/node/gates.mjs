// The resolver of the model's tests, `Gates` of tests/model, for the guest `replay`. A held lookup
// ends when the guest looks up `release-NUMBER.test`. Releases are answered on the guest's thread,
// and reach the thread of lookups through a channel.

import { BroadcastChannel } from 'node:worker_threads';

import { answerHost, failed } from 'winsock-async';

export default function gates() {
  const channel = new BroadcastChannel('gates');
  channel.unref();
  /** The numbers that were released. */
  const open = new Set();
  /** What ends a held lookup, by its number. */
  const held = new Map();
  channel.onmessage = ({ data: number }) => {
    open.add(number);
    held.get(number)?.();
  };
  return {
    tryResolve(lookup) {
      const { kind, number } = question(lookup);
      switch (kind) {
        case 'held':
        case 'quick':
          return { kind: 'async' };
        case 'release':
          channel.postMessage(number);
          return { kind: 'ready', outcome: answer(lookup, number) };
        case 'known':
          return { kind: 'ready', outcome: answer(lookup, number) };
        default:
          return { kind: 'not-found' };
      }
    },
    async resolve(lookup, { signal }) {
      const { kind, number } = question(lookup);
      if (kind === 'held' && !open.has(number)) {
        await new Promise((resolve) => {
          held.set(number, resolve);
          signal.addEventListener('abort', resolve);
        });
        held.delete(number);
      }
      return number % 4 === 3 ? failed('try-again') : answer(lookup, number);
    },
  };
}

function question({ name = '' }) {
  const [, kind, number] = /^([a-z]+)-([0-9]+)\./.exec(name) ?? [];
  return { kind, number: Number(number) };
}

function answer(lookup, number) {
  const octets = [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff);
  return answerHost(lookup, lookup.name, [], [octets.join('.')]);
}
