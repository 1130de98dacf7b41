/**
 * The interface of resolvers.
 *
 * @typedef {import('./lookup.js').Lookup} Lookup
 * @typedef {import('./lookup.js').Outcome} Outcome
 */

/**
 * A resolver's immediate response to a lookup.
 *
 * - `ready`: the outcome is known.
 * - `not-found`: the resolver has no answer, and waiting would not find one.
 * - `async`: `resolve` finds it out. `ticket` is passed on to `resolve`. It is cloned if lookups
 *   run on another thread, and one that cannot be is `no-recovery`.
 *
 * @typedef {{ kind: 'ready', outcome: Outcome }
 *   | { kind: 'not-found' }
 *   | { kind: 'async', ticket?: unknown }} Resolution
 */

/**
 * Answers lookups, which are checked: host names are canonical, and the policy allows them. Answers
 * are judged afterwards.
 *
 * @typedef {object} Resolver
 * @property {(lookup: Lookup) => Resolution} tryResolve Responds at once, inside the guest's call.
 *   What it throws is `no-recovery`.
 * @property {(lookup: Lookup, options: ResolveOptions) => Promise<Outcome>} [resolve] Looks an
 *   answer up, after `async`. A rejection is `no-recovery`.
 */

/**
 * @typedef {object} ResolveOptions
 * @property {unknown} ticket What `tryResolve` gave.
 * @property {number} [session] The number of the session that asks.
 * @property {AbortSignal} signal Aborted when the outcome is no longer wanted.
 */

export {};
