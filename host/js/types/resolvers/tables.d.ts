/**
 * The texts of tables. A malformed line is skipped, as the machine's files may have any.
 *
 * @typedef {object} TableTexts
 * @property {string} [hosts] Default: `localhost` alone.
 * @property {string} [services] Default: IANA's registry.
 * @property {string} [protocols] Default: IANA's registry.
 */
/**
 * A line of hosts, with its address as text. As in glibc, `::1` is 127.0.0.1 too, for a lookup of
 * IPv4 addresses alone.
 *
 * @typedef {{ ipv4?: string, ipv6?: string, names: string[] }} Host
 */
/**
 * Answers at once, from memory.
 *
 * - Hosts by name or alias: the addresses of all lines with the name and of the families that are
 *   asked for, the official name and the aliases of the first of these lines. By address: the
 *   first line that has it. A host that is not in the table may be known elsewhere.
 * - Services and protocols by name or alias in any case, or by number: the first entry that
 *   matches (`S-R12`). An entry that is not in the table does not exist: WSANO_DATA.
 *
 * @implements {Resolver}
 */
export class Tables implements Resolver {
    /** @param {TableTexts} [texts] */
    constructor({ hosts, services, protocols }?: TableTexts);
    /**
     * @param {Lookup} lookup
     * @returns {Resolution}
     */
    tryResolve(lookup: Lookup): Resolution;
    #private;
}
/**
 * Answers from tables in memory, in the form of `/etc/hosts`, `/etc/services` and
 * `/etc/protocols`.
 */
export type Lookup = import("../lookup.js").Lookup;
/**
 * Answers from tables in memory, in the form of `/etc/hosts`, `/etc/services` and
 * `/etc/protocols`.
 */
export type Outcome = import("../lookup.js").Outcome;
/**
 * Answers from tables in memory, in the form of `/etc/hosts`, `/etc/services` and
 * `/etc/protocols`.
 */
export type Resolution = import("../resolver.js").Resolution;
/**
 * Answers from tables in memory, in the form of `/etc/hosts`, `/etc/services` and
 * `/etc/protocols`.
 */
export type Resolver = import("../resolver.js").Resolver;
/**
 * Answers from tables in memory, in the form of `/etc/hosts`, `/etc/services` and
 * `/etc/protocols`.
 */
export type ProtocolEntry = import("../../types/wit.js").ProtocolEntry;
/**
 * Answers from tables in memory, in the form of `/etc/hosts`, `/etc/services` and
 * `/etc/protocols`.
 */
export type ServiceEntry = import("../../types/wit.js").ServiceEntry;
/**
 * The texts of tables. A malformed line is skipped, as the machine's files may have any.
 */
export type TableTexts = {
    /**
     * Default: `localhost` alone.
     */
    hosts?: string | undefined;
    /**
     * Default: IANA's registry.
     */
    services?: string | undefined;
    /**
     * Default: IANA's registry.
     */
    protocols?: string | undefined;
};
/**
 * A line of hosts, with its address as text. As in glibc, `::1` is 127.0.0.1 too, for a lookup of
 * IPv4 addresses alone.
 */
export type Host = {
    ipv4?: string;
    ipv6?: string;
    names: string[];
};
