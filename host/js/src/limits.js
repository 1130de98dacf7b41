/**
 * Limits of what guests use of the host. The names are those of the engine's `Limits`.
 */

import { OptionError } from './errors.js';

/**
 * A rate of requests: at most `burst` at once, and `perSecond` on average.
 *
 * @typedef {{ perSecond: number, burst: number }} Rate
 */

/**
 * The limits of an engine and its sessions. Past a limit a call begins no request and fails with
 * WSAEWOULDBLOCK (`S-R2`).
 *
 * @typedef {object} Limits
 * @property {number} maxRequests Outstanding requests of one session: pending, or completed and
 *   not yet taken. Default: 65,536.
 * @property {number} requestsPerEngine Outstanding requests of all sessions. The last sixteenth is
 *   a reserve for sessions that hold none, or less than 1/32 of what is free. Default: 1,048,576.
 * @property {number} bytesPerSession Bytes that the requests of one session hold. Default: 32 MiB.
 * @property {number} answerBytes Bytes of one answer. A larger one loses its last addresses except
 *   the first one, and then its last aliases. Default: 8,192.
 * @property {number} nameBytes Bytes of a name as the guest gives it. A longer name does not
 *   exist. Default: 255.
 * @property {Rate} [maxRate] How fast one session makes requests. Default: no limit.
 * @property {number} [requestTimeoutMs] Milliseconds that a request may be pending. Past it, the
 *   request completes with WSATRY_AGAIN. Default: no limit.
 */

/** @type {Limits} */
export const DEFAULT_LIMITS = Object.freeze({
  maxRequests: 65_536,
  requestsPerEngine: 1_048_576,
  bytesPerSession: 32 << 20,
  answerBytes: 8 << 10,
  nameBytes: 255,
});

const KEYS = [...Object.keys(DEFAULT_LIMITS), 'maxRate', 'requestTimeoutMs'];

/**
 * The limits that an embedder gives, and the defaults of the others.
 *
 * @param {Partial<Limits>} given
 * @returns {Limits}
 */
export function limitsOf(given) {
  const isNumber = (/** @type {unknown} */ value) =>
    typeof value === 'number' && value >= 0 && !Number.isNaN(value);
  for (const [key, value] of Object.entries(given)) {
    if (!KEYS.includes(key)) throw new OptionError(`there is no limit \`${key}\``);
    if (value !== undefined && key !== 'maxRate' && !isNumber(value)) {
      throw new OptionError(`the limit \`${key}\` is no number`);
    }
  }
  const rate = given.maxRate;
  if (rate && ![rate.perSecond, rate.burst].every((value) => isNumber(value) && value > 0)) {
    throw new OptionError('`perSecond` and `burst` of `maxRate` are above 0');
  }
  // A spread of `undefined` would take the default away, and with it the limit.
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_LIMITS, ...Object.fromEntries(set) };
}

/**
 * Whether a session that holds `held` requests may have one more, while `left` of all are free.
 * The last `reserve` are for sessions that hold none, or less than 1/32 of `left`.
 *
 * @param {number} held
 * @param {number} left
 * @param {number} reserve
 */
export function mayHaveMore(held, left, reserve) {
  return left > 0 && (held === 0 || left > reserve || held < Math.floor(left / 32));
}

/**
 * Holds one session to a rate, by the generic cell rate algorithm: its state is the time at which
 * the whole burst is free again.
 */
export class RateLimiter {
  #cost;
  #burst;
  #freeAt = -Infinity;

  /** @param {Rate} rate */
  constructor({ perSecond, burst }) {
    this.#cost = 1000 / perSecond;
    this.#burst = this.#cost * burst;
  }

  /**
   * Whether a request may be made at `now`, in milliseconds.
   *
   * @param {number} now
   */
  admits(now) {
    // Sums of fractions round: a millionth of a request is no request.
    return this.#freeAfter(now) - now <= this.#burst + this.#cost * 1e-6;
  }

  /**
   * Counts a request that is made at `now`.
   *
   * @param {number} now
   */
  count(now) {
    this.#freeAt = this.#freeAfter(now);
  }

  /** @param {number} now */
  #freeAfter(now) {
    return Math.max(this.#freeAt, now) + this.#cost;
  }
}
