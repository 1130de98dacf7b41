/**
 * Lookups that run on a thread of their own. That thread builds the resolvers again, and sends
 * outcomes through a port. A counter in shared memory ends a block of the guest's thread.
 */
export class BlockingRunner {
    /** @param {Description[]} resolvers */
    constructor(resolvers: Description[]);
    /**
     * Waits until the thread has built the resolvers.
     *
     * @returns {Promise<void>}
     * @throws {Error} What building them threw.
     */
    ready(): Promise<void>;
    /**
     * @param {number} number
     * @param {Lookup} lookup
     * @param {unknown} ticket
     * @param {number} session
     */
    start(number: number, lookup: Lookup, ticket: unknown, session: number): void;
    /** @param {number} number */
    cancel(number: number): void;
    /** @param {(number: number, outcome: Outcome) => void} deliver */
    poll(deliver: (number: number, outcome: Outcome) => void): void;
    seen(): number;
    /**
     * @param {number} seen
     * @param {number} ms
     */
    block(seen: number, ms: number): void;
    isLost(): boolean;
    close(): Promise<number>;
    #private;
}
/**
 * Runs lookups on another thread, so that the guest's thread can block.
 */
export type Lookup = import("../lookup.js").Lookup;
/**
 * Runs lookups on another thread, so that the guest's thread can block.
 */
export type Outcome = import("../lookup.js").Outcome;
/**
 * Runs lookups on another thread, so that the guest's thread can block.
 */
export type Description = import("./build.js").Description;
