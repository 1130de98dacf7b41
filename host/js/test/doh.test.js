// DNS over HTTPS, against a server on loopback.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { failed, found } from '../src/lookup.js';
import { parseIp } from '../src/address.js';
import { decodeResponse, encodeQuery, MalformedMessage, TYPE } from '../src/resolvers/dns-message.js';
import { Doh } from '../src/resolvers/doh.js';
import { turn } from './support.js';

/** What the server has: records by `NAME TYPE`, or the code of an error. */
const ZONE = {
  'a.test 1': [['a.test', 1, '93.184.216.34'], ['a.test', 1, '93.184.216.35']],
  'a.test 28': [['a.test', 28, '2606:4700::1']],
  'www.test 1': [['www.test', 5, 'Web.test'], ['web.TEST', 5, 'last.test'], ['last.test', 1, '192.0.2.1']],
  'loop.test 1': [['loop.test', 5, 'pool.test'], ['pool.test', 5, 'loop.test']],
  'empty.test 1': [],
  'four.test 1': [['four.test', 1, '192.0.2.4']],
  'four.test 28': [],
  'half.test 1': 2,
  'half.test 28': [['half.test', 28, '2001:db8::1']],
  'both.test 1': 3,
  'both.test 28': 2,
  'busy.test 1': 2,
  'refused.test 1': 5,
  '1.2.0.192.in-addr.arpa 12': [
    ['1.2.0.192.in-addr.arpa', 12, 'one.test'],
    ['1.2.0.192.in-addr.arpa', 12, 'uno.test'],
  ],
};

let server;
let url;
/** Requests that the server has got and not answered. */
const silent = [];
let sawSilent = () => {};

