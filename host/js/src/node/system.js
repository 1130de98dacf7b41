/**
 * Hosts by the operating system's name service.
 *
 * @typedef {import('../lookup.js').Lookup} Lookup
 * @typedef {import('../lookup.js').Outcome} Outcome
 * @typedef {import('../resolver.js').Resolution} Resolution
 * @typedef {import('../resolver.js').Resolver} Resolver
 */

import { readFileSync } from 'node:fs';
import { lookup as find, lookupService } from 'node:dns/promises';

import { answerHost, failed } from '../lookup.js';
import { withoutDot } from '../names.js';
import { Permits } from '../resolvers/permits.js';
import { resolveSpecial } from '../resolvers/special.js';
import { Tables } from '../resolvers/tables.js';
import { errorOf } from './errors.js';

/**
 * The most calls that the thread pool of libuv has at a time: as many as it has threads, half of
 * which call `getaddrinfo`. Its queue cannot be left.
 */
const MAX_CALLS = Math.min(Math.max(Number(process.env.UV_THREADPOOL_SIZE) || 4, 1), 1024);

/**
 * Hosts by `getaddrinfo` and `getnameinfo`, through `node:dns`. Each name is asked for with a
 * trailing dot, so that no search list of the system makes names that the policy has not judged
 * (`S-R16`). That leaves out the hosts file: see {@link systemTables}.
 *
 * The calls run in the thread pool of libuv, which has four threads unless `UV_THREADPOOL_SIZE`
 * says else, and none can be interrupted. So at most that many run, half of them for one session.
 * Further ones wait, and a cancel ends their wait. `NodeDns` needs no threads.
 *
 * @implements {Resolver}
 */
export class System {
  #permits = new Permits(MAX_CALLS);

  /**
   * @param {Lookup} lookup
   * @returns {Resolution}
   */
  tryResolve(lookup) {
    return resolveSpecial(lookup) ?? { kind: 'async' };
  }

  /**
   * @param {Lookup} lookup
   * @param {import('../resolver.js').ResolveOptions} options
   * @returns {Promise<Outcome>}
   */
  async resolve(lookup, { session, signal }) {
    if (!(await this.#permits.acquire(session, signal))) return failed('try-again');
    try {
      // A cancel may have come since the permit was granted.
      if (signal.aborted) return failed('try-again');
      if (lookup.kind === 'host-by-name' || lookup.kind === 'addresses') {
        const name = withoutDot(lookup.name);
        const families = { ipv4: 4, ipv6: 6, both: 0 };
        const of = lookup.kind === 'addresses' ? (lookup.family ?? 'both') : 'ipv4';
        const found = await find(`${name}.`, { all: true, family: families[of], verbatim: true });
        const addresses = found.map(({ address }) => address.replace(/%.*/, ''));
        return answerHost(lookup, name, [], addresses);
      }
      if (lookup.kind === 'host-by-address' || lookup.kind === 'name-of') {
        const { hostname } = await lookupService(lookup.address, 0);
        return answerHost(lookup, hostname, [], [lookup.address]);
      }
      return failed('no-data');
    } catch (error) {
      return failed(errorOf(error));
    } finally {
      this.#permits.release(session);
    }
  }
}

/**
 * The tables of this machine: `/etc/hosts`, `/etc/services` and `/etc/protocols`. A file that
 * cannot be read is as if it were not given.
 *
 * @returns {import('../resolvers/tables.js').TableTexts}
 */
export function systemTables() {
  return {
    hosts: textOf('/etc/hosts'),
    services: textOf('/etc/services'),
    protocols: textOf('/etc/protocols'),
  };
}

/** @param {string} path */
function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Hosts of this machine's tables, then of its name service.
 *
 * @returns {import('../resolver.js').Resolver[]}
 */
export function systemResolvers() {
  return [new Tables(systemTables()), new System()];
}
