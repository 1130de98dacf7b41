import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { answerHost, failed, found } from '../src/lookup.js';
import { Chain } from '../src/resolvers/chain.js';
import { PROTOCOLS, SERVICES } from '../src/resolvers/iana.js';
import { Deny } from '../src/resolvers/deny.js';
import { inOrder } from '../src/resolvers/order.js';
import { Scripted } from '../src/resolvers/script.js';
import { Tables } from '../src/resolvers/tables.js';

const signal = new AbortController().signal;

function host(name) {
  return { kind: 'host-by-name', name };
}

/** The outcome of a lookup, at once or after a wait. */
async function resolve(resolver, lookup) {
  const resolution = resolver.tryResolve(lookup);
  switch (resolution.kind) {
    case 'ready':
      return resolution.outcome;
    case 'not-found':
      return undefined;
    default:
      return resolver.resolve(lookup, { ticket: structuredClone(resolution.ticket), signal });
  }
}

test('embedded tables are those of the engine', () => {
  const engine = new URL('../../engine/src/resolvers/tables/', import.meta.url);
  assert.equal(SERVICES, readFileSync(new URL('services.txt', engine), 'utf8'));
  assert.equal(PROTOCOLS, readFileSync(new URL('protocols.txt', engine), 'utf8'));
});

test('a service matches by name, alias or port, in any case, with its protocol or none', async () => {
  // S-R12
  const services = 'echo 7/udp\necho 7/tcp Ping\nother 7/tcp\nlast 9/tcp echo # comment\nrange 1-2/tcp\n';
  const tables = new Tables({ services });
  const service = async (lookup) => {
    const outcome = await resolve(tables, lookup);
    return outcome.tag === 'err' ? outcome.val : `${outcome.val.val.port}/${outcome.val.val.protocol}`;
  };
  const byName = (name, protocol) => service({ kind: 'service-by-name', name, protocol });
  assert.equal(await byName('ECHO'), '7/udp');
  assert.equal(await byName('echo', 'TCP'), '7/tcp');
  assert.equal(await byName('pING'), '7/tcp');
  assert.equal(await byName('echo', 'sctp'), 'no-data');
  assert.equal(await byName('range'), 'no-data');
  // The Kelvin sign is no k.
  assert.equal(await byName('pin\u212a'), 'no-data');
  const byPort = (port, protocol) => service({ kind: 'service-by-port', port, protocol });
  assert.equal(await byPort(7), '7/udp');
  assert.equal(await byPort(9, 'tcp'), '9/tcp');
  assert.equal(await byPort(9, 'udp'), 'no-data');
});

test('a protocol is found by name, alias or number', async () => {
  // S-R12
  const tables = new Tables();
  for (const lookup of [
    { kind: 'protocol-by-name', name: 'TCP' },
    { kind: 'protocol-by-name', name: 'tcp' },
    { kind: 'protocol-by-number', number: 6 },
  ]) {
    const entry = { name: 'tcp', aliases: ['TCP'], number: 6 };
    assert.deepEqual(await resolve(tables, lookup), found({ tag: 'protocol', val: entry }));
  }
  const absent = { kind: 'protocol-by-number', number: -1 };
  assert.deepEqual(await resolve(tables, absent), failed('no-data'));
});

test('the names of a host come from a line of the family that is asked for', async () => {
  // S-A4, S-R13
  const tables = new Tables({
    hosts:
      '2001:db8::1 six.test web\n192.0.2.1 four.test web www\n::1 web\n' +
      'fe80::1%eth0 link.test\n192.0.2.3%eth0 nothing.test\n',
  });
  const four = answerHost(host('web'), 'four.test', ['web', 'www'], ['192.0.2.1', '127.0.0.1']);
  assert.deepEqual(await resolve(tables, host('web')), four);
  const six = await resolve(tables, { kind: 'addresses', name: 'web', family: 'ipv6' });
  assert.equal(six.val.val.canonicalName, 'six.test');
  assert.equal(six.val.val.addresses.length, 2);
  const both = await resolve(tables, { kind: 'addresses', name: 'web' });
  assert.equal(both.val.val.canonicalName, 'six.test');
  assert.deepEqual(
    both.val.val.addresses.map(({ tag }) => tag),
    ['ipv6', 'ipv6', 'ipv4'],
  );
  assert.equal(await resolve(tables, host('nothing.test')), undefined);
  assert.deepEqual(await resolve(tables, host('link.test')), failed('no-data'));
});

