import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LookupEngine } from '../src/engine.js';
import { DEFAULT_LIMITS, limitsOf } from '../src/limits.js';
import { answerHost, checked, failed, found } from '../src/lookup.js';
import { ask, engineWith, errorOf, Gates, host, text, turn } from './support.js';

const known = () => ['93.184.216.34'];

function started(options) {
  const gates = new Gates();
  const engine = new LookupEngine({ resolver: gates, policy: { allow: ['*'] }, ...options });
  const session = engine.session();
  session.startup();
  return { gates, engine, session };
}

test('calls before start-up and after the last clean-up fail or find nothing', () => {
  // S-S3, S-S5
  const session = engineWith(known).session();
  const nothing = () => {
    assert.equal(errorOf(() => session.cleanup()), 'not-initialised');
    assert.equal(errorOf(() => session.request(host('a.test'), 0n)), 'not-initialised');
    assert.equal(errorOf(() => session.cancel(0n)), 'not-initialised');
    assert.deepEqual(session.take(9), []);
    assert.equal(session.wait(), false);
  };
  nothing();
  session.startup();
  session.startup();
  session.cleanup();
  assert.equal(ask(session, host('a.test')).tag, 'ok');
  session.cleanup();
  nothing();
});

test('an outcome that is known at once is a completion, and its cancel succeeds', () => {
  // S-R5, S-C2
  const session = engineWith(known).session();
  session.startup();
  const handle = session.request(host('a.test'), 1n);
  assert.equal(session.wait(), true);
  session.cancel(handle);
  assert.equal(session.wait(), false);
  assert.deepEqual(session.take(9), []);
  assert.equal(errorOf(() => session.cancel(handle)), 'invalid-argument');
});

test('a cancelled request never completes, and its resolver is told', async () => {
  // S-C1, S-C6
  const { gates, engine, session } = started();
  const handle = session.request(host('a.test'), 1n);
  await turn();
  assert.equal(gates.begun, 1);
  session.cancel(handle);
  assert.deepEqual(gates.aborted, ['a.test']);
  assert.equal(engine.outstanding, 0);
  await gates.end('a.test');
  assert.equal(session.settled(), false);
  assert.deepEqual(session.take(9), []);
  assert.equal(session.stats().cancelled, 1);
});

test('a lookup that is cancelled before the event loop turns never begins', async () => {
  // S-C6
  const { gates, session } = started();
  for (let i = 0; i < 100; i++) session.cancel(session.request(host('a.test'), 0n));
  const kept = session.request(host('b.test'), 0n);
  await turn();
  assert.equal(gates.begun, 1);
  session.cancel(kept);
  assert.deepEqual(gates.aborted, ['b.test']);
});

test('the first of the cancel and the take decides', async () => {
  // S-C8, S-R6
  const { gates, session } = started();
  const [first, second] = ['a.test', 'b.test'].map((name) => session.request(host(name), 5n));
  await turn();
  await gates.end('a.test');
  await gates.end('b.test');
  session.cancel(second);
  const taken = session.take(9);
  assert.deepEqual(taken.map(({ handle, tag }) => [handle, tag]), [[first, 5n]]);
  assert.equal(errorOf(() => session.cancel(first)), 'already-completed');
  assert.equal(errorOf(() => session.cancel(second)), 'invalid-argument');
  assert.deepEqual(session.take(9), []);
});

test('a forged handle and one of another session are invalid', () => {
  // S-C3, S-R17
  const engine = engineWith(known);
  const [a, b] = [engine.session(), engine.session()];
  a.startup();
  b.startup();
  const handles = Array.from({ length: 100 }, () => a.request(host('a.test'), 0n));
  assert.equal(new Set(handles).size, 100);
  for (const handle of [...handles, 0n, 1n, 2n ** 64n - 1n]) {
    assert.notEqual(handle, -1n);
    assert.equal(errorOf(() => b.cancel(handle)), 'invalid-argument');
  }
  for (const handle of handles) {
    for (let bit = 0n; bit < 64n; bit++) {
      assert.equal(errorOf(() => a.cancel(handle ^ (1n << bit))), 'invalid-argument');
    }
  }
  assert.equal(a.take(200).length, 100);
});

test('a late cancel is told apart for the last 65,536 completions', () => {
  // S-C9
  const session = engineWith(known).session();
  session.startup();
  const first = session.request(host('a.test'), 0n);
  session.take(1);
  const second = session.request(host('a.test'), 0n);
  session.take(1);
  for (let i = 0; i < 65_535; i++) {
    session.request({ tag: 'host-by-name', val: text('1.2.3') }, 0n);
    session.take(1);
  }
  assert.equal(errorOf(() => session.cancel(second)), 'already-completed');
  assert.equal(errorOf(() => session.cancel(first)), 'invalid-argument');
});

