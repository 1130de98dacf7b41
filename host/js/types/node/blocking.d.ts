/**
 * The most messages to the thread that it has not handled, besides cancels of lookups that it has.
 * Past it, a lookup is kept here, where its cancel leaves nothing: else a guest that makes requests
 * and cancels them would fill the queue faster than the thread empties it.
 */
export const MAX_BACKLOG: 1024;
export namespace STATE {
    let arrivals: 0;
    let hasEnded: 1;
    let handled: 2;
}
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
    /** @returns {never} */
    suspend(): never;
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
