/**
 * Checked questions, and their answers.
 *
 * @typedef {import('../types/wit.js').Answer} Answer
 * @typedef {import('../types/wit.js').AddressFamily} AddressFamily
 * @typedef {import('./errors.js').ErrorCode} ErrorCode
 */

import { fromWit, parseIp, toWit } from './address.js';
import { ERROR_CODES } from './errors.js';

/**
 * A checked question: its names are well-formed, and the policy allows it. Host names are in
 * canonical form, with a trailing dot if the guest gave one. Addresses are text. A lookup can be
 * cloned, and so sent to another thread.
 *
 * @typedef {{ kind: 'host-by-name', name: string }
 *   | { kind: 'host-by-address', address: string }
 *   | { kind: 'service-by-name', name: string, protocol?: string }
 *   | { kind: 'service-by-port', port: number, protocol?: string }
 *   | { kind: 'protocol-by-name', name: string }
 *   | { kind: 'protocol-by-number', number: number }
 *   | { kind: 'addresses', name: string, family?: AddressFamily }
 *   | { kind: 'name-of', address: string }} Lookup
 */

/**
 * The end of a lookup: an answer or an error.
 *
 * @typedef {{ tag: 'ok', val: Answer } | { tag: 'err', val: ErrorCode }} Outcome
 */

/**
 * @param {Answer} answer
 * @returns {Outcome}
 */
export function found(answer) {
  return { tag: 'ok', val: answer };
}

/**
 * @param {ErrorCode} error
 * @returns {Outcome}
 */
export function failed(error) {
  return { tag: 'err', val: error };
}

/**
 * An entry that the answers of all sessions share. No caller can change it for the others.
 *
 * @template {{ aliases: string[] }} T
 * @param {T} entry
 * @returns {T}
 */
export function shared(entry) {
  Object.freeze(entry.aliases);
  return Object.freeze(entry);
}

/**
 * The error of a lookup that finds nothing: `host-not-found` for hosts (`S-R15`), `no-data` for
 * services and protocols (`S-R12`).
 *
 * @param {Lookup} lookup
 * @returns {ErrorCode}
 */
export function missOf(lookup) {
  switch (lookup.kind) {
    case 'service-by-name':
    case 'service-by-port':
    case 'protocol-by-name':
    case 'protocol-by-number':
      return 'no-data';
    default:
      return 'host-not-found';
  }
}

/**
 * The name of the host that a lookup is for. `undefined` for a lookup of anything else.
 *
 * @param {Lookup} lookup
 * @returns {string | undefined}
 */
export function hostName(lookup) {
  return lookup.kind === 'host-by-name' || lookup.kind === 'addresses' ? lookup.name : undefined;
}

/**
 * The families of the addresses that a lookup asks for.
 *
 * @param {Lookup} lookup
 * @returns {AddressFamily[]}
 */
export function familiesOf(lookup) {
  if (lookup.kind !== 'addresses') return ['ipv4'];
  return lookup.family === undefined ? ['ipv4', 'ipv6'] : [lookup.family];
}

/**
 * Makes the answer to a lookup from a host's names and addresses, which are text. The answer has
 * the addresses of the families that the lookup asks for. Without one it is `no-data` (`S-A2`).
 *
 * @param {Lookup} lookup
 * @param {string} name
 * @param {Iterable<string>} aliases
 * @param {Iterable<string>} addresses
 * @returns {Outcome}
 */
export function answerHost(lookup, name, aliases, addresses) {
  const ips = Array.from(addresses, (text) => parseIp(text)).filter((ip) => ip !== undefined);
  switch (lookup.kind) {
    case 'host-by-name':
    case 'host-by-address': {
      const v4 = ips.filter((ip) => ip.bits === 32).map((ip) => Number(ip.value));
      const host = { name, aliases: [...aliases], addresses: Uint32Array.from(v4) };
      return checked(lookup, found({ tag: 'host', val: host }));
    }
    case 'addresses': {
      const list = { canonicalName: name, addresses: ips.map(toWit) };
      return checked(lookup, found({ tag: 'addresses', val: list }));
    }
    case 'name-of':
      return found({ tag: 'name', val: name });
    default:
      return failed(missOf(lookup));
  }
}

