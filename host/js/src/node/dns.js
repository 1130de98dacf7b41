/**
 * Hosts by name servers.
 *
 * @typedef {import('../lookup.js').Lookup} Lookup
 * @typedef {import('../lookup.js').Outcome} Outcome
 * @typedef {import('../resolver.js').Resolution} Resolution
 * @typedef {import('../resolver.js').ResolveOptions} ResolveOptions
 * @typedef {import('../resolver.js').Resolver} Resolver
 */

import { Resolver as Servers } from 'node:dns/promises';

import { answerHost, failed } from '../lookup.js';
import { combine, questionsOf, TYPE } from '../resolvers/dns-message.js';
import { inOrder } from '../resolvers/order.js';
import { Permits } from '../resolvers/permits.js';
import { resolveSpecial } from '../resolvers/special.js';
import { errorOf } from './errors.js';
import { hasPublicIpv6 } from './network.js';

/**
 * @typedef {object} NodeDnsOptions
 * @property {string[]} [servers] Addresses of name servers, with a port or not, as in `192.0.2.1`
 *   and `[2001:db8::1]:53`. Default: those that the system is set up to ask.
 * @property {number} [timeoutMs] How long a server may take. Units: milliseconds. Default: 5,000.
 * @property {number} [tries] How often each server is asked. Default: 2.
 * @property {number} [maxQueries] Lookups under way at a time, of all sessions, each with sockets
 *   of its own. Further ones wait, and so do those of a session that has half of them. Default: 64.
 */

/**
 * Hosts by DNS, through the resolver of `node:dns`, which needs no threads. A cancel ends the
 * query. No search list applies, and the hosts file is not read.
 *
 * @implements {Resolver}
 */
export class NodeDns {
  #options;
  #servers;
  #hasIpv6 = hasPublicIpv6();
  #permits;

  /** @param {NodeDnsOptions} [options] */
  constructor({ servers, timeoutMs = 5000, tries = 2, maxQueries = 64 } = {}) {
    this.#permits = new Permits(maxQueries);
    this.#options = { timeout: timeoutMs, tries };
    this.#servers = servers;
    this.#resolver();
  }

  /**
   * @param {Lookup} lookup
   * @returns {Resolution}
   */
  tryResolve(lookup) {
    return resolveSpecial(lookup) ?? { kind: 'async' };
  }

  /**
   * @param {Lookup} lookup
   * @param {ResolveOptions} options
   * @returns {Promise<Outcome>}
   */
  async resolve(lookup, { session, signal }) {
    if (!(await this.#permits.acquire(session, signal))) return failed('try-again');
    // One for each lookup, as its cancel ends all of its queries.
    const resolver = this.#resolver();
    const cancel = () => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      // A cancel may have come since the permit was granted.
      if (signal.aborted) return failed('try-again');
      const asked = questionsOf(lookup).map((question) => ask(resolver, lookup, question));
      const outcomes = await Promise.all(asked);
      return combine(lookup, outcomes, (addresses) => inOrder(addresses, this.#hasIpv6));
    } finally {
      signal.removeEventListener('abort', cancel);
      this.#permits.release(session);
    }
  }

  #resolver() {
    const resolver = new Servers(this.#options);
    if (this.#servers) resolver.setServers(this.#servers);
    return resolver;
  }
}

/**
 * @param {Servers} resolver
 * @param {Lookup} lookup
 * @param {{ name: string, type: number }} question
 * @returns {Promise<Outcome>}
 */
async function ask(resolver, lookup, { name, type }) {
  try {
    if (type === TYPE.PTR) {
      const [first, ...aliases] = await resolver.resolvePtr(name);
      const { address } = /** @type {Lookup & { address: string }} */ (lookup);
      return answerHost(lookup, first, aliases, [address]);
    }
    const isIpv4 = type === TYPE.A;
    const found = await (isIpv4 ? resolver.resolve4(name) : resolver.resolve6(name));
    return answerHost(lookup, name, [], found);
  } catch (error) {
    return failed(errorOf(error));
  }
}