test('the last clean-up cancels what is pending and forgets every handle', async () => {
  // S-S4
  const { gates, engine, session } = started();
  const pending = session.request(host('a.test'), 0n);
  const ready = session.request(host('1.2.3'), 0n);
  session.startup();
  session.cleanup();
  assert.equal(session.outstanding, 2);
  session.cleanup();
  assert.deepEqual([session.outstanding, engine.outstanding], [0, 0]);
  session.startup();
  await turn();
  await gates.end('a.test');
  assert.deepEqual(session.take(9), []);
  for (const handle of [pending, ready]) {
    assert.equal(errorOf(() => session.cancel(handle)), 'invalid-argument');
  }
  const { cancelled, completed } = session.stats();
  assert.deepEqual([cancelled, completed], [1, 1]);
});

test('the end of a session leaves nothing in the engine', async () => {
  // S-S7
  const { gates, engine, session } = started();
  session.request(host('a.test'), 0n);
  session.request(host('1.2.3'), 0n);
  await turn();
  session.close();
  assert.equal(engine.outstanding, 0);
  assert.deepEqual(gates.aborted, ['a.test']);
  assert.equal(errorOf(() => session.startup()), 'system-not-ready');
  assert.equal(engine.stats().pending, 0);
});

test('a call past a limit begins no request, and works after another one has ended', () => {
  // S-R2
  const query = host('1.2.3.4');
  const limited = (limits) => {
    const session = engineWith(known, { limits }).session();
    session.startup();
    return session;
  };
  const requests = limited({ maxRequests: 2 });
  const handle = requests.request(query, 0n);
  requests.request(query, 0n);
  assert.equal(errorOf(() => requests.request(query, 0n)), 'would-block');
  requests.cancel(handle);
  requests.request(query, 0n);
  assert.equal(requests.stats().refused, 1);

  const bytes = limited({ bytesPerSession: 300 });
  let begun = 0;
  while (errorOf(() => bytes.request(query, 0n)) === undefined) begun += 1;
  assert.ok(begun > 1 && begun < 10, `${begun}`);
  bytes.take(1);
  bytes.request(query, 0n);
});

test('the rate admits a burst at once, and then the average', () => {
  // S-R2
  let now = 0;
  const limits = { maxRate: { perSecond: 100, burst: 7 } };
  const session = engineWith(known, { limits, now: () => now }).session();
  session.startup();
  const admitted = () => {
    let count = 0;
    while (errorOf(() => session.request(host('a.test'), 0n)) === undefined) count += 1;
    return count;
  };
  assert.equal(admitted(), 7);
  now += 10;
  assert.equal(admitted(), 1);
  now += 30;
  assert.equal(admitted(), 3);
  now += 3_600_000;
  assert.equal(admitted(), 7);
});

test('a session that holds many requests leaves the reserve to others', () => {
  // S-R2
  const engine = engineWith(known, { limits: { requestsPerEngine: 64 } });
  const [greedy, other] = [engine.session(), engine.session()];
  greedy.startup();
  other.startup();
  let begun = 0;
  while (errorOf(() => greedy.request(host('a.test'), 0n)) === undefined) begun += 1;
  assert.equal(begun, 60);
  other.request(host('a.test'), 0n);
  assert.equal(engine.outstanding, 61);
});

test('a request that is pending too long completes with WSATRY_AGAIN', async () => {
  // S-R15
  let now = 0;
  const { gates, session } = started({ limits: { requestTimeoutMs: 100 }, now: () => now });
  session.request(host('a.test'), 0n);
  await turn();
  now = 99;
  assert.equal(session.settled(), undefined);
  now = 100;
  assert.equal(session.settled(), true);
  assert.deepEqual(session.take(1)[0].outcome, failed('try-again'));
  assert.deepEqual(gates.aborted, ['a.test']);
  await gates.end('a.test');
  assert.deepEqual(session.take(1), []);
});

test('an engine that is down ends what is pending, and refuses requests and cancels', async () => {
  // S-R18, S-C5
  const { gates, engine, session } = started();
  session.request(host('a.test'), 3n);
  const waits = session.waitAsync();
  engine.takeDown();
  assert.equal(await waits, true);
  assert.deepEqual(session.take(1)[0].outcome, failed('network-down'));
  assert.equal(errorOf(() => session.request(host('a.test'), 0n)), 'network-down');
  assert.equal(errorOf(() => session.cancel(1n)), 'network-down');
  engine.bringUp();
  assert.equal(errorOf(() => session.cancel(1n)), 'invalid-argument');
  session.request(host('b.test'), 0n);
  await turn();
  await gates.end('b.test');
  assert.equal(session.take(1)[0].outcome.tag, 'ok');
});

