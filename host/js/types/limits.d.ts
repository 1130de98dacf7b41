/**
 * The limits that an embedder gives, and the defaults of the others.
 *
 * @param {Partial<Limits>} given
 * @returns {Limits}
 */
export function limitsOf(given: Partial<Limits>): Limits;
/**
 * Whether a session that holds `held` requests may have one more, while `left` of all are free.
 * The last `reserve` are for sessions that hold none, or less than 1/32 of `left`.
 *
 * @param {number} held
 * @param {number} left
 * @param {number} reserve
 */
export function mayHaveMore(held: number, left: number, reserve: number): boolean;
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
export const DEFAULT_LIMITS: Limits;
/**
 * Holds one session to a rate, by the generic cell rate algorithm: its state is the time at which
 * the whole burst is free again.
 */
export class RateLimiter {
    /** @param {Rate} rate */
    constructor({ perSecond, burst }: Rate);
    /**
     * Whether a request may be made at `now`, in milliseconds.
     *
     * @param {number} now
     */
    admits(now: number): boolean;
    /**
     * Counts a request that is made at `now`.
     *
     * @param {number} now
     */
    count(now: number): void;
    #private;
}
/**
 * A rate of requests: at most `burst` at once, and `perSecond` on average.
 */
export type Rate = {
    perSecond: number;
    burst: number;
};
/**
 * The limits of an engine and its sessions. Past a limit a call begins no request and fails with
 * WSAEWOULDBLOCK (`S-R2`).
 */
export type Limits = {
    /**
     * Outstanding requests of one session: pending, or completed and
     * not yet taken. Default: 65,536.
     */
    maxRequests: number;
    /**
     * Outstanding requests of all sessions. The last sixteenth is
     * a reserve for sessions that hold none, or less than 1/32 of what is free. Default: 1,048,576.
     */
    requestsPerEngine: number;
    /**
     * Bytes that the requests of one session hold. Default: 32 MiB.
     */
    bytesPerSession: number;
    /**
     * Bytes of one answer. A larger one loses its last addresses except
     * the first one, and then its last aliases. Default: 8,192.
     */
    answerBytes: number;
    /**
     * Bytes of a name as the guest gives it. A longer name does not
     * exist. Default: 255.
     */
    nameBytes: number;
    /**
     * How fast one session makes requests. Default: no limit.
     */
    maxRate?: Rate | undefined;
    /**
     * Milliseconds that a request may be pending. Past it, the
     * request completes with WSATRY_AGAIN. Default: no limit.
     */
    requestTimeoutMs?: number | undefined;
};
