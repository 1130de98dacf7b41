/**
 * The interface of resolvers.
 */
export type Lookup = import("./lookup.js").Lookup;
/**
 * The interface of resolvers.
 */
export type Outcome = import("./lookup.js").Outcome;
/**
 * A resolver's immediate response to a lookup.
 *
 * - `ready`: the outcome is known.
 * - `not-found`: the resolver has no answer, and waiting would not find one.
 * - `async`: `resolve` finds it out. `ticket` is passed on to `resolve`. It is cloned if lookups
 *   run on another thread, and one that cannot be is `no-recovery`.
 */
export type Resolution = {
    kind: "ready";
    outcome: Outcome;
} | {
    kind: "not-found";
} | {
    kind: "async";
    ticket?: unknown;
};
/**
 * Answers lookups, which are checked: host names are canonical, and the policy allows them. Answers
 * are judged afterwards.
 */
export type Resolver = {
    /**
     * Responds at once, inside the guest's call.
     * What it throws is `no-recovery`.
     */
    tryResolve: (lookup: Lookup) => Resolution;
    /**
     * Looks an
     * answer up, after `async`. A rejection is `no-recovery`.
     */
    resolve?: ((lookup: Lookup, options: ResolveOptions) => Promise<Outcome>) | undefined;
};
export type ResolveOptions = {
    /**
     * What `tryResolve` gave.
     */
    ticket: unknown;
    /**
     * The number of the session that asks.
     */
    session?: number | undefined;
    /**
     * Aborted when the outcome is no longer wanted.
     */
    signal: AbortSignal;
};
