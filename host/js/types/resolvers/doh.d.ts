/**
 * Reads a response in JSON, as Google's and Cloudflare's servers have it.
 *
 * @param {Uint8Array} bytes
 * @param {{ name: string, type: number }} question
 * @returns {import('./dns-message.js').DnsResponse}
 */
export function readJson(bytes: Uint8Array, question: {
    name: string;
    type: number;
}): import("./dns-message.js").DnsResponse;
/**
 * @typedef {object} DohOptions
 * @property {string} url The server: `https:`, or `http:` to this machine.
 * @property {'wire' | 'json'} [form] The form of messages: RFC 8484, or JSON. Default: `wire`.
 * @property {number} [timeoutMs] How long a server may take for a question. Units: milliseconds.
 *   Default: 5,000.
 * @property {number} [maxQueries] Questions under way at a time, of all sessions. Further ones
 *   wait, and so do those of a session that has half of them. Default: 64.
 * @property {boolean} [hasIpv6] Whether this machine has a public IPv6 address, so that IPv6
 *   addresses come first. Default: it may have.
 * @property {typeof fetch} [fetch] Default: the platform's.
 */
/**
 * Asks a name server by DNS over HTTPS. `localhost` and the names under it are loopback, names
 * under `invalid` and `onion` are not found: no server is asked for these. No search list applies.
 *
 * A silent or busy server is WSATRY_AGAIN, one that refuses or is broken WSANO_RECOVERY (`S-R15`).
 * A cancel ends the query, and releases its permit at once. There is no cache besides that of HTTP.
 *
 * @implements {Resolver}
 */
export class Doh implements Resolver {
    /** @param {DohOptions} options */
    constructor({ url, form, timeoutMs, maxQueries, ...options }: DohOptions);
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
    resolve(lookup: Lookup, options: ResolveOptions): Promise<Outcome>;
    #private;
}
/**
 * DNS over HTTPS.
 */
export type Lookup = import("../lookup.js").Lookup;
/**
 * DNS over HTTPS.
 */
export type Outcome = import("../lookup.js").Outcome;
/**
 * DNS over HTTPS.
 */
export type Resolution = import("../resolver.js").Resolution;
/**
 * DNS over HTTPS.
 */
export type ResolveOptions = import("../resolver.js").ResolveOptions;
/**
 * DNS over HTTPS.
 */
export type Resolver = import("../resolver.js").Resolver;
export type DohOptions = {
    /**
     * The server: `https:`, or `http:` to this machine.
     */
    url: string;
    /**
     * The form of messages: RFC 8484, or JSON. Default: `wire`.
     */
    form?: "json" | "wire" | undefined;
    /**
     * How long a server may take for a question. Units: milliseconds.
     * Default: 5,000.
     */
    timeoutMs?: number | undefined;
    /**
     * Questions under way at a time, of all sessions. Further ones
     * wait, and so do those of a session that has half of them. Default: 64.
     */
    maxQueries?: number | undefined;
    /**
     * Whether this machine has a public IPv6 address, so that IPv6
     * addresses come first. Default: it may have.
     */
    hasIpv6?: boolean | undefined;
    /**
     * Default: the platform's.
     */
    fetch?: typeof fetch | undefined;
};
