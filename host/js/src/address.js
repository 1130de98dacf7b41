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
export function parseIpv4(text) {
  const value = ipv4Number(text);
  return value === undefined ? undefined : { bits: 32, value: BigInt(value) };
}

/** @param {string} text */
function ipv4Number(text) {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part))) {
    return undefined;
  }
  const octets = parts.map(Number);
  if (octets.some((octet) => octet > 255)) return undefined;
  return octets.reduce((number, octet) => number * 256 + octet, 0);
}

/**
 * Reads an IPv6 address, without brackets and without a zone.
 *
 * @param {string} text
 * @returns {Ip | undefined}
 */
export function parseIpv6(text) {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, i) => groups(half, i === halves.length - 1));
  if (head === undefined) return undefined;
  let all = head;
  if (halves.length === 2) {
    if (tail === undefined) return undefined;
    const zeros = 8 - head.length - tail.length;
    if (zeros < 1) return undefined;
    all = [...head, ...Array(zeros).fill(0), ...tail];
  }
  if (all.length !== 8) return undefined;
  return { bits: 128, value: all.reduce((number, group) => (number << 16n) | BigInt(group), 0n) };
}

/**
 * The groups of a half of an IPv6 address. The last ones may be an IPv4 address at its end.
 *
 * @param {string} text
 * @param {boolean} isEnd
 * @returns {number[] | undefined}
 */
function groups(text, isEnd) {
  if (text === '') return [];
  const parts = text.split(':');
  /** @type {number[]} */
  const found = [];
  for (const [i, part] of parts.entries()) {
    if (isEnd && i === parts.length - 1 && part.includes('.')) {
      const number = ipv4Number(part);
      if (number === undefined) return undefined;
      found.push(Math.floor(number / 65536), number % 65536);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      found.push(parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return found;
}

/**
 * Reads an address of either family.
 *
 * @param {string} text
 * @returns {Ip | undefined}
 */
export function parseIp(text) {
  return parseIpv4(text) ?? parseIpv6(text);
}

/**
 * An address as text: dotted, or as RFC 5952 shortens it.
 *
 * @param {Ip} ip
 * @returns {string}
 */
export function formatIp(ip) {
  if (ip.bits === 32) return formatIpv4(ip.value);
  if (ip.value >> 32n === 0xffffn) return `::ffff:${formatIpv4(ip.value & 0xffffffffn)}`;
  const all = segments(ip);
  let [best, length] = [0, 0];
  for (let at = 0; at < 8; at++) {
    let run = 0;
    while (at + run < 8 && all[at + run] === 0) run++;
    if (run > length) [best, length] = [at, run];
    at += run;
  }
  const hex = (/** @type {number[]} */ part) => part.map((group) => group.toString(16)).join(':');
  if (length < 2) return hex(all);
  return `${hex(all.slice(0, best))}::${hex(all.slice(best + length))}`;
}

/** @param {bigint} value */
function formatIpv4(value) {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.');
}

/**
 * The eight groups of an IPv6 address.
 *
 * @param {Ip} ip
 * @returns {number[]}
 */
export function segments(ip) {
  return [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) =>
    Number((ip.value >> shift) & 0xffffn),
  );
}

/**
 * An address as the interface has it.
 *
 * @param {Ip} ip
 * @returns {IpAddress}
 */
export function toWit(ip) {
  if (ip.bits === 32) return { tag: 'ipv4', val: Number(ip.value) };
  return { tag: 'ipv6', val: [ip.value >> 64n, BigInt.asUintN(64, ip.value)] };
}

/**
 * The number of an address of the interface.
 *
 * @param {IpAddress} address
 * @returns {Ip}
 */
export function fromWit(address) {
  if (address.tag === 'ipv4') return ipv4(address.val);
  const [upper, lower] = address.val;
  return { bits: 128, value: (BigInt(upper) << 64n) | BigInt.asUintN(64, BigInt(lower)) };
}

/**
 * An IPv4 address of a number: 0x7f000001 is 127.0.0.1.
 *
 * @param {number} number
 * @returns {Ip}
 */
export function ipv4(number) {
  return { bits: 32, value: BigInt(number >>> 0) };
}

/**
 * Whether an address is a loopback address: 127.0.0.0/8 or ::1.
 *
 * @param {Ip} ip
 */
export function isLoopback(ip) {
  return ip.bits === 32 ? ip.value >> 24n === 127n : ip.value === 1n;
}

/**
 * The name that DNS has for an address, such as `1.2.0.192.in-addr.arpa`.
 *
 * @param {Ip} ip
 * @returns {string}
 */
export function reverseName(ip) {
  if (ip.bits === 32) {
    return `${formatIpv4(ip.value).split('.').reverse().join('.')}.in-addr.arpa`;
  }
  const digits = ip.value.toString(16).padStart(32, '0');
  return `${[...digits].reverse().join('.')}.ip6.arpa`;
}