test('a host of a table has the addresses of all its lines', async () => {
  // S-A4
  const tables = new Tables({
    hosts:
      '192.0.2.1 www.test Web.Test a_b..c\n192.0.2.2 www.test\n2001:db8::1 six.test www.test\n' +
      '::1 here.test\n::ffff:192.0.2.9 mapped.test\n0.0.0.0 0.0.0.0\nnonsense x.test\n',
  });
  const www = answerHost(host('www.test'), 'www.test', ['Web.Test'], ['192.0.2.1', '192.0.2.2']);
  assert.deepEqual(await resolve(tables, host('web.test.')), {
    ...www,
    val: { tag: 'host', val: { ...www.val.val, addresses: Uint32Array.of(0xc0000201) } },
  });
  assert.deepEqual(await resolve(tables, host('www.test')), www);
  assert.deepEqual(await resolve(tables, host('six.test')), failed('no-data'));
  assert.equal(await resolve(tables, host('x.test')), undefined);
  assert.equal((await resolve(tables, host('here.test'))).val.val.addresses[0], 0x7f000001);
  assert.equal((await resolve(tables, host('mapped.test'))).val.val.addresses[0], 0xc0000209);
  const both = await resolve(tables, { kind: 'addresses', name: 'www.test' });
  assert.deepEqual(
    both.val.val.addresses.map(({ tag }) => tag),
    ['ipv6', 'ipv4', 'ipv4'],
  );
  const name = await resolve(tables, { kind: 'name-of', address: '2001:db8::1' });
  assert.deepEqual(name, found({ tag: 'name', val: 'six.test' }));
});

test('rules of a script apply in order, and the last one stays', async () => {
  const scripted = new Scripted({
    rule: [
      { host: 'a.test', error: 'WSATRY_AGAIN' },
      { host: 'A.test.', addresses: ['192.0.2.1', '2001:db8::1'], 'delay-ms': 1 },
    ],
  });
  assert.deepEqual(await resolve(scripted, host('a.test')), failed('try-again'));
  for (let i = 0; i < 2; i++) {
    const outcome = await resolve(scripted, host('a.test'));
    assert.deepEqual([...outcome.val.val.addresses], [0xc0000201]);
  }
  const ipv6 = { kind: 'addresses', name: 'a.test', family: 'ipv6' };
  assert.equal((await resolve(scripted, ipv6)).val.val.addresses.length, 1);
  assert.equal(await resolve(scripted, host('b.test')), undefined);
});

test('a rule of each kind answers its lookup', async () => {
  const scripted = new Scripted({
    rule: [
      { address: '192.0.2.1', name: 'a.test' },
      { service: 'Echo', transport: 'tcp', port: 7 },
      { 'service-port': 9, transport: 'udp', name: 'discard' },
      { protocol: 'tcp', number: 6 },
      { 'protocol-number': -1, name: 'none', now: true },
    ],
  });
  const entry = async (lookup) => (await resolve(scripted, lookup))?.val.val;
  const address = { kind: 'host-by-address', address: '192.0.2.1' };
  assert.equal((await entry(address)).name, 'a.test');
  assert.equal(await entry({ ...address, kind: 'name-of' }), 'a.test');
  assert.equal((await entry({ kind: 'service-by-name', name: 'ECHO', protocol: 'TCP' })).port, 7);
  assert.equal((await entry({ kind: 'service-by-name', name: 'echo' })).protocol, 'tcp');
  assert.equal(await entry({ kind: 'service-by-name', name: 'echo', protocol: 'udp' }), undefined);
  assert.equal((await entry({ kind: 'service-by-port', port: 9 })).name, 'discard');
  assert.equal((await entry({ kind: 'protocol-by-name', name: 'TCP' })).number, 6);
  assert.equal(scripted.tryResolve({ kind: 'protocol-by-number', number: -1 }).kind, 'ready');
});

test('a lookup that never ends is let go by its signal', async () => {
  const scripted = new Scripted({ rule: [{ host: 'never.test', never: true }] });
  const { ticket } = scripted.tryResolve(host('never.test'));
  const controller = new AbortController();
  const ended = scripted.resolve(host('never.test'), { ticket, signal: controller.signal });
  controller.abort();
  assert.deepEqual(await ended, failed('host-not-found'));
});

