// The permits that lookups of all sessions share.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Permits } from '../src/resolvers/permits.js';
import { turn } from './support.js';

/** Asks for a permit, and records under a name whether there was one. */
function ask(permits, session, granted, name) {
  const controller = new AbortController();
  permits.acquire(session, controller.signal).then((hasPermit) => granted.push([name, hasPermit]));
  return controller;
}

test('a flood of one session leaves a permit to a newcomer', async () => {
  // S-C7
  const permits = new Permits(8);
  const granted = [];
  for (let i = 0; i < 1000; i++) ask(permits, 1, granted, 'flood');
  await turn();
  assert.equal(granted.length, 4);
  ask(permits, 2, granted, 'newcomer');
  await turn();
  assert.deepEqual(granted.pop(), ['newcomer', true]);
});

test('sessions that wait get permits in turn, and each in its order', async () => {
  const permits = new Permits(1);
  const granted = [];
  for (const name of ['a1', 'a2', 'a3']) ask(permits, 1, granted, name);
  for (const name of ['b1', 'b2']) ask(permits, 2, granted, name);
  const holders = [1, 1, 2, 1, 2];
  for (const holder of holders) {
    await turn();
    permits.release(holder);
  }
  assert.deepEqual(
    granted.map(([name]) => name),
    ['a1', 'a2', 'b1', 'a3', 'b2'],
  );
});

test('a cancelled wait ends at once, without a permit', async () => {
  // S-C6
  const permits = new Permits(1);
  const granted = [];
  ask(permits, 1, granted, 'first');
  const second = ask(permits, 1, granted, 'second');
  ask(permits, 1, granted, 'third');
  second.abort();
  await turn();
  assert.deepEqual(granted, [['first', true], ['second', false]]);
  permits.release(1);
  await turn();
  assert.deepEqual(granted.at(-1), ['third', true]);
  const aborted = AbortSignal.abort();
  assert.equal(await permits.acquire(2, aborted), false);
  permits.release(1);
  assert.equal(await permits.acquire(2, new AbortController().signal), true);
});