test('an asynchronous wait ends with an outcome, a cancel or its time-out', async () => {
  const { gates, session } = started();
  assert.equal(await session.waitAsync(), false);
  const handle = session.request(host('a.test'), 0n);
  assert.equal(await session.waitAsync(0n), false);
  assert.equal(await session.waitAsync(1n), false);
  const waits = session.waitAsync();
  await turn();
  await gates.end('a.test');
  assert.equal(await waits, true);
  assert.equal(await session.waitAsync(2n ** 64n - 1n), true);
  session.cancel(handle);
  session.request(host('b.test'), 0n);
  const other = session.waitAsync();
  session.cleanup();
  assert.equal(await other, false);
});

test('a thread that runs its lookups cannot block for them', () => {
  const { session } = started();
  session.request(host('a.test'), 0n);
  assert.throws(() => session.wait(), /cannot block/);
});

test('completions come in the order in which requests completed', async () => {
  const { gates, session } = started();
  const names = ['a.test', 'b.test', 'c.test'];
  names.forEach((name, i) => session.request(host(name), BigInt(i)));
  await turn();
  for (const name of ['c.test', 'a.test', 'b.test']) await gates.end(name);
  assert.deepEqual(session.take(2).map(({ tag }) => tag), [2n, 0n]);
  assert.deepEqual(session.take(2).map(({ tag }) => tag), [1n]);
});

test('a resolver that throws, rejects or answers nonsense is WSANO_RECOVERY', async () => {
  // S-R15
  const throws = () => {
    throw new Error('broken');
  };
  const resolvers = [
    { tryResolve: throws },
    { tryResolve: () => undefined },
    { tryResolve: () => ({ kind: 'ready', outcome: { tag: 'ok', val: { tag: 'name', val: 'a' } } }) },
    { tryResolve: () => ({ kind: 'async' }) },
    { tryResolve: () => ({ kind: 'async' }), resolve: throws },
    { tryResolve: () => ({ kind: 'async' }), resolve: async () => throws() },
    { tryResolve: () => ({ kind: 'async' }), resolve: async () => undefined },
    { tryResolve: () => ({ kind: 'async' }), resolve: async () => ({ tag: 'err', val: 'odd' }) },
  ];
  for (const resolver of resolvers) {
    const session = new LookupEngine({ resolver, policy: { allow: ['*'] } }).session();
    session.startup();
    session.request(host('a.test'), 0n);
    assert.equal(await session.waitAsync(), true);
    assert.deepEqual(session.take(1)[0].outcome, failed('no-recovery'));
  }
});

test('a malformed outcome is WSANO_RECOVERY, at once and after a wait', async () => {
  // S-R15
  const malformed = [
    undefined,
    null,
    'ok',
    {},
    { tag: 'ok' },
    { tag: 'err' },
    { tag: 'err', val: 'toString' },
    { tag: 'ok', val: null },
    { tag: 'ok', val: { tag: 'host' } },
    { tag: 'ok', val: { tag: 'host', val: null } },
    ...[
      { name: 7, aliases: [], addresses: [1] },
      { name: 'a', addresses: [1] },
      { name: 'a', aliases: [null], addresses: [1] },
      { name: 'a', aliases: 'bc', addresses: [1] },
      { name: 'a', aliases: [], addresses: ['192.0.2.1'] },
      { name: 'a', aliases: [], addresses: [-1] },
      { name: 'a', aliases: [], addresses: [0.5] },
    ].map((val) => ({ tag: 'ok', val: { tag: 'host', val } })),
  ];
  for (const outcome of malformed) {
    for (const resolver of [
      { tryResolve: () => ({ kind: 'ready', outcome }) },
      { tryResolve: () => ({ kind: 'async' }), resolve: async () => outcome },
    ]) {
      const session = new LookupEngine({ resolver, policy: { allow: ['*'] } }).session();
      session.startup();
      session.request(host('a.test'), 0n);
      assert.equal(await session.waitAsync(), true);
      assert.deepEqual(session.take(1)[0].outcome, failed('no-recovery'), JSON.stringify(outcome));
    }
  }
  const odd = [
    ['addresses', { addresses: [{ tag: 'ipv6', val: [1n, 1n << 64n] }] }],
    ['addresses', { addresses: [{ tag: 'ipv6', val: 1n }] }],
    ['addresses', { addresses: [{ tag: 'ipv5', val: 1 }] }],
    ['addresses', { canonicalName: 1, addresses: [] }],
    ['name-of', undefined],
  ];
  for (const [kind, val] of odd) {
    const tag = kind === 'name-of' ? 'name' : kind;
    const lookup = { kind, name: 'a.test', address: '192.0.2.1' };
    assert.deepEqual(checked(lookup, found({ tag, val })), failed('no-recovery'), kind);
  }
});

