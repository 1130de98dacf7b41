// The parts that need Node: a thread for lookups, and resolvers of `node:dns`.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { test } from 'node:test';

import { failed } from '../src/lookup.js';
import { blockingEngine, NodeDns, System, systemTables, Tables } from '../src/node/index.js';
import { errorOf, host } from './support.js';

const script = {
  rule: [
    { host: 'quick.test', addresses: ['192.0.2.1'] },
    { host: 'known.test', addresses: ['192.0.2.3'], now: true },
    { host: 'slow.test', addresses: ['192.0.2.5'], 'delay-ms': 30 },
    { host: 'never.test', never: true },
  ],
};

async function started(options) {
  const engine = await blockingEngine({
    resolvers: [{ kind: 'script', script }, { kind: 'tables' }],
    policy: { allow: ['*.test', '192.0.2.0/24'] },
    ...options,
  });
  const session = engine.session();
  session.startup();
  return { engine, session };
}

test('a wait blocks until an outcome comes from the other thread', async () => {
  const { engine, session } = await started();
  session.request(host('slow.test'), 1n);
  session.request(host('quick.test'), 2n);
  const tags = [];
  while (session.wait()) tags.push(...session.take(9).map(({ tag }) => tag));
  assert.deepEqual(tags, [2n, 1n]);
  engine.close();
});

test('a thread whose lookups run on another one has to block for them', async () => {
  const { engine, session } = await started();
  await assert.rejects(session.waitAsync(), { code: 'ERR_WINSOCK_CANNOT_SUSPEND' });
  engine.close();
});

test('a wait ends at its time-out, and at the deadline of a request', async () => {
  const { engine, session } = await started({ limits: { requestTimeoutMs: 20 } });
  session.request(host('never.test'), 0n);
  assert.equal(session.wait(0n), false);
  assert.equal(session.wait(1n), false);
  assert.equal(session.wait(), true);
  assert.deepEqual(session.take(1)[0].outcome, failed('try-again'));
  engine.close();
});

test('a cancel wins over an outcome that has not been taken', async () => {
  // S-C1, S-C8
  const { engine, session } = await started();
  for (let i = 0; i < 200; i++) {
    const handles = [0, 1, 2].map(() => session.request(host('quick.test'), 0n));
    if (i % 2 === 0) session.wait();
    session.cancel(handles[1]);
    const taken = [];
    while (session.wait()) taken.push(...session.take(9).map(({ handle }) => handle));
    assert.deepEqual(taken.sort(), [handles[0], handles[2]].sort());
  }
  assert.equal(engine.outstanding, 0);
  engine.close();
});

test('lookups that are cancelled before the other thread has them never reach it', async () => {
  // S-C6
  const counts = `export default (gate) => {
    let begun = 0;
    return {
      tryResolve: () => ({ kind: 'async' }),
      resolve: async ({ name }) => {
        begun += 1;
        if (name === 'gate.test') Atomics.wait(gate, 0, 0);
        const addresses = Uint32Array.of(name === 'count.test' ? 0xcb000000 + begun : 0xcb000000);
        const host = { name, aliases: [], addresses };
        return { tag: 'ok', val: { tag: 'host', val: host } };
      },
    };
  };`;
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const url = `data:text/javascript,${encodeURIComponent(counts)}`;
  const resolvers = [{ kind: 'module', url, options: gate }];
  const { engine, session } = await started({ resolvers });
  session.request(host('gate.test'), 0n);
  for (let i = 0; i < 5000; i++) session.cancel(session.request(host('churn.test'), 0n));
  // More than may be sent at once: the rest follow while this thread is blocked.
  for (let i = 0; i < 3000; i++) session.request(host('kept.test'), 1n);
  session.request(host('count.test'), 2n);
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
  const taken = [];
  while (session.wait()) taken.push(...session.take(5000));
  assert.equal(taken.length, 3002);
  const last = taken.find(({ tag }) => tag === 2n);
  const begun = last.outcome.val.val.addresses[0] - 0xcb000000;
  assert.ok(begun >= 3002 && begun < 3002 + 1024, `${begun}`);
  engine.close();
});

