/**
 * Answers from tables in memory, in the form of `/etc/hosts`, `/etc/services` and
 * `/etc/protocols`.
 *
 * @typedef {import('../lookup.js').Lookup} Lookup
 * @typedef {import('../lookup.js').Outcome} Outcome
 * @typedef {import('../resolver.js').Resolution} Resolution
 * @typedef {import('../resolver.js').Resolver} Resolver
 * @typedef {import('../../types/wit.js').ProtocolEntry} ProtocolEntry
 * @typedef {import('../../types/wit.js').ServiceEntry} ServiceEntry
 */

import { formatIp, parseIp } from '../address.js';
import { answerHost, failed, familiesOf, found, shared } from '../lookup.js';
import { canonicalHost, lowerAscii, withoutDot } from '../names.js';
import { PROTOCOLS, SERVICES } from './iana.js';
import { inOrder } from './order.js';

/**
 * The texts of tables. A malformed line is skipped, as the machine's files may have any.
 *
 * @typedef {object} TableTexts
 * @property {string} [hosts] Default: `localhost` alone.
 * @property {string} [services] Default: IANA's registry.
 * @property {string} [protocols] Default: IANA's registry.
 */

/**
 * A line of hosts, with its address as text. As in glibc, `::1` is 127.0.0.1 too, for a lookup of
 * IPv4 addresses alone.
 *
 * @typedef {{ ipv4?: string, ipv6?: string, names: string[] }} Host
 */

/**
 * Answers at once, from memory.
 *
 * - Hosts by name or alias: the addresses of all lines with the name and of the families that are
 *   asked for, the official name and the aliases of the first of these lines. By address: the
 *   first line that has it. A host that is not in the table may be known elsewhere.
 * - Services and protocols by name or alias in any case, or by number: the first entry that
 *   matches (`S-R12`). An entry that is not in the table does not exist: WSANO_DATA.
 *
 * @implements {Resolver}
 */
export class Tables {
  /** @type {Map<string, Host[]>} */
  #hosts = new Map();
  /** @type {Map<string, Host>} */
  #addresses = new Map();
  /** By name in lower case, or by port. @type {Map<string | number, ServiceEntry[]>} */
  #services = new Map();
  /** By name in lower case, or by number. @type {Map<string | number, ProtocolEntry>} */
  #protocols = new Map();

  /** @param {TableTexts} [texts] */
  constructor({ hosts = '127.0.0.1 localhost', services = SERVICES, protocols = PROTOCOLS } = {}) {
    for (const words of lines(hosts)) this.#addHost(words);
    for (const words of lines(services)) this.#addService(words);
    for (const words of lines(protocols)) this.#addProtocol(words);
  }

