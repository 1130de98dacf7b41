/**
 * Messages of DNS (RFC 1035), and what they say of a question.
 *
 * @typedef {import('../lookup.js').Lookup} Lookup
 * @typedef {import('../lookup.js').Outcome} Outcome
 */

import { formatIp, fromWit, parseIp, reverseName } from '../address.js';
import { answerHost, failed, found } from '../lookup.js';
import { lowerAscii, withoutDot } from '../names.js';

/** Types of records, by number. */
export const TYPE = /** @type {const} */ ({ A: 1, CNAME: 5, PTR: 12, AAAA: 28 });

/** Codes of servers. */
const NO_ERROR = 0;
const SERV_FAIL = 2;
const NX_DOMAIN = 3;

/** The longest chain of CNAME records, and the most records of a message that are read. */
const MAX_CNAMES = 16;
const MAX_RECORDS = 4096;
/** The longest name in a message, with the lengths of its labels. Units: bytes. */
const MAX_NAME_BYTES = 255;
/** The most pointers of a name: as many as the longest name has labels. */
const MAX_POINTERS = 127;

/**
 * A record of an answer. `data` is an address as text for A and AAAA, a name for CNAME and PTR.
 *
 * @typedef {{ name: string, type: number, data: string }} DnsRecord
 */

/**
 * A server's message: its code, and the records of its answer.
 *
 * @typedef {{ rcode: number, records: DnsRecord[] }} DnsResponse
 */

/** A message is malformed, or answers another question. */
export class MalformedMessage extends Error {}

/**
 * The questions of a lookup of a host: a name and a type each.
 *
 * @param {Lookup} lookup
 * @returns {{ name: string, type: number }[]}
 */
export function questionsOf(lookup) {
  switch (lookup.kind) {
    case 'host-by-name':
      return [{ name: withoutDot(lookup.name), type: TYPE.A }];
    case 'addresses': {
      const types = { ipv4: [TYPE.A], ipv6: [TYPE.AAAA], both: [TYPE.AAAA, TYPE.A] };
      const name = withoutDot(lookup.name);
      return types[lookup.family ?? 'both'].map((type) => ({ name, type }));
    }
    case 'host-by-address':
    case 'name-of': {
      const ip = /** @type {import('../address.js').Ip} */ (parseIp(lookup.address));
      return [{ name: reverseName(ip), type: TYPE.PTR }];
    }
    default:
      return [];
  }
}

/**
 * A query with one question, which asks for recursion. Its id is 0, so that caches of HTTP find
 * equal queries (RFC 8484, 4.1).
 *
 * @param {string} name A canonical name.
 * @param {number} type
 * @returns {Uint8Array}
 */
