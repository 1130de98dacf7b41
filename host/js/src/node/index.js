/**
 * The host for Node: guests that block while lookups run, and resolvers of `node:dns`.
 *
 * The output of `jco transpile --map 'winsock:async-lookup/*=winsock-async/node#*'` imports
 * `lifecycle`, `requests` and `completions` from here. {@link configure} says what they do.
 *
 * @typedef {import('../session.js').Session} Session
 * @typedef {import('./build.js').Description} Description
 * @typedef {import('./dns.js').NodeDnsOptions} NodeDnsOptions
 */

import { hostname } from 'node:os';

import { LookupEngine } from '../engine.js';
import { HostError } from '../errors.js';
import { interfaces } from '../guest.js';
import { BlockingRunner } from './blocking.js';
import { buildResolver, DEFAULT_RESOLVERS } from './build.js';

export * from '../index.js';
export { buildResolver } from './build.js';
export { NodeDns } from './dns.js';
export { System, systemResolvers, systemTables } from './system.js';

/**
 * @typedef {object} BlockingOptions
 * @property {Description[]} [resolvers] Asked in order. Default: the tables
 *   of this machine, and then its name service.
 * @property {import('../policy.js').PolicyRules} [policy] Default: no host is allowed.
 * @property {Partial<import('../limits.js').Limits>} [limits]
 * @property {string} [hostName] The name of this machine, for lookups of "". Default: the
 *   system's.
 * @property {(event: import('../engine.js').Event) => void} [observer]
 */

/**
 * Makes an engine whose sessions can block their thread: a thread of its own runs the lookups.
 *
 * @param {BlockingOptions} [options]
 * @returns {Promise<LookupEngine>}
 * @throws {Error} What is wrong with the options.
 */
export async function blockingEngine({ resolvers = DEFAULT_RESOLVERS, ...options } = {}) {
  const resolver = await buildResolver(resolvers);
  const runner = new BlockingRunner(resolvers);
  try {
    await runner.ready();
    return new LookupEngine({ hostName: hostname(), ...options, resolver, runner: () => runner });
  } catch (error) {
    await runner.close();
    throw error;
  }
}

/** @type {Session | undefined} */
let current;

/**
 * Sets the session of the guest that imports its interfaces from this module. Call it before the
 * guest's first call.
 *
 * @param {BlockingOptions} [options]
 * @returns {Promise<{ engine: LookupEngine, session: Session }>}
 */
export async function configure(options) {
  const engine = await blockingEngine(options);
  current = engine.session();
  return { engine, session: current };
}

function session() {
  if (!current) throw new HostError('ERR_WINSOCK_NOT_CONFIGURED', 'call `configure` of winsock-async/node before the guest runs');
  return current;
}

export const { lifecycle, requests, completions } = interfaces(session);