test('the sessions of one engine get their own outcomes', async () => {
  const { engine, session } = await started();
  const other = engine.session();
  other.startup();
  const [a, b] = [session.request(host('slow.test'), 1n), other.request(host('quick.test'), 2n)];
  assert.equal(session.wait(), true);
  assert.deepEqual(session.take(9).map(({ handle }) => handle), [a]);
  assert.equal(other.wait(), true);
  assert.deepEqual(other.take(9).map(({ handle }) => handle), [b]);
  engine.close();
});

test('an engine whose thread has ended is down, and nothing hangs', async () => {
  // S-R18
  const ends = `export default () => ({
    tryResolve: () => ({ kind: 'async' }),
    resolve: async () => process.exit(1),
  });`;
  const url = `data:text/javascript,${encodeURIComponent(ends)}`;
  const { engine, session } = await started({ resolvers: [{ kind: 'module', url }] });
  session.request(host('a.test'), 0n);
  assert.equal(session.wait(), true);
  assert.deepEqual(session.take(1)[0].outcome, failed('network-down'));
  engine.bringUp();
  assert.equal(errorOf(() => session.request(host('a.test'), 0n)), 'network-down');
});

test('a program that Node gets as text can make an engine', () => {
  const module = new URL('../src/node/index.js', import.meta.url).href;
  const program = `
    import { blockingEngine } from ${JSON.stringify(module)};
    (await blockingEngine()).close();
    console.log('made');`;
  const args = ['--input-type=module', '--eval', program];
  assert.equal(execFileSync(process.execPath, args, { encoding: 'utf8' }), 'made\n');
});

test('errors of calls are those of the interface where intrinsics are frozen', () => {
  const module = new URL('../src/errors.js', import.meta.url).href;
  const program = `
    const { WinsockError } = await import(${JSON.stringify(module)});
    console.log(new WinsockError('would-block').payload, Error.stackTraceLimit);`;
  const args = ['--frozen-intrinsics', '--input-type=module', '--eval', program];
  const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
  assert.equal(execFileSync(process.execPath, args, options), 'would-block 10\n');
});

test('an engine that is closed stays down', async () => {
  // S-R18
  const { engine } = await started();
  engine.close();
  engine.bringUp();
  const session = engine.session();
  session.startup();
  assert.equal(errorOf(() => session.request(host('quick.test'), 0n)), 'network-down');
  assert.equal(session.wait(), false);
});

test('a ticket or an outcome that cannot be cloned is WSANO_RECOVERY, for its lookup alone', async () => {
  // S-R15
  const odd = `export default () => ({
    tryResolve: ({ name }) => ({ kind: 'async', ticket: name === 'ticket.test' ? () => 1 : 1 }),
    resolve: async ({ name }) => ({
      tag: name === 'good.test' ? 'err' : 'ok',
      val: name === 'good.test' ? 'no-data' : () => 1,
    }),
  });`;
  const url = `data:text/javascript,${encodeURIComponent(odd)}`;
  const { engine, session } = await started({ resolvers: [{ kind: 'module', url }] });
  for (const name of ['ticket.test', 'outcome.test', 'good.test']) {
    session.request(host(name), 0n);
    assert.equal(session.wait(), true);
    const error = name === 'good.test' ? 'no-data' : 'no-recovery';
    assert.deepEqual(session.take(1)[0].outcome, failed(error));
  }
  engine.close();
});

test('options that are wrong are errors of the call that makes the engine', async () => {
  const module = (text) => ({ kind: 'module', url: `data:text/javascript,${encodeURIComponent(text)}` });
  for (const options of [
    { resolvers: [{ kind: 'nonsense' }] },
    { resolvers: [{ kind: 'script', script: { rule: [{}] } }] },
    { policy: { allow: ['*.*'] } },
    { resolvers: [module('import { isMainThread } from "node:worker_threads";' +
      'export default () => { if (!isMainThread) throw new Error("broken"); }')] },
  ]) {
    await assert.rejects(started(options));
  }
});

