/**
 * Addresses of no public host, and IPv6 addresses that carry IPv4 addresses. The page of the
 * engine's policy has the tables.
 *
 * @typedef {import('./address.js').Ip} Ip
 */

import { parseIp } from './address.js';

/**
 * The blocks of IANA's registries that are not globally reachable, and multicast and site-local
 * addresses. `null` marks a block that is reachable inside a wider one that is not.
 *
 * @type {ReadonlyArray<readonly [string, number | null]>}
 */
const BLOCKS = [
  ['0.0.0.0/8', 8],
  ['10.0.0.0/8', 8],
  ['100.64.0.0/10', 10],
  ['127.0.0.0/8', 8],
  ['169.254.0.0/16', 16],
  ['172.16.0.0/12', 12],
  ['192.0.0.0/24', 24],
  ['192.0.0.9/32', null],
  ['192.0.0.10/32', null],
  ['192.0.2.0/24', 24],
  ['192.88.99.2/32', 32],
  ['192.168.0.0/16', 16],
  ['198.18.0.0/15', 15],
  ['198.51.100.0/24', 24],
  ['203.0.113.0/24', 24],
  ['224.0.0.0/4', 4],
  ['240.0.0.0/4', 4],
  ['::/128', 128],
  ['::1/128', 128],
  ['::ffff:0:0/96', 96],
  ['64:ff9b:1::/48', 48],
  ['100::/64', 64],
  ['100:0:0:1::/64', 64],
  ['2001::/23', 23],
  ['2001:1::1/128', null],
  ['2001:1::2/128', null],
  ['2001:1::3/128', null],
  ['2001:2::/48', 48],
  ['2001:3::/32', null],
  ['2001:4:112::/48', null],
  ['2001:20::/28', null],
  ['2001:30::/28', null],
  ['2001:db8::/32', 32],
  ['3fff::/20', 20],
  ['5f00::/16', 16],
  ['fc00::/7', 7],
  ['fe80::/10', 10],
  ['fec0::/10', 10],
  ['ff00::/8', 8],
];

/** The blocks, the longest prefix first. */
const SPECIAL = BLOCKS.map(([block, length]) => {
  const [address, bits] = block.split('/');
  const ip = parseIp(address);
  if (!ip) throw new TypeError(block);
  return { bits: ip.bits, prefix: Number(bits), start: ip.value, length };
}).sort((a, b) => b.prefix - a.prefix);

/**
 * The length of the special-purpose prefix that an address has, if it has one.
 *
 * @param {Ip} ip
 * @returns {number | undefined}
 */
export function special(ip) {
  const block = SPECIAL.find(({ bits, prefix, start }) => {
    const shift = BigInt(bits - prefix);
    return bits === ip.bits && ip.value >> shift === start >> shift;
  });
  return block?.length ?? undefined;
}

/**
 * An address, and every IPv4 address that it carries. A rule judges all of them (`S-A5`).
 *
 * @param {Ip} ip
 * @returns {Ip[]}
 */
export function readings(ip) {
  return ip.bits === 32 ? [ip] : [ip, ...carried(ip.value)];
}

/** @param {string} text */
function value(text) {
  const ip = parseIp(text);
  if (!ip) throw new TypeError(text);
  return ip.value;
}

/** Prefixes of 96 bits before an IPv4 address: compatible, mapped, translated, NAT64. */
const BEFORE_IPV4 = ['::', '::ffff:0:0', '::ffff:0:0:0', '64:ff9b::'].map((p) => value(p) >> 32n);
const LOCAL_NAT64 = value('64:ff9b:1::') >> 80n;

/**
 * The IPv4 addresses that a host, a relay or a translator may read in an IPv6 address.
 *
 * @param {bigint} number
 * @returns {Ip[]}
 */
function carried(number) {
  const at = (/** @type {number} */ octet) => ipv4(number >> BigInt(8 * (12 - octet)));
  if (number === 0n || number === 1n) return [];
  if (BEFORE_IPV4.includes(number >> 32n)) return [at(12)];
  if (number >> 80n === LOCAL_NAT64) return carriedByLocalNat64(number);
  // 6to4 (RFC 3056).
  if (number >> 112n === 0x2002n) return [at(2)];
  // Teredo: the server, and the client with all its bits inverted (RFC 4380).
  if (number >> 96n === 0x20010000n) return [at(4), ipv4(~number)];
  return [];
}

/**
 * The IPv4 addresses of `64:ff9b:1::/48`. A translator has a prefix of 48, 56, 64 or 96 bits of
 * it. Up to 64 bits the IPv4 address skips octet 8, and zeros follow it (RFC 6052, 2.2).
 *
 * @param {bigint} number
 * @returns {Ip[]}
 */
function carriedByLocalNat64(number) {
  const octets = Array.from({ length: 16 }, (_, i) => (number >> BigInt(8 * (15 - i))) & 0xffn);
  /** @type {[number[], number][]} */
  const layouts = [
    [[6, 7, 9, 10], 11],
    [[7, 9, 10, 11], 12],
    [[9, 10, 11, 12], 13],
    [[12, 13, 14, 15], 16],
  ];
  return layouts
    .filter(([, end]) => octets.slice(end).every((octet) => octet === 0n))
    .map(([places]) => ipv4(places.reduce((n, place) => (n << 8n) | octets[place], 0n)))
    // 0.0.0.0 is what other layouts leave in the places of this one.
    .filter((ip) => ip.value !== 0n);
}

/**
 * @param {bigint} number
 * @returns {Ip}
 */
function ipv4(number) {
  return { bits: 32, value: BigInt.asUintN(32, number) };
}