  /**
   * @param {Lookup} lookup
   * @returns {Resolution}
   */
  tryResolve(lookup) {
    switch (lookup.kind) {
      case 'host-by-name':
      case 'addresses':
        return host(this.#hostByName(lookup));
      case 'host-by-address':
      case 'name-of': {
        const line = this.#addresses.get(lookup.address);
        return host(line && answerHost(lookup, line.names[0], line.names.slice(1), [lookup.address]));
      }
      case 'service-by-name':
        return service(this.#services.get(lowerAscii(lookup.name)), lookup.protocol);
      case 'service-by-port':
        return service(this.#services.get(lookup.port), lookup.protocol);
      case 'protocol-by-name':
        return protocol(this.#protocols.get(lowerAscii(lookup.name)));
      case 'protocol-by-number':
        return protocol(this.#protocols.get(lookup.number));
    }
  }

  /**
   * @param {Lookup & { kind: 'host-by-name' | 'addresses' }} lookup
   * @returns {Outcome | undefined}
   */
  #hostByName(lookup) {
    const lines = this.#hosts.get(withoutDot(lookup.name));
    if (!lines) return undefined;
    const families = familiesOf(lookup);
    const answers = lines.map(({ names, ipv4, ipv6 }) => ({
      names,
      text: (families.includes('ipv6') && ipv6) || (families.includes('ipv4') && ipv4) || undefined,
    }));
    const asked = answers.filter(({ text }) => text !== undefined);
    const { names } = asked[0] ?? answers[0];
    const addresses = new Set(asked.map(({ text }) => /** @type {string} */ (text)));
    return answerHost(lookup, names[0], names.slice(1), inOrder([...addresses]));
  }

  /** @param {string[]} words */
  #addHost([address, ...given]) {
    const texts = addressTexts(address);
    if (!texts) return;
    /** @type {string[]} */
    const names = [];
    /** @type {Set<string>} */
    const keys = new Set();
    for (const name of given) {
      const host = canonicalHost(name);
      // Block lists have names that no host can have.
      if (host?.kind !== 'name') continue;
      names.push(name);
      keys.add(withoutDot(host.name));
    }
    if (names.length === 0) return;
    const line = { ...texts, names };
    for (const key of keys) push(this.#hosts, key, line);
    for (const text of Object.values(texts)) {
      if (!this.#addresses.has(text)) this.#addresses.set(text, line);
    }
  }

  /** @param {string[]} words */
  #addService([name, portAndProtocol, ...aliases]) {
    const [, digits, protocol] = /^([0-9]+)\/+(.+)$/.exec(portAndProtocol ?? '') ?? [];
    const port = Number(digits);
    if (digits === undefined || port > 65_535) return;
    const entry = shared({ name, aliases, port, protocol });
    for (const key of new Set([name, ...aliases].map((text) => lowerAscii(text)))) {
      push(this.#services, key, entry);
    }
    push(this.#services, port, entry);
  }

  /** @param {string[]} words */
  #addProtocol([name, digits, ...aliases]) {
    const number = Number(digits);
    if (!/^[0-9]+$/.test(digits ?? '') || number > 65_535) return;
    const entry = shared({ name, aliases, number });
    for (const key of [...[name, ...aliases].map((text) => lowerAscii(text)), number]) {
      if (!this.#protocols.has(key)) this.#protocols.set(key, entry);
    }
  }
}

/**
 * The addresses that the first word of a line stands for.
 *
 * @param {string} word
 * @returns {{ ipv4?: string, ipv6?: string } | undefined}
 */
function addressTexts(word) {
  // A link-local address may have an interface after a percent sign.
  const [text, zone] = word.split('%', 2);
  const ip = parseIp(text);
  if (!ip) return undefined;
  const ipv6 = formatIp(ip);
  if (zone !== undefined) return ip.bits === 128 ? { ipv6 } : undefined;
  if (ip.bits === 32) return { ipv4: ipv6 };
  if (ip.value >> 32n === 0xffffn) {
    return { ipv4: formatIp({ bits: 32, value: ip.value & 0xffff_ffffn }) };
  }
  return ip.value === 1n ? { ipv4: '127.0.0.1', ipv6 } : { ipv6 };
}

/**
 * The words of each line that has any, without its comment.
 *
 * @param {string} text
 * @returns {string[][]}
 */
function lines(text) {
  return text
    .replace(/^\ufeff/, '')
    .split('\n')
    .map((line) => line.replace(/[#\0].*/s, '').split(/[ \t\v\f\r]+/))
    .map((words) => words.filter((word) => word !== ''))
    .filter((words) => words.length > 0);
}

/**
 * @template K, V
 * @param {Map<K, V[]>} map
 * @param {K} key
 * @param {V} value
 */
function push(map, key, value) {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}

/**
 * @param {Outcome | undefined} outcome
 * @returns {Resolution}
 */
function host(outcome) {
  return outcome ? { kind: 'ready', outcome } : { kind: 'not-found' };
}

/**
 * @param {ServiceEntry[] | undefined} entries
 * @param {string | undefined} protocol
 * @returns {Resolution}
 */
function service(entries, protocol) {
  const asked = protocol && lowerAscii(protocol);
  const entry = entries?.find(
    (other) => asked === undefined || lowerAscii(other.protocol) === asked,
  );
  return { kind: 'ready', outcome: entry ? found({ tag: 'service', val: entry }) : failed('no-data') };
}

/**
 * @param {ProtocolEntry | undefined} entry
 * @returns {Resolution}
 */
function protocol(entry) {
  return { kind: 'ready', outcome: entry ? found({ tag: 'protocol', val: entry }) : failed('no-data') };
}