const KINDS = /** @type {const} */ ({
  'host-by-name': 'host',
  'host-by-address': 'host',
  'service-by-name': 'service',
  'service-by-port': 'service',
  'protocol-by-name': 'protocol',
  'protocol-by-number': 'protocol',
  addresses: 'addresses',
  'name-of': 'name',
});

/** @type {(value: unknown) => boolean} */
const isText = (value) => typeof value === 'string';
/** @type {(value: unknown) => boolean} */
const isTexts = (value) => Array.isArray(value) && value.every(isText);
/** @type {(value: unknown) => boolean} */
const isU64 = (value) => typeof value === 'bigint' && BigInt.asUintN(64, value) === value;
/** @type {(min: number, max: number) => (value: unknown) => boolean} */
const isWithin = (min, max) => (value) =>
  Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
const isU32 = isWithin(0, 2 ** 32 - 1);

/** @param {any} address */
function isAddress(address) {
  if (address?.tag === 'ipv4') return isU32(address.val);
  const halves = address?.tag === 'ipv6' && address.val;
  return Array.isArray(halves) && halves.length === 2 && halves.every(isU64);
}

/** Whether a value is that of an answer. @type {Record<Answer['tag'], (val: any) => boolean>} */
const IS_ANSWER = {
  host: ({ name, aliases, addresses }) =>
    isText(name) &&
    isTexts(aliases) &&
    (addresses instanceof Uint32Array || (Array.isArray(addresses) && addresses.every(isU32))),
  service: ({ name, aliases, port, protocol }) =>
    isText(name) && isTexts(aliases) && isWithin(0, 65_535)(port) && isText(protocol),
  protocol: ({ name, aliases, number }) =>
    isText(name) && isTexts(aliases) && isWithin(-(2 ** 31), 2 ** 31 - 1)(number),
  addresses: ({ canonicalName, addresses }) =>
    (canonicalName === undefined || isText(canonicalName)) &&
    Array.isArray(addresses) &&
    addresses.every(isAddress),
  name: isText,
};

/** @param {Answer} answer */
function isAnswer({ tag, val }) {
  return val !== undefined && val !== null && IS_ANSWER[tag](val);
}

/**
 * Checks an outcome of a resolver. A malformed outcome and an answer of another kind are
 * `no-recovery`, a host without an address is `no-data` (`S-R15`).
 *
 * @param {Lookup} lookup
 * @param {Outcome} outcome
 * @returns {Outcome}
 */
export function checked(lookup, outcome) {
  if (outcome?.tag === 'err' && ERROR_CODES.includes(outcome.val)) return outcome;
  const answer = outcome?.tag === 'ok' ? outcome.val : undefined;
  if (answer?.tag !== KINDS[lookup.kind] || !isAnswer(answer)) return failed('no-recovery');
  if (answer.tag === 'host') {
    return answer.val.addresses.length === 0 ? failed('no-data') : outcome;
  }
  if (answer.tag === 'addresses') {
    const families = familiesOf(lookup);
    const asked = answer.val.addresses.filter(({ tag }) => families.includes(tag));
    if (asked.length === 0) return failed('no-data');
    if (asked.length === answer.val.addresses.length) return outcome;
    const { canonicalName } = answer.val;
    return found({ tag: 'addresses', val: { canonicalName, addresses: asked } });
  }
  return outcome;
}

/**
 * An answer without the addresses that `isAllowed` refuses. `undefined` if none is left. An answer
 * that keeps all its addresses is not copied.
 *
 * @param {Answer} answer
 * @param {(ip: import('./address.js').Ip) => boolean} isAllowed
 * @returns {Answer | undefined}
 */
