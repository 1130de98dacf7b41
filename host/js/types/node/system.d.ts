/**
 * The tables of this machine: `/etc/hosts`, `/etc/services` and `/etc/protocols`. A file that
 * cannot be read is as if it were not given.
 *
 * @returns {import('../resolvers/tables.js').TableTexts}
 */
export function systemTables(): import("../resolvers/tables.js").TableTexts;
/**
 * Hosts of this machine's tables, then of its name service.
 *
 * @returns {import('../resolver.js').Resolver[]}
 */
export function systemResolvers(): import("../resolver.js").Resolver[];
/**
 * Hosts by `getaddrinfo` and `getnameinfo`, through `node:dns`. Each name is asked for with a
 * trailing dot, so that no search list of the system makes names that the policy has not judged
 * (`S-R16`). That leaves out the hosts file: see {@link systemTables}.
 *
 * The calls run in the thread pool of libuv, which has four threads unless `UV_THREADPOOL_SIZE`
 * says else, and none can be interrupted. So at most that many run, half of them for one session.
 * Further ones wait, and a cancel ends their wait. `NodeDns` needs no threads.
 *
 * @implements {Resolver}
 */
export class System implements Resolver {
    /**
     * @param {Lookup} lookup
     * @returns {Resolution}
     */
    tryResolve(lookup: Lookup): Resolution;
    /**
     * @param {Lookup} lookup
     * @param {import('../resolver.js').ResolveOptions} options
     * @returns {Promise<Outcome>}
     */
    resolve(lookup: Lookup, { session, signal }: import("../resolver.js").ResolveOptions): Promise<Outcome>;
    #private;
}
/**
 * Hosts by the operating system's name service.
 */
export type Lookup = import("../lookup.js").Lookup;
/**
 * Hosts by the operating system's name service.
 */
export type Outcome = import("../lookup.js").Outcome;
/**
 * Hosts by the operating system's name service.
 */
export type Resolution = import("../resolver.js").Resolution;
/**
 * Hosts by the operating system's name service.
 */
export type Resolver = import("../resolver.js").Resolver;
