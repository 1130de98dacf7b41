/**
 * Admission: checks a query, and applies the policy before a resolver sees it (`S-R16`).
 *
 * @typedef {import('../types/wit.js').Query} Query
 * @typedef {import('./address.js').Ip} Ip
 * @typedef {import('./errors.js').ErrorCode} ErrorCode
 * @typedef {import('./lookup.js').Lookup} Lookup
 * @typedef {import('./lookup.js').Outcome} Outcome
 * @typedef {import('./policy.js').Policy} Policy
 */

import { formatIp, fromWit, parseIp } from './address.js';
import { answerHost, checked, failed, trimmed, withoutForbidden } from './lookup.js';
import { canonicalHost, ipv6Literal, textOf } from './names.js';

/**
 * How a request ends. `isDenied`: the policy refuses.
 *
 * @typedef {{ outcome: Outcome, isDenied: boolean }} Verdict
 */

/** Winsock's number of the IPv4 address family. */
const AF_INET = 2;

/** Every denied request has this outcome. @type {Verdict} */
const DENIED = { outcome: Object.freeze(failed('access-denied')), isDenied: true };

/**
 * @param {ErrorCode} error
 * @returns {{ verdict: Verdict }}
 */
function ends(error) {
  return { verdict: { outcome: failed(error), isDenied: false } };
}

/** What an engine judges questions and answers by. */
export class Judge {
  #policy;
  #hostName;
  #nameBytes;
  #answerBytes;

  /**
   * @param {Policy} policy
   * @param {string} hostName The name of the machine, for "".
   * @param {{ nameBytes: number, answerBytes: number }} limits
   */
  constructor(policy, hostName, { nameBytes, answerBytes }) {
    this.#policy = policy;
    this.#hostName = new TextEncoder().encode(hostName);
    this.#nameBytes = nameBytes;
    this.#answerBytes = answerBytes;
  }

  /**
   * Checks a query: the question for the resolver, or the end of the request.
   *
   * @param {Query} query
   * @returns {{ lookup: Lookup } | { verdict: Verdict }}
   */
  check(query) {
    switch (query.tag) {
      case 'host-by-name':
        return this.#checkHost(query.val);
      case 'host-by-address': {
        const { address, family } = query.val;
        // S-R14
        if (family !== AF_INET || address.length !== 4) return ends('invalid-argument');
        const value = address.reduce((number, octet) => number * 256n + BigInt(octet), 0n);
        return this.#checkAddress('host-by-address', { bits: 32, value });
      }
      case 'service-by-name': {
        const name = textOf(query.val.name, this.#nameBytes);
        const protocol = this.#protocol(query.val.protocol);
        // A service or protocol whose name cannot exist is not in the table.
        if (name === undefined || protocol === undefined) return ends('no-data');
        return { lookup: { kind: 'service-by-name', name, ...protocol } };
      }
      case 'service-by-port': {
        const protocol = this.#protocol(query.val.protocol);
        if (protocol === undefined) return ends('no-data');
        return { lookup: { kind: 'service-by-port', port: query.val.port, ...protocol } };
      }
      case 'protocol-by-name': {
        const name = textOf(query.val, this.#nameBytes);
        if (name === undefined) return ends('no-data');
        return { lookup: { kind: 'protocol-by-name', name } };
      }
      case 'protocol-by-number':
        return { lookup: { kind: 'protocol-by-number', number: query.val } };
      case 'addresses':
        return this.#checkAddresses(query.val);
      case 'name-of':
        return this.#checkAddress('name-of', fromWit(query.val));
      default:
        throw new TypeError('a query of no kind of the interface');
    }
  }

  /**
   * Judges an outcome of a resolver. The answer loses the addresses that the policy does not allow
   * (`S-R16`), and what is over the limit of bytes.
   *
   * @param {Lookup} lookup
   * @param {Outcome} outcome
   * @returns {Verdict}
   */
  verdict(lookup, outcome) {
    const valid = checked(lookup, outcome);
    if (valid.tag === 'err') return { outcome: valid, isDenied: false };
    const left = withoutForbidden(valid.val, (ip) => this.#policy.allowsAnswer(lookup, ip));
    if (!left) return DENIED;
    return { outcome: trimmed(left, this.#answerBytes), isDenied: false };
  }

  /**
   * The protocol of a query for a service. An empty one is the same as none (`S-R4`).
   *
   * @param {Uint8Array | undefined} protocol
   * @returns {{ protocol?: string } | undefined}
   */
  #protocol(protocol) {
    if (protocol === undefined || protocol.length === 0) return {};
    const text = textOf(protocol, this.#nameBytes);
    return text === undefined ? undefined : { protocol: text };
  }

  /**
   * The machine's own name for "" (`S-R13`).
   *
   * @param {Uint8Array} name
   */
  #ownNameForEmpty(name) {
    return name.length === 0 ? this.#hostName : name;
  }

  /**
   * @param {Uint8Array} given
   * @returns {{ lookup: Lookup } | { verdict: Verdict }}
   */
  #checkHost(given) {
    const host = canonicalHost(this.#ownNameForEmpty(given), this.#nameBytes);
    switch (host?.kind) {
      case undefined:
        return ends('host-not-found');
      case 'not-an-address':
        return ends('no-data');
      case 'address':
        return this.#literal({ kind: 'host-by-name', name: host.address }, parseIp(host.address));
      case 'name':
        if (!this.#policy.allowsCanonical(host.name)) return { verdict: DENIED };
        return { lookup: { kind: 'host-by-name', name: host.name } };
    }
  }

  /**
   * @param {import('../types/wit.js').NameQuery} query
   * @returns {{ lookup: Lookup } | { verdict: Verdict }}
   */
  #checkAddresses({ name: given, family }) {
    const name = this.#ownNameForEmpty(given);
    const text = textOf(name, this.#nameBytes);
    const ipv6 = text === undefined ? undefined : ipv6Literal(text);
    const host = ipv6 ? undefined : canonicalHost(name, this.#nameBytes);
    const ip = host?.kind === 'address' ? parseIp(host.address) : ipv6;
    if (ip) {
      const lookup = { kind: /** @type {const} */ ('addresses'), name: formatIp(ip), family };
      const literal = this.#literal(lookup, ip);
      const isOfFamily = family === undefined || family === (ip.bits === 32 ? 'ipv4' : 'ipv6');
      const isDenied = 'verdict' in literal && literal.verdict.isDenied;
      // S-A2: an address of the other family.
      return isOfFamily || isDenied ? literal : ends('host-not-found');
    }
    if (host?.kind !== 'name') return ends('host-not-found');
    if (!this.#policy.allowsCanonical(host.name)) return { verdict: DENIED };
    return { lookup: { kind: 'addresses', name: host.name, family } };
  }

  /**
   * Answers an address with itself, under its text as the name. No resolver gets it (`S-R13`,
   * `S-A2`).
   *
   * @param {Lookup} lookup
   * @param {Ip | undefined} ip
   * @returns {{ verdict: Verdict }}
   */
  #literal(lookup, ip) {
    if (!ip || !this.#policy.allowsIp(ip)) return { verdict: DENIED };
    const text = formatIp(ip);
    return { verdict: this.verdict(lookup, answerHost(lookup, text, [], [text])) };
  }

  /**
   * @param {'host-by-address' | 'name-of'} kind
   * @param {Ip} ip
   * @returns {{ lookup: Lookup } | { verdict: Verdict }}
   */
  #checkAddress(kind, ip) {
    if (!this.#policy.allowsIp(ip)) return { verdict: DENIED };
    return { lookup: { kind, address: formatIp(ip) } };
  }
}
