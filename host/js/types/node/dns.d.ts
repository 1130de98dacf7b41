/**
 * @typedef {object} NodeDnsOptions
 * @property {string[]} [servers] Addresses of name servers, with a port or not, as in `192.0.2.1`
 *   and `[2001:db8::1]:53`. Default: those that the system is set up to ask.
 * @property {number} [timeoutMs] How long a server may take. Units: milliseconds. Default: 5,000.
 * @property {number} [tries] How often each server is asked. Default: 2.
 * @property {number} [maxQueries] Lookups under way at a time, of all sessions, each with sockets
 *   of its own. Further ones wait, and so do those of a session that has half of them. Default: 64.
 */
/**
 * Hosts by DNS, through the resolver of `node:dns`, which needs no threads. A cancel ends the
 * query. No search list applies, and the hosts file is not read.
 *
 * @implements {Resolver}
 */
export class NodeDns implements Resolver {
    /** @param {NodeDnsOptions} [options] */
    constructor({ servers, timeoutMs, tries, maxQueries }?: NodeDnsOptions);
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
    resolve(lookup: Lookup, { session, signal }: ResolveOptions): Promise<Outcome>;
    #private;
}
/**
 * Hosts by name servers.
 */
export type Lookup = import("../lookup.js").Lookup;
/**
 * Hosts by name servers.
 */
export type Outcome = import("../lookup.js").Outcome;
/**
 * Hosts by name servers.
 */
export type Resolution = import("../resolver.js").Resolution;
/**
 * Hosts by name servers.
 */
export type ResolveOptions = import("../resolver.js").ResolveOptions;
/**
 * Hosts by name servers.
 */
export type Resolver = import("../resolver.js").Resolver;
export type NodeDnsOptions = {
    /**
     * Addresses of name servers, with a port or not, as in `192.0.2.1`
     * and `[2001:db8::1]:53`. Default: those that the system is set up to ask.
     */
    servers?: string[] | undefined;
    /**
     * How long a server may take. Units: milliseconds. Default: 5,000.
     */
    timeoutMs?: number | undefined;
    /**
     * How often each server is asked. Default: 2.
     */
    tries?: number | undefined;
    /**
     * Lookups under way at a time, of all sessions, each with sockets
     * of its own. Further ones wait, and so do those of a session that has half of them. Default: 64.
     */
    maxQueries?: number | undefined;
};
