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
export class Chain implements Resolver {
    /** @param {Iterable<Resolver>} resolvers */
    constructor(resolvers: Iterable<Resolver>);
    /**
     * @param {Lookup} lookup
     * @returns {Resolution}
     */
    tryResolve(lookup: Lookup): Resolution;
    /**
     * @param {Lookup} lookup
     * @param {ResolveOptions} options
     * @returns {Promise<Outcome>}
     */
    resolve(lookup: Lookup, { ticket: given, ...options }: ResolveOptions): Promise<Outcome>;
    #private;
}
export type Lookup = import("../lookup.js").Lookup;
export type Outcome = import("../lookup.js").Outcome;
export type Resolution = import("../resolver.js").Resolution;
export type ResolveOptions = import("../resolver.js").ResolveOptions;
export type Resolver = import("../resolver.js").Resolver;
