/**
 * The length of the special-purpose prefix that an address has, if it has one.
 *
 * @param {Ip} ip
 * @returns {number | undefined}
 */
export function special(ip: Ip): number | undefined;
/**
 * An address, and every IPv4 address that it carries. A rule judges all of them (`S-A5`).
 *
 * @param {Ip} ip
 * @returns {Ip[]}
 */
export function readings(ip: Ip): Ip[];
/**
 * Addresses of no public host, and IPv6 addresses that carry IPv4 addresses. The page of the
 * engine's policy has the tables.
 */
export type Ip = import("./address.js").Ip;