test('an answer loses what the policy forbids, and is denied if nothing is left', () => {
  // S-R16
  const answers = { 'a.test': ['10.0.0.1', '93.184.216.34', 'fd00::1'], 'b.test': ['10.0.0.1'] };
  const session = engineWith(({ name }) => answers[name]).session();
  session.startup();
  const found = ask(session, host('a.test'));
  assert.deepEqual([...found.val.val.addresses], [0x5db8d822]);
  const both = ask(session, { tag: 'addresses', val: { name: text('a.test') } });
  assert.deepEqual(both.val.val.addresses, [{ tag: 'ipv4', val: 0x5db8d822 }]);
  assert.equal(ask(session, host('b.test')).val, 'access-denied');
  const { answered, denied } = session.stats();
  assert.deepEqual([answered, denied], [2, 1]);
});

test('a long answer loses addresses, then aliases, and is an error if that is not enough', () => {
  const many = Array.from({ length: 100 }, (_, i) => `93.184.216.${i}`);
  const outcome = (limits, aliases) => {
    const resolver = {
      tryResolve: (lookup) => ({
        kind: 'ready',
        outcome: answerHost(lookup, lookup.name, aliases, many),
      }),
    };
    const engine = new LookupEngine({ resolver, policy: { allow: ['*'] }, limits });
    const session = engine.session();
    session.startup();
    return ask(session, host('a.test'));
  };
  assert.equal(outcome({ answerBytes: 200 }, []).val.val.addresses.length, 26);
  const cut = outcome({ answerBytes: 200 }, Array(9).fill('alias.test')).val.val;
  assert.deepEqual([cut.addresses.length, cut.aliases.length], [1, 3]);
  assert.equal(outcome({ answerBytes: 50 }, []).val, 'no-recovery');
});

test('an observer sees each event, and its faults are dropped', () => {
  const events = [];
  const observer = (event) => {
    events.push(event);
    throw new Error('broken');
  };
  const engine = engineWith(known, { observer, limits: { maxRequests: 1 } });
  const session = engine.session();
  session.startup();
  const handle = session.request(host('a.test'), 0n);
  errorOf(() => session.request(host('b.test'), 0n));
  session.cancel(handle);
  const kinds = events.map(({ type }) => type);
  assert.deepEqual(kinds, ['request', 'completion', 'refusal', 'cancel']);
  assert.ok(events.every((event) => event.session === 1));
});

test('an observer that ends the request it sees leaves it cancelled or completed, not both', async () => {
  // S-C8
  for (const name of ['known.test', 'gate.test', '[']) {
    for (const end of ['cancel', 'close', 'takeDown']) {
      const ends = {
        cancel: ({ handle }) => session.cancel(handle),
        close: () => session.close(),
        takeDown: () => engine.takeDown(),
      };
      const resolver = new Gates();
      resolver.tryResolve = (lookup) =>
        lookup.name === 'gate.test' ? { kind: 'async' } : { kind: 'not-found' };
      const observer = (event) => event.type === 'request' && ends[end](event);
      const engine = new LookupEngine({ resolver, policy: { allow: ['*'] }, observer });
      const session = engine.session();
      session.startup();
      session.request(host(name), 0n);
      await turn();
      const isCompleted = end === 'takeDown';
      assert.equal(session.take(9).length, isCompleted ? 1 : 0);
      const { cancelled, completed, pending } = session.stats();
      assert.deepEqual([cancelled, completed, pending], isCompleted ? [0, 1, 0] : [1, 0, 0]);
      assert.deepEqual([engine.outstanding, resolver.begun], [0, 0]);
    }
  }
});

test('errors of calls have the codes of Winsock and of the interface', () => {
  const session = engineWith(known).session();
  assert.throws(() => session.cancel(0n), {
    name: 'WinsockError',
    message: 'WSANOTINITIALISED (10093)',
    code: 'WSANOTINITIALISED',
    errno: 10093,
    payload: 'not-initialised',
  });
});

test('a limit that is undefined has its default', () => {
  // S-R2
  const given = Object.fromEntries(Object.keys(DEFAULT_LIMITS).map((key) => [key, undefined]));
  assert.deepEqual(limitsOf(given), { ...DEFAULT_LIMITS });
});

test('a query that is none of the interface begins no request', async () => {
  const { session, engine } = started();
  for (const query of [{ tag: 'nonsense' }, { tag: 'host-by-name' }, { tag: 'name-of' }, undefined]) {
    assert.throws(() => session.request(query, 0n), TypeError);
  }
  assert.equal(engine.outstanding, 0);
  assert.equal(engine.stats().requests, 0);
});

test('options that do not exist are errors', () => {
  assert.throws(() => engineWith(known, { limits: { maxRequest: 1 } }), TypeError);
  assert.throws(() => engineWith(known, { limits: { maxRequests: '1' } }), TypeError);
  assert.throws(() => engineWith(known, { policy: { allow: ['*.*'] } }), { problem: 'star' });
});
