/**
 * Which hosts a guest may look up, and which addresses its answers may have (`S-R16`).
 *
 * @typedef {import('./address.js').Ip} Ip
 * @typedef {import('./lookup.js').Lookup} Lookup
 */

import { formatIp, isLoopback, parseIp, parseIpv6 } from './address.js';
import { OptionError } from './errors.js';
import { canonicalHost, meansThisMachine, withoutDot } from './names.js';
import { readings, special } from './special.js';

/**
 * The rules of a policy: the keys of the engine's policy file, without those on connections.
 *
 * @typedef {object} PolicyRules
 * @property {string[]} [allow] Names and addresses that may be looked up: `*`, `*.corp.example`,
 *   `www.example.com`, `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`.
 * @property {string[]} [allow-answers] Addresses that answers may also have.
 * @property {string[]} [deny-answers] Addresses that answers may not have.
 * @property {boolean} [allow-private] Whether answers may have every address of no public host.
 */

/**
 * A pattern of names or addresses.
 *
 * @typedef {{ kind: 'all' }
 *   | { kind: 'under', suffix: string }
 *   | { kind: 'name', name: string }
 *   | { kind: 'network', network: Network }} Pattern
 */

/**
 * The addresses with a prefix.
 *
 * @typedef {{ readonly ip: Ip, readonly prefix: number }} Network
 */

/**
 * Which hosts guests may look up, and which addresses their answers may have. Without rules, a
 * guest may look up no host, and answers have addresses of public hosts only.
 */
export class Policy {
  #all = false;
  /** @type {Set<string>} */
  #names = new Set();
  /** Names under these are allowed. @type {Set<string>} */
  #suffixes = new Set();
  #networks = new Networks();
  #private = false;
  #allowedAnswers = new Networks();
  #deniedAnswers = new Networks();

  /**
   * @param {PolicyRules} [rules]
   * @throws {PatternError} The first malformed pattern.
   */
  constructor(rules = {}) {
    for (const key of Object.keys(rules)) {
      if (KEYS.includes(key)) continue;
      const why = CONNECTIONS.includes(key) ? ': this host judges no connections' : '';
      throw new OptionError(`a policy has no rule \`${key}\`${why}`);
    }
    for (const text of list(rules, 'allow')) this.#allow(parsePattern(text));
    for (const text of list(rules, 'allow-answers')) {
      for (const network of answerNetworks(text)) this.#allowedAnswers.add(network);
    }
    for (const text of list(rules, 'deny-answers')) {
      for (const network of answerNetworks(text)) this.#deniedAnswers.add(network);
    }
    const isPrivate = rules['allow-private'] ?? false;
    if (typeof isPrivate !== 'boolean') throw new OptionError('`allow-private` is no boolean');
    this.#private = isPrivate;
  }

