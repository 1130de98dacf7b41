/**
 * @typedef {import('../lookup.js').Lookup} Lookup
 * @typedef {import('../lookup.js').Outcome} Outcome
 * @typedef {import('../resolver.js').Resolution} Resolution
 * @typedef {import('../resolver.js').ResolveOptions} ResolveOptions
 * @typedef {import('../resolver.js').Resolver} Resolver
 */

import { failed, missOf } from '../lookup.js';

/**
 * Asks several resolvers in order: a lookup that one resolver does not find goes on to the next.
 *
 * - An immediate answer or error ends the search.
 * - After a wait, WSAHOST_NOT_FOUND and WSANO_DATA go on to the next resolver. Any other error
 *   ends the search: a silent name server does not make a name unknown.
 * - A resolver that answers at once does not overtake an earlier one that waits.
 * - If no resolver finds the lookup, the outcome is WSANO_DATA if a resolver knows the name, and
 *   else WSAHOST_NOT_FOUND (`S-R15`).
 *
 * @implements {Resolver}
 */
export class Chain {
  #resolvers;

  /** @param {Iterable<Resolver>} resolvers */
  constructor(resolvers) {
    this.#resolvers = [...resolvers];
  }

  /**
   * @param {Lookup} lookup
   * @returns {Resolution}
   */
  tryResolve(lookup) {
    for (const [at, resolver] of this.#resolvers.entries()) {
      const resolution = resolver.tryResolve(lookup);
      if (resolution.kind === 'async') {
        return { kind: 'async', ticket: { at, ticket: resolution.ticket } };
      }
      if (resolution.kind === 'ready') return resolution;
    }
    return { kind: 'not-found' };
  }

  /**
   * @param {Lookup} lookup
   * @param {ResolveOptions} options
   * @returns {Promise<Outcome>}
   */
  async resolve(lookup, { ticket: given, ...options }) {
    const { at: first, ticket } = /** @type {{ at: number, ticket: unknown }} */ (given);
    /** @type {Outcome} */
    let partial = failed(missOf(lookup));
    for (const [at, resolver] of this.#resolvers.entries()) {
      if (at < first || options.signal.aborted) continue;
      /** @type {Resolution} */
      const resolution =
        at === first ? { kind: 'async', ticket } : resolver.tryResolve(lookup);
      if (resolution.kind === 'not-found') continue;
      const isImmediate = resolution.kind === 'ready';
      const outcome = isImmediate
        ? resolution.outcome
        : await ask(resolver, lookup, { ticket: resolution.ticket, ...options });
      const isMiss = isError(outcome, 'host-not-found') || isError(outcome, 'no-data');
      // An earlier WSANO_DATA stays: the name is known.
      if (!isError(outcome, 'host-not-found')) partial = outcome;
      if (isImmediate || !isMiss) break;
    }
    return partial;
  }
}

/**
 * @param {Resolver} resolver
 * @param {Lookup} lookup
 * @param {ResolveOptions} options
 */
async function ask(resolver, lookup, options) {
  return (await resolver.resolve?.(lookup, options)) ?? failed('no-recovery');
}

/**
 * @param {Outcome} outcome
 * @param {import('../errors.js').ErrorCode} error
 */
function isError(outcome, error) {
  return outcome.tag === 'err' && outcome.val === error;
}
