/**
 * The resolution of a lookup that is not for a name service. `undefined` for other lookups.
 *
 * `localhost` and the names under it are loopback addresses, and names under `invalid` do not
 * exist (RFC 6761). Names under `onion` are Tor's (RFC 7686). Services and protocols are those of
 * tables.
 *
 * @param {Lookup} lookup
 * @returns {Resolution | undefined}
 */
export function resolveSpecial(lookup: Lookup): Resolution | undefined;
/**
 * Names that no name service is asked for.
 */
export type Lookup = import("../lookup.js").Lookup;
/**
 * Names that no name service is asked for.
 */
export type Resolution = import("../resolver.js").Resolution;