before(async () => {
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://127.0.0.1');
    const wire = searchParams.get('dns');
    const query = wire && Buffer.from(wire, 'base64url');
    const question = query ? questionOf(query) : {
      name: searchParams.get('name'),
      type: Number(searchParams.get('type')),
    };
    if (pathname === '/silent' || question.name.startsWith('silent')) {
      silent.push(response);
      sawSilent();
      return;
    }
    if (pathname.startsWith('/status/')) {
      response.writeHead(Number(pathname.slice(8))).end('no');
      return;
    }
    if (pathname === '/html') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<p>');
      return;
    }
    if (pathname === '/redirect') {
      response.writeHead(302, { location: '/' }).end();
      return;
    }
    const type = query ? 'application/dns-message' : 'application/dns-json';
    response.writeHead(200, { 'content-type': type });
    if (pathname === '/long') {
      response.end(Buffer.alloc(2 << 20));
      return;
    }
    if (pathname === '/garbage') {
      response.end('garbage');
      return;
    }
    const has = ZONE[`${question.name} ${question.type}`] ?? 3;
    response.end(query ? message(query, has) : json(has));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${server.address().port}/`;
});

after(() => {
  server.closeAllConnections();
  server.close();
});

function questionOf(query) {
  const labels = [];
  let at = 12;
  while (query[at] !== 0) {
    labels.push(query.subarray(at + 1, at + 1 + query[at]).toString());
    at += query[at] + 1;
  }
  return { name: labels.join('.'), type: query.readUInt16BE(at + 1) };
}

function name(text) {
  const labels = text.split('.').map((label) => Buffer.from(label));
  return Buffer.concat([...labels.map((l) => Buffer.from([l.length, ...l])), Buffer.of(0)]);
}

/** A message in answer to a query. An owner that is the question's is a pointer to it. */
function message(query, has) {
  const records = typeof has === 'number' ? [] : has;
  const rcode = typeof has === 'number' ? has : 0;
  const header = Buffer.from([0, 0, 0x81, 0x80 | rcode, 0, 1, 0, records.length, 0, 0, 0, 0]);
  const asked = questionOf(query).name;
  const shown = records.map(([owner, type, data]) => {
    const bytes = [1, 28].includes(type) ? addressBytes(data) : name(data);
    const fixed = Buffer.from([0, type, 0, 1, 0, 0, 0, 60, bytes.length >> 8, bytes.length & 255]);
    return Buffer.concat([owner === asked ? Buffer.of(0xc0, 12) : name(owner), fixed, bytes]);
  });
  return Buffer.concat([header, query.subarray(12), ...shown]);
}

function addressBytes(text) {
  const ip = parseIp(text);
  return Buffer.from(ip.value.toString(16).padStart(ip.bits / 4, '0'), 'hex');
}

function json(has) {
  if (typeof has === 'number') return JSON.stringify({ Status: has, TC: false });
  const Answer = has.map(([owner, type, data]) => ({
    name: `${owner}.`,
    type,
    TTL: 60,
    data: [1, 28].includes(type) ? data : `${data}.`,
  }));
  return JSON.stringify({ Status: 0, TC: false, Answer });
}

function resolve(lookup, options = {}, signal = new AbortController().signal) {
  return new Doh({ url, ...options }).resolve(lookup, { ticket: undefined, signal });
}

const host = (of) => ({ kind: 'host-by-name', name: of });
const addresses = (of, family) => ({ kind: 'addresses', name: of, family });

for (const form of ['wire', 'json']) {
  test(`answers and errors of servers are told apart in the form ${form}`, async () => {
    // S-R15, S-A1, S-A2, S-A3
    const ask = (lookup, options) => resolve(lookup, { form, ...options });
    const entry = async (lookup) => (await ask(lookup)).val.val;
    const a = await entry(host('a.test.'));
    assert.deepEqual([a.name, a.aliases, [...a.addresses]], ['a.test', [], [0x5db8d822, 0x5db8d823]]);
    const www = await entry(host('www.test'));
    assert.deepEqual([www.name, www.aliases], ['last.test', ['www.test', 'Web.test']]);
    for (const [of, error] of [
      ['loop.test', 'no-recovery'],
      ['empty.test', 'no-data'],
      ['busy.test', 'try-again'],
      ['refused.test', 'no-recovery'],
      ['unknown.test', 'host-not-found'],
    ]) {
      assert.deepEqual(await ask(host(of)), failed(error), of);
    }
    const both = await entry(addresses('a.test'));
    assert.deepEqual(both.addresses.map(({ tag }) => tag), ['ipv6', 'ipv4', 'ipv4']);
    const four = await ask(addresses('a.test'), { hasIpv6: false });
    assert.deepEqual(four.val.val.addresses.map(({ tag }) => tag), ['ipv4', 'ipv4', 'ipv6']);
    assert.deepEqual(await ask(addresses('four.test', 'ipv6')), failed('no-data'));
    assert.equal((await entry(addresses('four.test'))).addresses.length, 1);
    assert.equal((await entry(addresses('half.test'))).addresses.length, 1);
    assert.deepEqual(await ask(addresses('both.test')), failed('try-again'));
    const byAddress = await entry({ kind: 'host-by-address', address: '192.0.2.1' });
    assert.deepEqual([byAddress.name, byAddress.aliases], ['one.test', ['uno.test']]);
    assert.deepEqual([...byAddress.addresses], [0xc0000201]);
    const nameOf = await ask({ kind: 'name-of', address: '192.0.2.1' });
    assert.deepEqual(nameOf, found({ tag: 'name', val: 'one.test' }));
    const unknown = await ask({ kind: 'name-of', address: '2001:db8::1' });
    assert.deepEqual(unknown, failed('host-not-found'));
  });

  test(`a broken server in the form ${form} is an error that says whether to try again`, async () => {
    for (const [path, error] of [
      ['status/500', 'try-again'],
      ['status/429', 'try-again'],
      ['status/404', 'no-recovery'],
      ['html', 'no-recovery'],
      ['garbage', 'no-recovery'],
      ['long', 'no-recovery'],
      ['redirect', 'try-again'],
    ]) {
      const outcome = await resolve(host('a.test'), { form, url: url + path });
      assert.deepEqual(outcome, failed(error), path);
    }
  });
}

test('a silent server is WSATRY_AGAIN after the time-out', async () => {
  // S-R15
  assert.deepEqual(await resolve(host('silent.test'), { timeoutMs: 1 }), failed('try-again'));
});

test('a cancel ends a query and frees its place at once', async () => {
  // S-C6
  const doh = new Doh({ url, maxQueries: 1, timeoutMs: 2 ** 31 - 1 });
  const controllers = [new AbortController(), new AbortController(), new AbortController()];
  const begun = new Promise((resolve) => {
    sawSilent = resolve;
  });
  const [first, second, third] = ['silent.test', 'silent.test', 'a.test'].map((of, i) =>
    doh.resolve(host(of), { ticket: undefined, signal: controllers[i].signal }),
  );
  await begun;
  // One waits behind the silent query. It leaves the queue, and the last one moves up.
  controllers[1].abort();
  assert.deepEqual(await second, failed('try-again'));
  controllers[0].abort();
  assert.deepEqual(await first, failed('try-again'));
  assert.equal((await third).tag, 'ok');
});

test('a cancel at the moment of the permit leaves no query', async () => {
  // S-C6
  let asked = 0;
  const fetch = () => {
    asked += 1;
    return new Promise(() => {});
  };
  const doh = new Doh({ url, maxQueries: 1, fetch });
  for (let i = 0; i < 3; i++) {
    const controller = new AbortController();
    const options = { ticket: undefined, signal: controller.signal };
    const ended = doh.resolve({ kind: 'host-by-name', name: 'a.test' }, options);
    controller.abort();
    assert.deepEqual(await Promise.race([ended, turn()]), failed('try-again'));
  }
  assert.equal(asked, 0);
});

test('a time-out past what timers take is as long as they take, and none is an error', async () => {
  for (const timeoutMs of [2 ** 40, Infinity]) {
    const fetch = (_, { signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const controller = new AbortController();
    const doh = new Doh({ url, timeoutMs, fetch });
    const options = { ticket: undefined, signal: controller.signal };
    const warnings = [];
    const warned = (warning) => warnings.push(warning.name);
    process.on('warning', warned);
    const ended = doh.resolve({ kind: 'host-by-name', name: 'a.test' }, options);
    await turn();
    await turn();
    controller.abort();
    await ended;
    process.off('warning', warned);
    assert.deepEqual(warnings, []);
  }
  for (const timeoutMs of [NaN, -1, 0, '5']) {
    assert.throws(() => new Doh({ url, timeoutMs }), { code: 'ERR_WINSOCK_OPTION' });
  }
});

test('localhost, invalid and onion are no questions for a server', () => {
  const doh = new Doh({ url });
  const { kind, outcome } = doh.tryResolve(host('a.localhost'));
  assert.deepEqual([kind, [...outcome.val.val.addresses]], ['ready', [0x7f000001]]);
  for (const of of ['a.invalid', 'onion.']) assert.equal(doh.tryResolve(host(of)).kind, 'not-found');
  assert.equal(doh.tryResolve({ kind: 'service-by-port', port: 80 }).kind, 'not-found');
});

test('a server is asked by HTTPS unless it is this machine', () => {
  assert.throws(() => new Doh({ url: 'http://dns.test/' }), /not asked by HTTPS/);
  assert.throws(() => new Doh({ url: 'ftp://127.0.0.1/' }), /not asked by HTTPS/);
  new Doh({ url: 'https://dns.test/dns-query' });
});

test('a name of more pointers than labels is malformed', () => {
  // 4,096 records with the longest chain of pointers took 5 s.
  const question = { name: 'a.test', type: TYPE.A };
  const query = encodeQuery(question.name, question.type);
  /** A response whose record has a name of `count` pointers, in the data of a record before. */
  const message = (count) => {
    const first = query.length + 11;
    const pointer = (to) => [0xc0 | (to >> 8), to & 0xff];
    const chain = Array.from({ length: count }, (_, i) => pointer(i === 0 ? 12 : first + 2 * i - 2));
    const ends = chain.pop();
    const text = [0, 0, 16, 0, 1, 0, 0, 0, 0, 0, 2 * chain.length, ...chain.flat()];
    const address = [...ends, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 192, 0, 2, 1];
    const bytes = Uint8Array.from([...query, ...text, ...address]);
    bytes.set([0x81, 0x80], 2);
    bytes.set([0, 2], 6);
    return bytes;
  };
  const { records } = decodeResponse(message(127), question);
  assert.deepEqual(records, [{ name: 'a.test', type: TYPE.A, data: '192.0.2.1' }]);
  assert.throws(() => decodeResponse(message(128), question), MalformedMessage);
});

test('a message that is cut off, has bits changed or loops is malformed or read, never stuck', () => {
  const question = { name: 'www.test', type: TYPE.A };
  const whole = message(Buffer.from(encodeQuery('www.test', TYPE.A)), ZONE['www.test 1']);
  assert.equal(decodeResponse(whole, question).records.length, 3);
  const read = (bytes) => {
    try {
      return decodeResponse(bytes, question);
    } catch (error) {
      assert.ok(error instanceof MalformedMessage, error);
      return undefined;
    }
  };
  for (let length = 0; length < whole.length; length++) {
    assert.equal(read(whole.subarray(0, length)), undefined, `${length}`);
  }
  for (let bit = 0; bit < whole.length * 8; bit++) {
    const changed = Buffer.from(whole);
    changed[bit >> 3] ^= 1 << (bit & 7);
    read(changed);
  }
  const pointer = Buffer.concat([whole.subarray(0, 12), Buffer.of(0xc0, 12, 0, 1, 0, 1)]);
  assert.equal(read(pointer), undefined);
  // An answer to another question.
  assert.throws(() => decodeResponse(whole, { name: 'a.test', type: 1 }), MalformedMessage);
});
