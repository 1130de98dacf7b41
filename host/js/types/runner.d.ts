/** Lookups that run on this thread. Each one ends with an outcome, or is cancelled. */
export class LocalRunner {
    /**
     * @param {Resolver} resolver
     * @param {(number: number, outcome: Outcome) => void} deliver
     */
    constructor(resolver: Resolver, deliver: (number: number, outcome: Outcome) => void);
    /**
     * @param {number} number
     * @param {Lookup} lookup
     * @param {unknown} ticket
     * @param {number} session
     */
    start(number: number, lookup: Lookup, ticket: unknown, session: number): void;
    /** @param {number} number */
    cancel(number: number): void;
    poll(): void;
    seen(): number;
    /** @returns {never} */
    block(): never;
    suspend(): void;
    isLost(): boolean;
    close(): void;
    #private;
}
/**
 * Runs lookups on the event loop of a thread.
 */
export type Lookup = import("./lookup.js").Lookup;
/**
 * Runs lookups on the event loop of a thread.
 */
export type Outcome = import("./lookup.js").Outcome;
/**
 * Runs lookups on the event loop of a thread.
 */
export type Resolver = import("./resolver.js").Resolver;
