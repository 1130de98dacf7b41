/**
 * @typedef {object} BlockingOptions
 * @property {Description[]} [resolvers] Asked in order. Default: the tables
 *   of this machine, and then its name service.
 * @property {import('../policy.js').PolicyRules} [policy] Default: no host is allowed.
 * @property {Partial<import('../limits.js').Limits>} [limits]
 * @property {string} [hostName] The name of this machine, for lookups of "". Default: the
 *   system's.
 * @property {(event: import('../engine.js').Event) => void} [observer]
 */
/**
 * Makes an engine whose sessions can block their thread: a thread of its own runs the lookups.
 *
 * @param {BlockingOptions} [options]
 * @returns {Promise<LookupEngine>}
 * @throws {Error} What is wrong with the options.
 */
export function blockingEngine({ resolvers, ...options }?: BlockingOptions): Promise<LookupEngine>;
/**
 * Sets the session of the guest that imports its interfaces from this module. Call it before the
 * guest's first call.
 *
 * @param {BlockingOptions} [options]
 * @returns {Promise<{ engine: LookupEngine, session: Session }>}
 */
export function configure(options?: BlockingOptions): Promise<{
    engine: LookupEngine;
    session: Session;
}>;
export * from "../index.js";
export { buildResolver } from "./build.js";
export { NodeDns } from "./dns.js";
export const lifecycle: {
    startup: () => void;
    cleanup: () => void;
};
export const requests: {
    asyncRequest: (query: import("../../types/wit.js").Query, tag: bigint) => bigint;
    cancel: (handle: bigint) => void;
};
export const completions: {
    take: (max: number) => import("../../types/wit.js").Completion[];
    wait: (timeout: bigint | undefined) => boolean;
};
export type BlockingOptions = {
    /**
     * Asked in order. Default: the tables
     * of this machine, and then its name service.
     */
    resolvers?: import("./build.js").Description[] | undefined;
    /**
     * Default: no host is allowed.
     */
    policy?: import("../policy.js").PolicyRules | undefined;
    limits?: Partial<import("../limits.js").Limits> | undefined;
    /**
     * The name of this machine, for lookups of "". Default: the
     * system's.
     */
    hostName?: string | undefined;
    observer?: ((event: import("../engine.js").Event) => void) | undefined;
};
/**
 * The host for Node: guests that block while lookups run, and resolvers of `node:dns`.
 *
 * The output of `jco transpile --map 'winsock:async-lookup/*=winsock-async/node#*'` imports
 * `lifecycle`, `requests` and `completions` from here. {@link configure} says what they do.
 */
export type Session = import("../session.js").Session;
/**
 * The host for Node: guests that block while lookups run, and resolvers of `node:dns`.
 *
 * The output of `jco transpile --map 'winsock:async-lookup/*=winsock-async/node#*'` imports
 * `lifecycle`, `requests` and `completions` from here. {@link configure} says what they do.
 */
export type Description = import("./build.js").Description;
/**
 * The host for Node: guests that block while lookups run, and resolvers of `node:dns`.
 *
 * The output of `jco transpile --map 'winsock:async-lookup/*=winsock-async/node#*'` imports
 * `lifecycle`, `requests` and `completions` from here. {@link configure} says what they do.
 */
export type NodeDnsOptions = import("./dns.js").NodeDnsOptions;
import { LookupEngine } from '../engine.js';
export { System, systemResolvers, systemTables } from "./system.js";
