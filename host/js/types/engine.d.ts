/**
 * What happens to a request, for an observer.
 *
 * @typedef {{ type: 'request', session: number, handle: bigint, query: Query }
 *   | { type: 'completion', session: number, handle: bigint, outcome: Outcome, isDenied: boolean }
 *   | { type: 'cancel', session: number, handle: bigint }
 *   | { type: 'refusal', session: number, query: Query, error: ErrorCode }} Event
 */
/**
 * Runs the lookups that a resolver does not answer at once.
 *
 * @typedef {object} Runner
 * @property {(number: number, lookup: Lookup, ticket: unknown, session: number) => void}
 *   start
 * @property {(number: number) => void} cancel Says that the outcome is no longer wanted.
 * @property {(deliver: (number: number, outcome: Outcome) => void) => void} poll Delivers what has
 *   arrived. An event loop's runner delivers by itself.
 * @property {() => number} seen A number that changes when an outcome arrives.
 * @property {(seen: number, ms: number) => void} block Blocks the thread until an outcome arrives
 *   after `seen`, or `ms` milliseconds are over.
 * @property {() => void} suspend Throws if outcomes do not arrive by this thread's event loop.
 * @property {() => boolean} isLost Whether the runner has ended by itself and answers no more.
 * @property {() => void} close
 */
/**
 * @typedef {object} EngineOptions
 * @property {Resolver} resolver Answers the lookups that the policy allows.
 * @property {Policy | import('./policy.js').PolicyRules} [policy] Default: no host is allowed.
 * @property {Partial<Limits>} [limits]
 * @property {string} [hostName] The name of this machine, for lookups of "". Default: `localhost`.
 * @property {(event: Event) => void} [observer] Called for each event, on the session's thread.
 *   What it throws is dropped.
 * @property {() => number} [now] A clock in milliseconds that never goes back.
 * @property {(resolver: Resolver, deliver: (number: number, outcome: Outcome) => void) => Runner}
 *   [runner] Default: lookups run on the event loop of this thread.
 */
/** A policy, a resolver and limits for the guests of one thread. */
export class LookupEngine {
    /** @param {EngineOptions} options */
    constructor(options: EngineOptions);
    /** Makes a session for one guest. */
    session(): Session;
    /** Outstanding requests of all sessions. */
    get outstanding(): number;
    /** Counts of the requests of all sessions, those that have ended included. */
    stats(): import("./stats.js").RequestStats;
    /**
     * Takes the resolver side down: completes every pending request with WSAENETDOWN. Until
     * {@link bringUp}, requests and cancels fail with WSAENETDOWN at the call (`S-R18`).
     */
    takeDown(): void;
    /**
     * Brings the resolver side up again. An engine that is closed, or whose runner has ended by
     * itself, stays down.
     */
    bringUp(): void;
    /** Ends all sessions, and the threads of the engine. */
    close(): void;
    #private;
}
/** What the sessions of one engine share. */
export class EngineShared {
    /** @param {EngineOptions} options */
    constructor({ resolver, policy, limits, hostName, ...options }: EngineOptions);
    counters: Counters;
    /** Outstanding requests of all sessions. */
    outstanding: number;
    /** @type {Set<Session>} */
    sessions: Set<Session>;
    limits: import("./limits.js").Limits;
    judge: Judge;
    get isDown(): boolean;
    session(): Session;
    now(): number;
    seen(): number;
    /**
     * @param {number} seen
     * @param {number} ms
     */
    block(seen: number, ms: number): void;
    suspend(): void;
    poll(): void;
    /**
     * Whether the guests' limit lets a session that holds `held` requests have one more.
     *
     * @param {number} held
     */
    mayHaveMore(held: number): boolean;
    /**
     * Asks the resolver for an immediate answer. One that throws is broken: `no-recovery`.
     *
     * @param {Lookup} lookup
     * @returns {{ kind: 'ready', outcome: Outcome } | { kind: 'async', ticket?: unknown }}
     */
    tryResolve(lookup: Lookup): {
        kind: "ready";
        outcome: Outcome;
    } | {
        kind: "async";
        ticket?: unknown;
    };
    /**
     * Starts the lookup of a pending request, and returns its number.
     *
     * @param {Task} task
     * @param {Lookup} lookup
     * @param {unknown} ticket
     */
    start(task: Task, lookup: Lookup, ticket: unknown): number;
    /**
     * Ends the lookup of a request that no longer waits for it. A later outcome is dropped.
     *
     * @param {Task} task
     */
    end(task: Task): void;
    /** @param {() => Event} event */
    observe(event: () => Event): void;
    takeDown(): void;
    bringUp(): void;
    close(): void;
    #private;
}
/**
 * Engines: what the sessions of all guests share.
 */
