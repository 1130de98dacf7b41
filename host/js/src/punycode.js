/** What RFC 3492, section 5, has for IDNA. */
const [BASE, T_MIN, T_MAX, SKEW, DAMP, BIAS, FIRST] = [36, 1, 26, 38, 700, 72, 128];

/**
 * Decodes a label without its `xn--` (RFC 3492, 6.2). `undefined` if it encodes no text.
 *
 * @param {string} encoded In lower case.
 * @returns {string | undefined}
 */
export function decodePunycode(encoded) {
  const dash = Math.max(encoded.lastIndexOf('-'), 0);
  const text = [...encoded.slice(0, dash)].map((char) => char.charCodeAt(0));
  let [code, bias, at] = [FIRST, BIAS, 0];
  const digits = encoded.slice(dash && dash + 1)[Symbol.iterator]();
  for (let next = digits.next(); !next.done; ) {
    const before = at;
    for (let weight = 1, k = BASE; ; k += BASE) {
      if (next.done) return undefined;
      const digit = 'abcdefghijklmnopqrstuvwxyz0123456789'.indexOf(next.value);
      next = digits.next();
      at += digit * weight;
      if (digit < 0 || at > 0x7fff_ffff) return undefined;
      const threshold = Math.min(Math.max(k - bias, T_MIN), T_MAX);
      if (digit < threshold) break;
      weight *= BASE - threshold;
    }
    const length = text.length + 1;
    bias = adapted(at - before, length, before === 0);
    code += Math.floor(at / length);
    at %= length;
    if (code > 0x10ffff) return undefined;
    text.splice(at, 0, code);
    at += 1;
  }
  return String.fromCodePoint(...text);
}

/**
 * @param {number} delta
 * @param {number} length
 * @param {boolean} isFirst
 */
function adapted(delta, length, isFirst) {
  let left = Math.floor(delta / (isFirst ? DAMP : 2));
  left += Math.floor(left / length);
  let k = 0;
  for (; left > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) left = Math.floor(left / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * left) / (left + SKEW));
}