export function withoutForbidden(answer, isAllowed) {
  if (answer.tag === 'host') {
    const { addresses } = answer.val;
    const left = Uint32Array.from(addresses).filter((number) =>
      isAllowed({ bits: 32, value: BigInt(number) }),
    );
    if (left.length === addresses.length) return answer;
    return left.length === 0 ? undefined : { ...answer, val: { ...answer.val, addresses: left } };
  }
  if (answer.tag === 'addresses') {
    const { addresses } = answer.val;
    const left = addresses.filter((address) => isAllowed(fromWit(address)));
    if (left.length === addresses.length) return answer;
    return left.length === 0 ? undefined : { ...answer, val: { ...answer.val, addresses: left } };
  }
  return answer;
}

/** Bytes that the engine counts for an answer, for a string, and for an address of each kind. */
const ANSWER_BYTES = 88;
const STRING_BYTES = 24;
const IPV4_BYTES = 4;
const ADDRESS_BYTES = 24;

/**
 * Bytes of memory that an answer holds, as the engine counts them.
 *
 * @param {Answer} answer
 * @returns {number}
 */
export function answerBytes(answer) {
  const names = (/** @type {string} */ name, /** @type {string[]} */ aliases) =>
    utf8Bytes(name) + aliases.reduce((sum, alias) => sum + STRING_BYTES + utf8Bytes(alias), 0);
  switch (answer.tag) {
    case 'host': {
      const { name, aliases, addresses } = answer.val;
      return ANSWER_BYTES + names(name, aliases) + addresses.length * IPV4_BYTES;
    }
    case 'service':
      return (
        ANSWER_BYTES +
        names(answer.val.name, answer.val.aliases) +
        utf8Bytes(answer.val.protocol)
      );
    case 'protocol':
      return ANSWER_BYTES + names(answer.val.name, answer.val.aliases);
    case 'addresses': {
      const { canonicalName, addresses } = answer.val;
      return ANSWER_BYTES + names(canonicalName ?? '', []) + addresses.length * ADDRESS_BYTES;
    }
    case 'name':
      return ANSWER_BYTES + utf8Bytes(answer.val);
  }
}

/**
 * An answer that holds at most `maxBytes`. It loses its last addresses except the first one, and
 * then its last aliases. `no-recovery` if that is not enough.
 *
 * @param {Answer} answer
 * @param {number} maxBytes
 * @returns {Outcome}
 */
export function trimmed(answer, maxBytes) {
  if (answerBytes(answer) <= maxBytes) return found(answer);
  const left = structuredClone(answer);
  const over = () => answerBytes(left) - maxBytes;
  if (left.tag === 'host') {
    const { addresses } = left.val;
    const kept = Math.max(1, addresses.length - Math.ceil(over() / IPV4_BYTES));
    left.val.addresses = Uint32Array.from(addresses).slice(0, kept);
  } else if (left.tag === 'addresses') {
    const { addresses } = left.val;
    const kept = Math.max(1, addresses.length - Math.ceil(over() / ADDRESS_BYTES));
    left.val.addresses = addresses.slice(0, kept);
  }
  if (left.tag === 'host' || left.tag === 'service' || left.tag === 'protocol') {
    let bytes = over();
    while (bytes > 0 && left.val.aliases.length > 0) {
      bytes -= STRING_BYTES + utf8Bytes(/** @type {string} */ (left.val.aliases.pop()));
    }
  }
  return over() > 0 ? failed('no-recovery') : found(left);
}

/** @param {string} text */
function utf8Bytes(text) {
  // A text in ASCII, as nearly every name is, has a byte for each character.
  // eslint-disable-next-line no-control-regex
  return /^[\0-\x7f]*$/.test(text) ? text.length : new TextEncoder().encode(text).length;
}

/**
 * What a lookup asks for, as a person reads it: a name, an address, or a number.
 *
 * @param {Lookup} lookup
 * @returns {string}
 */
export function describe(lookup) {
  switch (lookup.kind) {
    case 'host-by-address':
    case 'name-of':
      return lookup.address;
    case 'service-by-name':
      return lookup.protocol === undefined ? lookup.name : `${lookup.name}/${lookup.protocol}`;
    case 'service-by-port':
      return lookup.protocol === undefined ? `${lookup.port}` : `${lookup.port}/${lookup.protocol}`;
    case 'protocol-by-number':
      return `${lookup.number}`;
    default:
      return lookup.name;
  }
}

