/**
 * One guest's requests. A request is cancelled or completed (`S-C8`): the calls of the guest and
 * the outcomes of resolvers come one after the other on the session's thread.
 *
 * An outcome becomes a completion if its request is pending, and is dropped if not. A cancel
 * removes the request, and with it a completion that was not taken. So the first of the cancel and
 * the `take` decides.
 */
export class Session {
    /**
     * @param {EngineShared} engine
     * @param {number} number The number of the session in its engine, from 1.
     */
    constructor(engine: EngineShared, number: number);
    /** The number of the session in its engine, from 1. */
    get number(): number;
    /** Requests that are outstanding: pending, or completed and not taken. */
    get outstanding(): number;
    /** Counts of the session's requests. */
    stats(): import("./stats.js").RequestStats;
    /**
     * WSAStartup: adds one to the count of start-ups, each of which needs a clean-up (`S-S3`).
     *
     * @returns {void}
     * @throws {WinsockError} `system-not-ready`: the session is closed.
     */
    startup(): void;
    /**
     * WSACleanup: takes one from the count of start-ups. The last clean-up cancels every pending
     * request, drops the completions that were not taken, and forgets every handle (`S-S4`).
     *
     * @returns {void}
     * @throws {WinsockError} `not-initialised`: every start-up has had its clean-up.
     */
    cleanup(): void;
    /**
     * Starts a request and returns its handle. An outcome that is known at once is a completion too,
     * which can be taken when this call returns (`S-R5`). An error in the query is in the completion
     * (`S-R4`).
     *
     * @param {Query} query
     * @param {bigint} tag Comes back with the completion.
     * @returns {bigint}
     * @throws {WinsockError} `not-initialised`, `network-down`, or `would-block` at a limit
     *   (`S-R2`). The call has begun no request.
     * @throws {TypeError} The query is no query of the interface. The call has begun no request.
     */
    request(query: Query, tag: bigint): bigint;
    /**
     * Cancels an outstanding request: its completion never arrives (`S-C1`). The request may have
     * completed, as long as its completion was not taken (`S-C2`). The cost does not grow with the
     * number of outstanding requests, and the call frees at once what the request held (`S-C6`).
     *
     * @param {bigint} handle
     * @returns {void}
     * @throws {WinsockError} `not-initialised` or `network-down`, whatever the handle is (`S-C5`).
     *   `already-completed`: the completion was taken, and is one of the last 65,536 (`S-C9`).
     *   `invalid-argument`: any other number (`S-C3`). The call has changed nothing.
     */
    cancel(handle: bigint): void;
    /**
     * Takes up to `max` completions, the oldest first. Never waits. Returns none before start-up.
     *
     * @param {number} max
     * @returns {Completion[]}
     */
    take(max: number): Completion[];
    /**
     * Blocks the thread until a completion can be taken, and returns whether one can. Returns false
     * after `timeout` nanoseconds, and at once when no request is outstanding.
     *
     * @param {bigint} [timeout] Default: as long as a request is outstanding.
     * @returns {boolean}
     * @throws {HostError} `ERR_WINSOCK_CANNOT_BLOCK`: this thread runs the lookups.
     */
    wait(timeout?: bigint): boolean;
    /**
     * Waits like {@link wait}, and lets the thread run meanwhile. Each call that does not know its
     * result at once lets the event loop turn, with a time-out of 0 too.
     *
     * @param {bigint} [timeout]
     * @returns {Promise<boolean>}
     * @throws {HostError} `ERR_WINSOCK_CANNOT_SUSPEND`: another thread runs the lookups.
     */
    waitAsync(timeout?: bigint): Promise<boolean>;
    /**
     * Whether a completion can be taken. `undefined` if there is none yet and one may come.
     *
     * @returns {boolean | undefined}
     */
    settled(): boolean | undefined;
    /**
     * Ends the session, as when its guest has returned or trapped: cancels every pending request,
     * and leaves nothing in the engine (`S-S7`). Later calls fail as before start-up.
     */
    close(): void;
    /**
     * Completes a request by its resolver's outcome. The engine calls this for pending requests.
     *
     * @param {Task} task
     * @param {Outcome} outcome
     */
    deliver(task: Task, outcome: Outcome): void;
    /** Completes all pending requests with `network-down`, because the engine went down (`S-R18`). */
    endPending(): void;
    #private;
}
/**
 * The requests of one guest, and every decision on them.
 */
export type Completion = import("../types/wit.js").Completion;
/**
 * The requests of one guest, and every decision on them.
 */
export type Query = import("../types/wit.js").Query;
/**
 * The requests of one guest, and every decision on them.
 */
export type Verdict = import("./admission.js").Verdict;
/**
 * The requests of one guest, and every decision on them.
 */
export type EngineShared = import("./engine.js").EngineShared;
/**
 * The requests of one guest, and every decision on them.
 */
export type ErrorCode = import("./errors.js").ErrorCode;
/**
 * The requests of one guest, and every decision on them.
 */
export type Lookup = import("./lookup.js").Lookup;
/**
 * The requests of one guest, and every decision on them.
 */
export type Outcome = import("./lookup.js").Outcome;
/**
 * An outstanding request: pending, or completed and not taken.
 */
export type Task = {
    handle: bigint;
    tag: bigint;
    session: Session;
    lookup: Lookup | undefined;
    /**
     * The number of the lookup in the engine.
     */
    number: number;
    /**
     * When the request is overdue, in milliseconds of the engine's clock.
     */
    due: number;
    /**
     * What the request holds of `bytesPerSession`.
     */
    bytes: number;
    /**
     * Null while the request is pending.
     */
    verdict: Verdict | null;
    prev: Task | null;
    next: Task | null;
};