test('the system resolves localhost without asking anyone', () => {
  const { kind, outcome } = new System().tryResolve({ kind: 'host-by-name', name: 'localhost' });
  assert.deepEqual([kind, [...outcome.val.val.addresses]], ['ready', [0x7f000001]]);
  const tables = new Tables(systemTables());
  const service = tables.tryResolve({ kind: 'service-by-name', name: 'http', protocol: 'tcp' });
  assert.equal(service.outcome.val.val.port, 80);
});

test('name servers are asked by DNS, and their errors are told apart', async () => {
  // S-R15, S-A3, S-C6
  const socket = createSocket('udp4');
  let sawSilent = () => {};
  socket.on('message', (query, { port }) => {
    const end = query.indexOf(0, 12) + 5;
    const type = query.readUInt16BE(end - 4);
    const label = query.subarray(13, 13 + query[12]).toString();
    if (label === 'silent') return sawSilent();
    const rcode = { refused: 5, missing: 3, busy: 2 }[label] ?? 0;
    const data = { 1: [192, 0, 2, 1], 28: [0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 1] }[type] ??
      [1, 0x61, 4, ...Buffer.from('test'), 0];
    const has = rcode === 0 && label !== 'empty' ? 1 : 0;
    const reply = Buffer.from(query.subarray(0, end));
    reply.set([0x81, 0x80 | rcode, 0, 1, 0, has, 0, 0, 0, 0], 2);
    const record = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length, ...data]);
    socket.send(Buffer.concat([reply, ...(has ? [record] : [])]), port, '127.0.0.1');
  });
  await new Promise((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const dnsServers = [`127.0.0.1:${socket.address().port}`];
  const dns = new NodeDns({ servers: dnsServers, tries: 1 });
  const { signal } = new AbortController();
  const resolve = (lookup) => dns.resolve(lookup, { ticket: undefined, signal });
  const byName = (name) => resolve({ kind: 'host-by-name', name });
  assert.deepEqual([...(await byName('a.test.')).val.val.addresses], [0xc0000201]);
  assert.deepEqual(await byName('missing.test'), failed('host-not-found'));
  assert.deepEqual(await byName('a!b.test'), failed('host-not-found'));
  assert.deepEqual(await byName('empty.test'), failed('no-data'));
  assert.deepEqual(await byName('refused.test'), failed('no-recovery'));
  assert.deepEqual(await byName('busy.test'), failed('try-again'));
  const both = await resolve({ kind: 'addresses', name: 'a.test' });
  assert.equal(both.val.val.addresses.length, 2);
  const named = await resolve({ kind: 'host-by-address', address: '192.0.2.1' });
  assert.equal(named.val.val.name, 'a.test');
  const controller = new AbortController();
  const asked = new Promise((saw) => {
    sawSilent = saw;
  });
  const silent = { kind: 'host-by-name', name: 'silent.test' };
  const ended = dns.resolve(silent, { ticket: undefined, signal: controller.signal });
  await asked;
  controller.abort();
  assert.deepEqual(await ended, failed('try-again'));
  // With one permit, a lookup waits until a cancel has ended the silent one.
  const one = new NodeDns({ servers: dnsServers, tries: 1, maxQueries: 1 });
  const first = new AbortController();
  const askedAgain = new Promise((saw) => {
    sawSilent = saw;
  });
  const held = one.resolve(silent, { ticket: undefined, signal: first.signal });
  let isAnswered = false;
  const waits = one.resolve({ kind: 'host-by-name', name: 'a.test' }, { ticket: undefined, signal });
  waits.then(() => {
    isAnswered = true;
  });
  await askedAgain;
  await byName('a.test');
  assert.equal(isAnswered, false);
  first.abort();
  assert.deepEqual(await held, failed('try-again'));
  assert.equal((await waits).tag, 'ok');
  socket.close();
});
