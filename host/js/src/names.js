/**
 * Canonical forms of the names that guests give: lower-case ASCII, in IDNA's form.
 */

import { parseIpv4, parseIpv6 } from './address.js';
import { decodePunycode } from './punycode.js';

/** The longest host name as text in any spelling, before it is canonical. Units: bytes. */
export const LONGEST_SPELLING = 255;
/** Characters of no host's name, besides those of IPv6 addresses. */
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\0- %#/<>?@\\^|\x7f]/;
/** The longest host name that DNS can carry, without its trailing dot. */
const MAX_HOST_BYTES = 253;

/**
 * The meaning of a host name: a canonical name, an IPv4 address as text, or a text that reads as
 * an address and is not four decimal numbers (`S-R13`).
 *
 * @typedef {{ kind: 'name', name: string }
 *   | { kind: 'address', address: string }
 *   | { kind: 'not-an-address' }} HostName
 */

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A name as text. `undefined` if it is longer than `maxBytes`, is not UTF-8, or has a NUL.
 *
 * @param {Uint8Array} name
 * @param {number} maxBytes
 * @returns {string | undefined}
 */
export function textOf(name, maxBytes) {
  if (name.length > maxBytes || name.includes(0)) return undefined;
  try {
    return utf8.decode(name);
  } catch {
    return undefined;
  }
}

/**
 * Brings a host name into canonical form. `undefined` if no host can have the name, or if it is
 * longer than `maxBytes` as the guest gave it.
 *
 * @param {Uint8Array | string} name
 * @param {number} [maxBytes]
 * @returns {HostName | undefined}
 */
export function canonicalHost(name, maxBytes = LONGEST_SPELLING) {
  const bytes = typeof name === 'string' ? new TextEncoder().encode(name) : name;
  const text = textOf(bytes, maxBytes);
  if (text === undefined) return undefined;
  if (isCanonical(text)) return { kind: 'name', name: text };
  // eslint-disable-next-line no-control-regex
  if (/[\0- \x7f]/.test(text)) return undefined;
  if (parseIpv4(text)) return { kind: 'address', address: text };
  const lower = lowerAscii(text);
  if (isCanonical(lower)) return { kind: 'name', name: lower };
  if (/[:[\]]/.test(text)) return { kind: 'not-an-address' };
  if (hasForbidden(text)) return undefined;
  const plain = withoutBrackets(text);
  const ascii = toAscii(plain);
  if (ascii === undefined) return undefined;
  if (plain !== text || isNumber(lastLabel(ascii))) return { kind: 'not-an-address' };
  return { kind: 'name', name: ascii };
}

/**
 * A text whose wide colons and brackets are letters. IDNA of URLs refuses these characters, so
 * that nothing would tell an address from a malformed name.
 *
 * @param {string} text
 */
function withoutBrackets(text) {
  return text.replace(/[^\0-\x7f]/gu, (char) =>
    /[:[\]]/.test(char.normalize('NFKC')) ? 'x' : char,
  );
}

/**
 * IDNA's ASCII form of a name (UTS 46). `undefined` if the name has none.
 *
 * @param {string} text
 * @returns {string | undefined}
 */
function toAscii(text) {
  const name = mapped(text);
  const labels = name?.replace(/\.$/, '').split('.') ?? [];
  const isValid =
    labels.join('.').length <= MAX_HOST_BYTES &&
    labels.every((label) => label.length >= 1 && label.length <= 63 && isEncoded(label));
  return isValid ? name : undefined;
}

/**
 * A name as the platform's URLs map it. A label after the name keeps their parser from reading the
 * name as an IPv4 address.
 *
 * @param {string} text
 * @returns {string | undefined}
 */
function mapped(text) {
  const after = '.x';
  let host;
  try {
    host = new URL(`http://${text}${after}/`).hostname;
  } catch {
    return undefined;
  }
  if (!host.endsWith(after)) return undefined;
  // Chromium escapes characters such as `*`. No other percent sign gets here.
  const name = decodeURIComponent(host.slice(0, -after.length));
  return hasForbidden(name) ? undefined : name;
}

/**
 * Whether a name has a character that no host's name has, or one that IDNA maps to such a
 * character, as it does wide forms.
 *
 * @param {string} text
 */
function hasForbidden(text) {
  return FORBIDDEN.test(text) || FORBIDDEN.test(text.normalize('NFKC'));
}

/**
 * Whether a label with `xn--` is what its text is mapped to. Some platforms do not check.
 *
 * @param {string} label
 */
function isEncoded(label) {
  if (!label.startsWith('xn--')) return true;
  const text = decodePunycode(label.slice(4));
  return text !== undefined && text !== '' && mapped(text) === label;
}

/**
 * Whether a name is in canonical form already, and no number.
 *
 * @param {string} name
 */
export function isCanonical(name) {
  const labels = withoutDot(name);
  return (
    labels.length <= MAX_HOST_BYTES &&
    // A label of IDNA needs its tables.
    labels.split('.').every((label) => /^(?!xn--)[a-z0-9_-]{1,63}$/.test(label)) &&
    !isNumber(lastLabel(name))
  );
}

/**
 * Whether a canonical name is `localhost` or under it, which always is this machine (RFC 6761).
 *
 * @param {string} name
 */
export function meansThisMachine(name) {
  return lastLabel(name) === 'localhost';
}

/**
 * A name without its trailing dot.
 *
 * @param {string} name
 */
export function withoutDot(name) {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

/**
 * The last label of a name, without a trailing dot.
 *
 * @param {string} name
 */
export function lastLabel(name) {
  const labels = withoutDot(name);
  return labels.slice(labels.lastIndexOf('.') + 1);
}

/**
 * Whether a label is a number to `inet_aton`: decimal, octal, or hexadecimal after `0x`.
 *
 * @param {string} label
 */
function isNumber(label) {
  return /^(0x[0-9a-fA-F]*|[0-9]+)$/.test(label);
}

/**
 * An IPv6 address as text, without brackets and without a zone.
 *
 * @param {string} text
 */
export function ipv6Literal(text) {
  return text.includes(':') ? parseIpv6(text) : undefined;
}

/**
 * A text with its ASCII capitals in lower case. Others stay: they would match other names.
 *
 * @param {string} text
 */
export function lowerAscii(text) {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