export type Query = import("../types/wit.js").Query;
/**
 * Engines: what the sessions of all guests share.
 */
export type ErrorCode = import("./errors.js").ErrorCode;
/**
 * Engines: what the sessions of all guests share.
 */
export type Limits = import("./limits.js").Limits;
/**
 * Engines: what the sessions of all guests share.
 */
export type Lookup = import("./lookup.js").Lookup;
/**
 * Engines: what the sessions of all guests share.
 */
export type Outcome = import("./lookup.js").Outcome;
/**
 * Engines: what the sessions of all guests share.
 */
export type Resolver = import("./resolver.js").Resolver;
/**
 * Engines: what the sessions of all guests share.
 */
export type Task = import("./session.js").Task;
/**
 * What happens to a request, for an observer.
 */
export type Event = {
    type: "request";
    session: number;
    handle: bigint;
    query: Query;
} | {
    type: "completion";
    session: number;
    handle: bigint;
    outcome: Outcome;
    isDenied: boolean;
} | {
    type: "cancel";
    session: number;
    handle: bigint;
} | {
    type: "refusal";
    session: number;
    query: Query;
    error: ErrorCode;
};
/**
 * Runs the lookups that a resolver does not answer at once.
 */
export type Runner = {
    start: (number: number, lookup: Lookup, ticket: unknown, session: number) => void;
    /**
     * Says that the outcome is no longer wanted.
     */
    cancel: (number: number) => void;
    /**
     * Delivers what has
     * arrived. An event loop's runner delivers by itself.
     */
    poll: (deliver: (number: number, outcome: Outcome) => void) => void;
    /**
     * A number that changes when an outcome arrives.
     */
    seen: () => number;
    /**
     * Blocks the thread until an outcome arrives
     * after `seen`, or `ms` milliseconds are over.
     */
    block: (seen: number, ms: number) => void;
    /**
     * Throws if outcomes do not arrive by this thread's event loop.
     */
    suspend: () => void;
    /**
     * Whether the runner has ended by itself and answers no more.
     */
    isLost: () => boolean;
    close: () => void;
};
export type EngineOptions = {
    /**
     * Answers the lookups that the policy allows.
     */
    resolver: Resolver;
    /**
     * Default: no host is allowed.
     */
    policy?: Policy | import("./policy.js").PolicyRules | undefined;
    limits?: Partial<import("./limits.js").Limits> | undefined;
    /**
     * The name of this machine, for lookups of "". Default: `localhost`.
     */
    hostName?: string | undefined;
    /**
     * Called for each event, on the session's thread.
     * What it throws is dropped.
     */
    observer?: ((event: Event) => void) | undefined;
    /**
     * A clock in milliseconds that never goes back.
     */
    now?: (() => number) | undefined;
    /**
     * Default: lookups run on the event loop of this thread.
     */
    runner?: ((resolver: Resolver, deliver: (number: number, outcome: Outcome) => void) => Runner) | undefined;
};
import { Session } from './session.js';
import { Counters } from './stats.js';
import { Judge } from './admission.js';
import { Policy } from './policy.js';