  /** @param {Pattern} pattern */
  #allow(pattern) {
    switch (pattern.kind) {
      case 'all':
        this.#all = true;
        break;
      case 'under':
        this.#suffixes.add(pattern.suffix);
        break;
      case 'name':
        this.#names.add(pattern.name);
        break;
      case 'network':
        this.#networks.add(pattern.network);
        // An answer may have an address that the guest may ask for.
        this.#allowedAnswers.add(pattern.network);
    }
  }

  /**
   * Whether a host may be looked up by this name, in any spelling. A name that is an address is
   * judged as an address.
   *
   * @param {string} name
   * @returns {boolean}
   */
  allowsName(name) {
    if (this.#all) return true;
    const host = canonicalHost(name);
    if (host?.kind === 'name') return this.allowsCanonical(host.name);
    const ip = host?.kind === 'address' ? parseIp(host.address) : host && parseIpv6(name);
    return ip !== undefined && this.allowsIp(ip);
  }

  /**
   * Whether a host may be looked up by this name, which is in canonical form.
   *
   * @param {string} name
   * @returns {boolean}
   */
  allowsCanonical(name) {
    if (this.#all) return true;
    const host = withoutDot(name);
    if (this.#names.has(host)) return true;
    for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      if (this.#suffixes.has(host.slice(dot + 1))) return true;
    }
    return false;
  }

  /**
   * Whether this address, as text, may be looked up. An IPv6 address that carries IPv4 addresses
   * needs all of them allowed (`S-A5`).
   *
   * @param {string} address
   * @returns {boolean}
   */
  allowsAddress(address) {
    const ip = parseIp(address);
    return ip !== undefined && this.allowsIp(ip);
  }

  /**
   * @param {Ip} ip
   * @returns {boolean}
   */
  allowsIp(ip) {
    return this.#all || readings(ip).every((reading) => this.#networks.longest(reading) >= 0);
  }

  /**
   * Whether the answer to an allowed lookup may have this address.
   *
   * @param {Lookup} lookup
   * @param {Ip} ip
   * @returns {boolean}
   */
  allowsAnswer(lookup, ip) {
    if (this.#allowsAnswer(ip, false)) return true;
    switch (lookup.kind) {
      case 'host-by-address':
      case 'name-of':
        // The guest gave the address, which was judged as a question.
        return lookup.address === formatIp(ip);
      case 'host-by-name':
      case 'addresses': {
        const asked = parseIp(lookup.name);
        return (
          this.#allowsAnswer(ip, meansThisMachine(lookup.name)) ||
          (asked !== undefined && asked.bits === ip.bits && asked.value === ip.value)
        );
      }
      default:
        return false;
    }
  }

  /**
   * @param {Ip} ip
   * @param {boolean} toLocalhost Whether the question is for a name that is this machine.
   */
  #allowsAnswer(ip, toLocalhost) {
    // What a translator makes of the address is not this machine.
    const isThisMachine = toLocalhost && isLoopback(ip);
    return readings(ip).every((reading) => this.#allowsReading(reading, isThisMachine));
  }

  /**
   * Judges an address without the addresses that it carries. The rule with the longest prefix
   * applies. At the same length a denial beats an allowing rule, which beats the table.
   *
   * @param {Ip} ip
   * @param {boolean} isThisMachine
   */
  #allowsReading(ip, isThisMachine) {
    const denied = this.#deniedAnswers.longest(ip);
    const prefix = this.#private || isThisMachine ? undefined : special(ip);
    if (denied < 0 && prefix === undefined) return true;
    const allowed = this.#allowedAnswers.longest(ip);
    return (denied < 0 || allowed > denied) && allowed >= (prefix ?? -1);
  }
}

/** Rules of the engine's policy file that need a host of `wasi:sockets`. */
const CONNECTIONS = ['connect', 'listen'];
const KEYS = ['allow', 'allow-answers', 'deny-answers', 'allow-private'];

/**
 * @param {PolicyRules} rules
 * @param {'allow' | 'allow-answers' | 'deny-answers'} key
 * @returns {string[]}
 */
function list(rules, key) {
  const patterns = rules[key] ?? [];
  if (!Array.isArray(patterns) || patterns.some((text) => typeof text !== 'string')) {
    throw new OptionError(`\`${key}\` is no list of patterns`);
  }
  return patterns;
}

/** Sets of addresses, by the length of their prefix. */
class Networks {
  /** The longest prefix first. @type {{ bits: 32 | 128, prefix: number, starts: Set<bigint> }[]} */
  #sets = [];

  /** @param {Network} network */
  add({ ip, prefix }) {
    let set = this.#sets.find((other) => other.bits === ip.bits && other.prefix === prefix);
    if (!set) {
      set = { bits: ip.bits, prefix, starts: new Set() };
      this.#sets.push(set);
      this.#sets.sort((a, b) => b.prefix - a.prefix);
    }
    set.starts.add(ip.value >> BigInt(ip.bits - prefix));
  }

  /**
   * The length of the longest prefix of an address. -1 if there is none.
   *
   * @param {Ip} ip
   */
  longest(ip) {
    const set = this.#sets.find(
      ({ bits, prefix, starts }) =>
        bits === ip.bits && starts.has(ip.value >> BigInt(bits - prefix)),
    );
    return set?.prefix ?? -1;
  }
}

/**
 * Why a text is no pattern.
 *
 * @typedef {'empty' | 'star' | 'not-a-name' | 'not-an-address' | 'brackets' | 'zone' | 'port'
 *   | 'prefix' | 'host-bits'} PatternProblem
 */

/** A text is no pattern. */
export class PatternError extends OptionError {
  /**
   * @param {PatternProblem} problem
   * @param {string} text
   * @param {string} [meant]
   */
  constructor(problem, text, meant) {
    super(message(problem, JSON.stringify(text.slice(0, 300)), meant));
    this.name = 'PatternError';
    this.code = 'ERR_WINSOCK_PATTERN';
    this.problem = problem;
  }
}

/**
 * @param {PatternProblem} problem
 * @param {string} shown
 * @param {string} [meant]
 */
function message(problem, shown, meant) {
  switch (problem) {
    case 'empty':
      return 'a pattern is empty; write `*` to allow every host';
    case 'star':
      return `${shown}: a star stands alone, or before a suffix as in \`*.example.com\``;
    case 'not-a-name':
      return `${shown} is neither a host name nor an address`;
    case 'not-an-address':
      return `${shown} is no address; write it as in \`192.0.2.7\` or \`2001:db8::7\``;
    case 'brackets':
      return `${shown}: leave the brackets out, as in \`2001:db8::7\` or \`2001:db8::/32\``;
    case 'zone':
      return `${shown} has a zone; leave out the \`%\` and what follows it`;
    case 'port':
      return `${shown} has a port, which no rule of this host can have`;
    case 'prefix':
      return `${shown} is no prefix; write it as in \`10.0.0.0/8\` or \`2001:db8::/32\``;
    case 'host-bits':
      return `${shown} has bits set beyond its prefix; did you mean \`${meant}\`?`;
  }
}

/**
 * Reads a pattern of names or addresses.
 *
 * @param {string} text
 * @returns {Pattern}
 * @throws {PatternError}
 */
export function parsePattern(text) {
  if (text === '') throw new PatternError('empty', text);
  if (text === '*') return { kind: 'all' };
  if (text.startsWith('[')) throw new PatternError('brackets', text);
  if (text.includes('/')) return { kind: 'network', network: parsePrefix(text) };
  if (text.startsWith('*.')) {
    const host = parseHost(text, text.slice(2));
    if (host.kind !== 'name') throw new PatternError('not-a-name', text);
    return { kind: 'under', suffix: withoutDot(host.name) };
  }
  const host = parseHost(text, text);
  if (host.kind === 'name') return { kind: 'name', name: withoutDot(host.name) };
  const ip = host.kind === 'address' ? parseIp(host.address) : parseIpv6(text);
  if (ip) return { kind: 'network', network: { ip, prefix: ip.bits } };
  if (hasZone(text)) throw new PatternError('zone', text);
  const colon = text.indexOf(':');
  const isPort = colon >= 0 && /^[0-9]+$/.test(text.slice(colon + 1));
  throw new PatternError(isPort ? 'port' : 'not-an-address', text);
}

/**
 * Shows a pattern in canonical form: `*.Example.COM.` is `*.example.com`.
 *
 * @param {Pattern} pattern
 * @returns {string}
 */
export function formatPattern(pattern) {
  switch (pattern.kind) {
    case 'all':
      return '*';
    case 'under':
      return `*.${pattern.suffix}`;
    case 'name':
      return pattern.name;
    case 'network':
      return formatNetwork(pattern.network);
  }
}

/** @param {Network} network */
function formatNetwork({ ip, prefix }) {
  return prefix === ip.bits ? formatIp(ip) : `${formatIp(ip)}/${prefix}`;
}

/**
 * @param {string} pattern
 * @param {string} name
 */
function parseHost(pattern, name) {
  if (name.includes('*')) throw new PatternError('star', pattern);
  const host = canonicalHost(name);
  if (!host) throw new PatternError('not-a-name', pattern);
  // IDNA has mapped wide and small stars to plain ones.
  if (host.kind === 'name' && host.name.includes('*')) throw new PatternError('star', pattern);
  return host;
}

/** @param {string} text */
function hasZone(text) {
  const percent = text.indexOf('%');
  return percent >= 0 && parseIpv6(text.slice(0, percent)) !== undefined;
}

/**
 * @param {string} text
 * @returns {Network}
 */
function parsePrefix(text) {
  const slash = text.indexOf('/');
  const [address, length] = [text.slice(0, slash), text.slice(slash + 1)];
  const ip = parseIp(address);
  if (!ip && hasZone(text)) throw new PatternError('zone', text);
  const prefix = Number(length);
  if (!ip || !/^[0-9]+$/.test(length) || prefix > ip.bits) throw new PatternError('prefix', text);
  const shift = BigInt(ip.bits - prefix);
  const start = (ip.value >> shift) << shift;
  if (start !== ip.value) {
    const meant = { ip: { bits: ip.bits, value: start }, prefix };
    throw new PatternError('host-bits', text, `${formatIp(meant.ip)}/${prefix}`);
  }
  return { ip, prefix };
}

/**
 * The networks of a pattern of addresses in answers. `*` is all addresses of both families.
 *
 * @param {string} text
 * @returns {Network[]}
 */
function answerNetworks(text) {
  const pattern = parsePattern(text);
  if (pattern.kind === 'network') return [pattern.network];
  if (pattern.kind !== 'all') throw new PatternError('not-an-address', text);
  return [
    { ip: { bits: 32, value: 0n }, prefix: 0 },
    { ip: { bits: 128, value: 0n }, prefix: 0 },
  ];
}
