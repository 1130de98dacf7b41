/**
 * A name as text. `undefined` if it is longer than `maxBytes`, is not UTF-8, or has a NUL.
 *
 * @param {Uint8Array} name
 * @param {number} maxBytes
 * @returns {string | undefined}
 */
export function textOf(name: Uint8Array, maxBytes: number): string | undefined;
/**
 * Brings a host name into canonical form. `undefined` if no host can have the name, or if it is
 * longer than `maxBytes` as the guest gave it.
 *
 * @param {Uint8Array | string} name
 * @param {number} [maxBytes]
 * @returns {HostName | undefined}
 */
export function canonicalHost(name: Uint8Array | string, maxBytes?: number): HostName | undefined;
/**
 * Whether a name is in canonical form already, and no number.
 *
 * @param {string} name
 */
export function isCanonical(name: string): boolean;
/**
 * Whether a canonical name is `localhost` or under it, which always is this machine (RFC 6761).
 *
 * @param {string} name
 */
export function meansThisMachine(name: string): boolean;
/**
 * A name without its trailing dot.
 *
 * @param {string} name
 */
export function withoutDot(name: string): string;
/**
 * The last label of a name, without a trailing dot.
 *
 * @param {string} name
 */
export function lastLabel(name: string): string;
/**
 * An IPv6 address as text, without brackets and without a zone.
 *
 * @param {string} text
 */
export function ipv6Literal(text: string): import("./address.js").Ip | undefined;
/**
 * A text with its ASCII capitals in lower case. Others stay: they would match other names.
 *
 * @param {string} text
 */
export function lowerAscii(text: string): string;
/** The longest host name as text in any spelling, before it is canonical. Units: bytes. */
export const LONGEST_SPELLING: 255;
/**
 * The meaning of a host name: a canonical name, an IPv4 address as text, or a text that reads as
 * an address and is not four decimal numbers (`S-R13`).
 */
export type HostName = {
    kind: "name";
    name: string;
} | {
    kind: "address";
    address: string;
} | {
    kind: "not-an-address";
};
