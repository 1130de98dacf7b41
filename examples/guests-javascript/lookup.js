// Starts all lookups at once, and prints each answer as it comes.
//
//     npx componentize-js examples/guests-javascript/lookup.js --wit wit --world-name command \
//         --out lookup.wasm
//     winsock-async run --allow localhost lookup.wasm host:localhost serv:http/tcp
//
//     lookup [--timeout MS] QUERY...    cancels what is pending after this time
//     cancel:QUERY                      starts a lookup and cancels it

import { getArguments } from 'wasi:cli/environment@0.2.0';
import { bytes, lookup, WinsockError } from './winsock-async.js';

// AF_INET.
const INET = 2;

/** The query that a text stands for. */
function parse(text) {
  const [kind, value] = text.split(/:(.*)/s);
  const [name, protocol] = (value ?? '').split('/');
  const transport = protocol === undefined ? undefined : bytes(protocol);
  switch (kind) {
    case 'host':
      return { tag: 'host-by-name', val: bytes(value) };
    case 'addr':
      return { tag: 'host-by-address', val: { address: octets(value), family: INET } };
    case 'serv':
      return { tag: 'service-by-name', val: { name: bytes(name), protocol: transport } };
    case 'port':
      return { tag: 'service-by-port', val: { port: Number(name), protocol: transport } };
    case 'proto':
      return { tag: 'protocol-by-name', val: bytes(value) };
    case 'protonum':
      return { tag: 'protocol-by-number', val: Number(value) };
    case 'ip':
      return { tag: 'addresses', val: { name: bytes(value), family: undefined } };
    default:
      throw new Error(`${text} is no query; write one such as host:localhost`);
  }
}

/** An answer as a text. */
function shown({ tag, val }) {
  switch (tag) {
    case 'host':
      return [names(val), ...Array.from(val.addresses, ipv4)].join(' ');
    case 'service':
      return `${names(val)} port ${val.port}/${val.protocol}`;
    case 'protocol':
      return `${names(val)} number ${val.number}`;
    case 'addresses':
      return [val.canonicalName ?? '?', ...val.addresses.map(ip)].join(' ');
    default:
      return val;
  }
}

/** The official name, and the others. */
function names({ name, aliases }) {
  if (aliases.length === 0) return name;
  return `${name} (${aliases.length === 1 ? 'alias' : 'aliases'} ${aliases.join(', ')})`;
}

/** The bytes of an IPv4 address. */
function octets(text) {
  return Uint8Array.from(text.split('.'), Number);
}

/** The text of an IPv4 address, which is a number. */
function ipv4(number) {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}

/** The text of an address of either family. An IPv6 address has all its groups. */
function ip({ tag, val }) {
  if (tag === 'ipv4') return ipv4(val);
  const groups = val.flatMap((half) => [48n, 32n, 16n, 0n].map((shift) => (half >> shift) & 0xffffn));
  return groups.map((group) => group.toString(16)).join(':');
}

/** Looks a query up, prints the outcome, and returns whether there was an answer. */
async function lookUp(text, signal, why) {
  try {
    const answer = await lookup(parse(text), { signal });
    console.log(`${text}: ${shown(answer)}`);
    return true;
  } catch (error) {
    if (error instanceof WinsockError) console.log(`${text}: ${error.code}`);
    else if (error === signal?.reason) console.log(`${text}: ${why}`);
    else throw error;
    return false;
  }
}

/** Starts a lookup and cancels it. */
function cancelled(text) {
  const controller = new AbortController();
  const ended = lookUp(text, controller.signal, 'cancelled');
  controller.abort();
  return ended;
}

export const run = {
  async run() {
    const queries = getArguments().slice(1);
    let signal;
    let why;
    if (queries[0] === '--timeout') {
      const [, ms] = queries.splice(0, 2);
      signal = AbortSignal.timeout(Number(ms));
      why = `cancelled after ${ms} ms`;
    }
    const running = queries.map((text) =>
      text.startsWith('cancel:') ? cancelled(text.slice(7)) : lookUp(text, signal, why),
    );
    const answered = await Promise.all(running);
    if (!answered.every(Boolean)) throw undefined;
  },
};