test('a rule that makes no sense is an error that says why', () => {
  for (const [rule, why] of [
    [{ hosts: 'a' }, /no key `hosts`/],
    [{ host: 'a', toString: 'a' }, /no key `toString`/],
    [{ host: 'a', addresses: ['127.1'] }, /`addresses` cannot be/],
    [{ host: 'a', error: 'TRY_AGAIN' }, /expected one of WSAEINTR/],
    [{ host: 'a', address: '127.0.0.1' }, /exactly one of/],
    [{ name: 'a' }, /exactly one of/],
    [{ host: '127.0.0.1', error: 'WSATRY_AGAIN' }, /is not a host name/],
    [{ host: 'a' }, /needs `addresses`/],
    [{ host: 'a', addresses: [] }, /needs `addresses`/],
    [{ service: 'a', port: 1 }, /needs `transport`/],
    [{ service: 'a', transport: 'tcp' }, /needs `port`/],
    [{ 'protocol-number': 1 }, /needs `name`/],
    [{ host: 'a', addresses: ['127.0.0.1'], port: 1 }, /`port` has no meaning/],
    [{ host: 'a', error: 'WSATRY_AGAIN', name: 'b' }, /`name` has no meaning/],
    [{ host: 'a', error: 'WSATRY_AGAIN', now: true, never: true }, /at most one/],
    [{ 'service-port': 65_536, error: 'WSATRY_AGAIN' }, /`service-port` cannot be/],
  ]) {
    assert.throws(() => new Scripted({ rule: [rule] }), why, JSON.stringify(rule));
  }
});

test('an answer that one caller has cannot be changed for another', () => {
  const rule = [{ protocol: 'mine', number: 7, now: true }];
  const answered = (resolver, lookup) => resolver.tryResolve(lookup).outcome.val.val;
  const service = { kind: 'service-by-name', name: 'http' };
  const protocol = { kind: 'protocol-by-name', name: 'mine' };
  const tables = new Tables();
  const script = new Scripted({ rule });
  for (const [resolver, lookup] of [[tables, service], [script, protocol]]) {
    const entry = answered(resolver, lookup);
    assert.throws(() => entry.aliases.push('other'), TypeError);
    assert.throws(() => Object.assign(entry, { name: 'other' }), TypeError);
    assert.deepEqual(answered(resolver, lookup), entry);
  }
});

test('a chain goes on after a miss, and an immediate outcome ends it', async () => {
  const ready = (outcome) => ({ tryResolve: () => ({ kind: 'ready', outcome }) });
  const later = (outcome) => ({
    tryResolve: () => ({ kind: 'async', ticket: 1 }),
    resolve: async (_, { ticket }) => (ticket === 1 ? outcome : failed('no-recovery')),
  });
  const nothing = { tryResolve: () => ({ kind: 'not-found' }) };
  const answer = answerHost(host('a.test'), 'a.test', [], ['192.0.2.1']);
  const [missing, empty, busy] = ['host-not-found', 'no-data', 'try-again'].map(failed);
  for (const [resolvers, outcome] of [
    [[], undefined],
    [[nothing, nothing], undefined],
    [[nothing, ready(answer)], answer],
    [[ready(missing), ready(answer)], missing],
    [[later(missing), ready(answer)], answer],
    [[later(empty), later(answer)], answer],
    [[later(empty), later(missing)], empty],
    [[later(missing), nothing], missing],
    [[later(busy), ready(answer)], busy],
    [[later(answer), ready(busy)], answer],
    [[nothing, later(missing), new Deny()], failed('access-denied')],
  ]) {
    assert.deepEqual(await resolve(new Chain(resolvers), host('a.test')), outcome);
  }
});

test('addresses of one family come first, in their order', () => {
  // S-A1
  const addresses = ['192.0.2.2', '2001:db8::2', '192.0.2.1', '2001:db8::1'];
  const sixFirst = ['2001:db8::2', '2001:db8::1', '192.0.2.2', '192.0.2.1'];
  assert.deepEqual(inOrder(addresses), sixFirst);
  assert.deepEqual(inOrder(addresses, false), [...sixFirst.slice(2), ...sixFirst.slice(0, 2)]);
});
