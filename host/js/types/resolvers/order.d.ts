/**
 * Sorts addresses, which are text, by family. RFC 6724 has IPv6 first, and IPv4 first on a machine
 * without a public IPv6 address. Addresses of one family keep their order: JavaScript knows no
 * routes, which the other rules need.
 *
 * @param {string[]} addresses
 * @param {boolean} [hasIpv6] Whether this machine has a public IPv6 address. Default: it may have.
 * @returns {string[]}
 */
export function inOrder(addresses: string[], hasIpv6?: boolean): string[];
