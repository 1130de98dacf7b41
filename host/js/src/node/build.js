/**
 * Resolvers from descriptions, which can be sent to another thread.
 *
 * @typedef {import('../resolver.js').Resolver} Resolver
 */

import { OptionError } from '../errors.js';
import { Chain } from '../resolvers/chain.js';
import { Deny } from '../resolvers/deny.js';
import { Doh } from '../resolvers/doh.js';
import { Scripted } from '../resolvers/script.js';
import { Tables } from '../resolvers/tables.js';
import { NodeDns } from './dns.js';
import { hasPublicIpv6 } from './network.js';
import { System, systemTables } from './system.js';

/**
 * What a resolver is. The resolver of `module` is what the default export of that module returns
 * for `options`.
 *
 * @typedef {{ kind: 'tables' } & import('../resolvers/tables.js').TableTexts
 *   | { kind: 'system-tables' }
 *   | { kind: 'system' }
 *   | { kind: 'dns' } & import('./dns.js').NodeDnsOptions
 *   | { kind: 'doh' } & Omit<import('../resolvers/doh.js').DohOptions, 'fetch'>
 *   | { kind: 'script', script: import('../resolvers/script.js').Script }
 *   | { kind: 'deny' }
 *   | { kind: 'module', url: string, options?: unknown }} Description
 */

/** The tables of this machine, and then its name service. @type {Description[]} */
export const DEFAULT_RESOLVERS = [{ kind: 'system-tables' }, { kind: 'system' }];

/**
 * Builds the resolvers, as one that asks them in order.
 *
 * @param {Description[]} descriptions
 * @returns {Promise<Resolver>}
 */
export async function buildResolver(descriptions) {
  return new Chain(await Promise.all(descriptions.map(build)));
}

/**
 * @param {Description} description
 * @returns {Promise<Resolver>}
 */
async function build(description) {
  switch (description.kind) {
    case 'tables':
      return new Tables(description);
    case 'system-tables':
      return new Tables(systemTables());
    case 'system':
      return new System();
    case 'dns':
      return new NodeDns(description);
    case 'doh':
      return new Doh({ hasIpv6: hasPublicIpv6(), ...description });
    case 'script':
      return new Scripted(description.script);
    case 'deny':
      return new Deny();
    case 'module': {
      const { default: make } = await import(description.url);
      return make(description.options);
    }
    default:
      throw new OptionError(`there is no resolver ${JSON.stringify(description)}`);
  }
}