export function encodeQuery(name, type) {
  const labels = withoutDot(name).split('.');
  const question = labels.flatMap((label) => [label.length, ...new TextEncoder().encode(label)]);
  const header = [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  return Uint8Array.from([...header, ...question, 0, 0, type, 0, 1]);
}

/**
 * Reads a server's message in answer to a question.
 *
 * @param {Uint8Array} bytes
 * @param {{ name: string, type: number }} question
 * @returns {DnsResponse}
 * @throws {MalformedMessage}
 */
export function decodeResponse(bytes, question) {
  const reader = new Reader(bytes);
  reader.number(2);
  const flags = reader.number(2);
  const [questions, answers] = [reader.number(2), reader.number(2)];
  reader.number(4);
  const isResponse = (flags & 0xf800) === 0x8000;
  // Over HTTP no record has to be left out.
  const isTruncated = (flags & 0x0200) !== 0;
  const rcode = flags & 0x000f;
  if (!isResponse || isTruncated) throw new MalformedMessage('no whole response');
  if (questions === 0 && rcode !== NO_ERROR && rcode !== NX_DOMAIN) return { rcode, records: [] };
  const name = questions === 1 ? lowerAscii(reader.name()) : undefined;
  if (name !== escaped(question.name) || reader.number(2) !== question.type || reader.number(2) !== 1) {
    throw new MalformedMessage('an answer to another question');
  }
  if (answers > MAX_RECORDS) throw new MalformedMessage('too many records');
  /** @type {DnsRecord[]} */
  const records = [];
  for (let i = 0; i < answers; i++) {
    const record = reader.record();
    if (record) records.push(record);
  }
  return { rcode, records };
}

/** Reads a message from its start to its end. */
class Reader {
  #bytes;
  #at = 0;

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.#bytes = bytes;
  }

  /**
   * A number of up to four bytes.
   *
   * @param {number} length
   */
  number(length) {
    return this.take(length).reduce((number, byte) => number * 256 + byte, 0);
  }

  /** @param {number} length */
  take(length) {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new MalformedMessage('a message is cut off');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  /** A name with its pointers followed, without a trailing dot. Each pointer goes further back. */
  name() {
    /** @type {string[]} */
    const labels = [];
    let end;
    let limit = this.#at;
    let length = 1;
    let pointers = 0;
    for (;;) {
      const size = this.number(1);
      if (size === 0) break;
      if (size >= 0xc0) {
        const target = ((size & 0x3f) << 8) | this.number(1);
        end ??= this.#at;
        if (target >= limit) throw new MalformedMessage('a pointer goes forward');
        pointers += 1;
        if (pointers > MAX_POINTERS) throw new MalformedMessage('a name has too many pointers');
        this.#at = limit = target;
        continue;
      }
      length += size + 1;
      if (size > 63 || length > MAX_NAME_BYTES) throw new MalformedMessage('a name is too long');
      labels.push(labelText(this.take(size)));
    }
    this.#at = end ?? this.#at;
    return labels.join('.');
  }

  /** A record of a type that is read, in the class IN. `undefined` for any other. */
  record() {
    const name = this.name();
    const [type, kind] = [this.number(2), this.number(2)];
    this.number(4);
    const length = this.number(2);
    const end = this.#at + length;
    const data = kind === 1 ? this.#data(type, length) : undefined;
    if (data !== undefined && this.#at !== end) throw new MalformedMessage('a record is too long');
    this.#at = end;
    if (end > this.#bytes.length) throw new MalformedMessage('a message is cut off');
    return data === undefined ? undefined : { name, type, data };
  }

  /**
   * @param {number} type
   * @param {number} length
   * @returns {string | undefined}
   */
  #data(type, length) {
    const bits = type === TYPE.A ? 32 : type === TYPE.AAAA ? 128 : undefined;
    if (bits !== undefined) {
      if (length * 8 !== bits) throw new MalformedMessage('an address has another length');
      const value = this.take(length).reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
      return formatIp({ bits, value });
    }
    return type === TYPE.CNAME || type === TYPE.PTR ? this.name() : undefined;
  }
}

/**
 * A label as text, with the escapes of RFC 1035, 5.1.
 *
 * @param {Uint8Array} label
 */
function labelText(label) {
  const text = (/** @type {number} */ byte) => {
    const char = String.fromCharCode(byte);
    if (byte <= 0x20 || byte >= 0x7f) return `\\${`${byte}`.padStart(3, '0')}`;
    return '.\\"$();@'.includes(char) ? `\\${char}` : char;
  };
  return Array.from(label, text).join('');
}

/**
 * A canonical name as the names of messages are shown.
 *
 * @param {string} name
 */
function escaped(name) {
  const labels = name.split('.');
  return labels.map((label) => labelText(new TextEncoder().encode(label))).join('.');
}

/**
 * What the answers of one question, or of one for each family, say of a lookup. If one family
 * fails, the outcome is what the other has. If both fail, it is the first of WSATRY_AGAIN,
 * WSANO_RECOVERY, WSANO_DATA and WSAHOST_NOT_FOUND (`S-A3`).
 *
 * @param {Lookup} lookup
 * @param {Outcome[]} outcomes One for each question.
 * @param {(addresses: string[]) => string[]} inOrder
 * @returns {Outcome}
 */
export function combine(lookup, outcomes, inOrder) {
  if (outcomes.length === 1) return outcomes[0];
  /** @type {string[]} */
  const addresses = [];
  let name;
  for (const outcome of outcomes) {
    if (outcome.tag === 'ok' && outcome.val.tag === 'addresses') {
      name ??= outcome.val.val.canonicalName;
      addresses.push(...outcome.val.val.addresses.map((address) => formatIp(fromWit(address))));
    }
  }
  if (name !== undefined) return answerHost(lookup, name, [], inOrder(addresses));
  const errors = outcomes.map((outcome) => (outcome.tag === 'err' ? outcome.val : 'no-recovery'));
  const order = /** @type {const} */ (['try-again', 'no-recovery', 'no-data', 'host-not-found']);
  return failed(order.find((error) => errors.includes(error)) ?? 'try-again');
}

/**
 * What a response says of a question of a lookup.
 *
 * @param {Lookup} lookup
 * @param {{ name: string, type: number }} question
 * @param {DnsResponse} response
 * @returns {Outcome}
 */
export function readResponse(lookup, question, { rcode, records }) {
  if (rcode === SERV_FAIL) return failed('try-again');
  if (rcode === NX_DOMAIN) return failed('host-not-found');
  if (rcode !== NO_ERROR) return failed('no-recovery');
  const chain = [escaped(question.name)];
  const is = (/** @type {string} */ owner) => (/** @type {DnsRecord} */ record) =>
    lowerAscii(withoutDot(record.name)) === lowerAscii(owner);
  for (;;) {
    const last = chain[chain.length - 1];
    const alias = records.find((record) => record.type === TYPE.CNAME && is(last)(record));
    if (!alias) break;
    const target = withoutDot(alias.data);
    const isLoop = chain.some((name) => lowerAscii(name) === lowerAscii(target));
    if (isLoop || chain.length > MAX_CNAMES) return failed('no-recovery');
    chain.push(target);
  }
  const last = chain[chain.length - 1];
  const wanted = records.filter((record) => record.type === question.type && is(last)(record));
  const data = wanted.map((record) => record.data);
  if (data.length === 0) return failed('no-data');
  if (question.type === TYPE.PTR) {
    const [name, ...aliases] = data.map(withoutDot);
    if (lookup.kind === 'name-of') return found({ tag: 'name', val: name });
    const { address } = /** @type {Lookup & { kind: 'host-by-address' }} */ (lookup);
    return answerHost(lookup, name, aliases, [address]);
  }
  // The name that was asked for is shown as it is here.
  const names = [question.name, ...chain.slice(1)];
  return answerHost(lookup, names[names.length - 1], names.slice(0, -1), data);
}
