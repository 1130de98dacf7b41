/**
 * IPv4 and IPv6 addresses: as text, as numbers, and as the interface has them.
 *
 * @typedef {import('../types/wit.js').IpAddress} IpAddress
 */
/**
 * An address as a number. `bits` is 32 for IPv4 and 128 for IPv6.
 *
 * @typedef {{ readonly bits: 32 | 128, readonly value: bigint }} Ip
 */
/**
 * Reads an IPv4 address: four decimal numbers without leading zeros (`S-R13`).
 *
 * @param {string} text
 * @returns {Ip | undefined}
 */
export function parseIpv4(text: string): Ip | undefined;
/**
 * Reads an IPv6 address, without brackets and without a zone.
 *
 * @param {string} text
 * @returns {Ip | undefined}
 */
export function parseIpv6(text: string): Ip | undefined;
/**
 * Reads an address of either family.
 *
 * @param {string} text
 * @returns {Ip | undefined}
 */
export function parseIp(text: string): Ip | undefined;
/**
 * An address as text: dotted, or as RFC 5952 shortens it.
 *
 * @param {Ip} ip
 * @returns {string}
 */
export function formatIp(ip: Ip): string;
/**
 * The eight groups of an IPv6 address.
 *
 * @param {Ip} ip
 * @returns {number[]}
 */
export function segments(ip: Ip): number[];
/**
 * An address as the interface has it.
 *
 * @param {Ip} ip
 * @returns {IpAddress}
 */
export function toWit(ip: Ip): IpAddress;
/**
 * The number of an address of the interface.
 *
 * @param {IpAddress} address
 * @returns {Ip}
 */
export function fromWit(address: IpAddress): Ip;
/**
 * An IPv4 address of a number: 0x7f000001 is 127.0.0.1.
 *
 * @param {number} number
 * @returns {Ip}
 */
export function ipv4(number: number): Ip;
/**
 * Whether an address is a loopback address: 127.0.0.0/8 or ::1.
 *
 * @param {Ip} ip
 */
export function isLoopback(ip: Ip): boolean;
/**
 * The name that DNS has for an address, such as `1.2.0.192.in-addr.arpa`.
 *
 * @param {Ip} ip
 * @returns {string}
 */
export function reverseName(ip: Ip): string;
/**
 * IPv4 and IPv6 addresses: as text, as numbers, and as the interface has them.
 */
export type IpAddress = import("../types/wit.js").IpAddress;
/**
 * An address as a number. `bits` is 32 for IPv4 and 128 for IPv6.
 */
export type Ip = {
    readonly bits: 32 | 128;
    readonly value: bigint;
};
