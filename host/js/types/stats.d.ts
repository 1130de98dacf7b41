/**
 * Counts of requests, by how they ended.
 *
 * @typedef {import('./errors.js').ErrorCode} ErrorCode
 * @typedef {import('./admission.js').Verdict} Verdict
 */
/**
 * Counts of requests: of one session since it was made, or of all sessions of an engine.
 *
 * Each request that was begun is counted in exactly one of `answered`, `denied`, `failed` and
 * `cancelled`, or is pending. A completion counts when the guest takes it, or when a clean-up or
 * the end of the session drops it. Start-ups and clean-ups reset nothing.
 *
 * @typedef {object} RequestStats
 * @property {number} requests Requests that were begun.
 * @property {number} refused Calls that began no request: a limit was reached, or the engine was
 *   down.
 * @property {number} answered Requests that completed with an answer.
 * @property {number} denied Requests that the policy denied, or every address of their answer.
 * @property {Partial<Record<ErrorCode, number>>} failed Requests that completed with another
 *   error, by error.
 * @property {number} cancelled Requests that were cancelled: by cancel, or, if they had not
 *   completed, by the last clean-up or the end of their session.
 * @property {number} completed Requests that completed: answered, denied or failed.
 * @property {number} pending Requests that are outstanding.
 */
/** Counts requests. */
export class Counters {
    /** @param {Counters} [total] Counts the same requests, and those of other sessions. */
    constructor(total?: Counters);
    countRequest(): void;
    countRefusal(): void;
    countCancel(): void;
    /** @param {Verdict} verdict */
    countCompletion(verdict: Verdict): void;
    /** @returns {RequestStats} */
    snapshot(): RequestStats;
    #private;
}
/**
 * Counts of requests, by how they ended.
 */
export type ErrorCode = import("./errors.js").ErrorCode;
/**
 * Counts of requests, by how they ended.
 */
export type Verdict = import("./admission.js").Verdict;
/**
 * Counts of requests: of one session since it was made, or of all sessions of an engine.
 *
 * Each request that was begun is counted in exactly one of `answered`, `denied`, `failed` and
 * `cancelled`, or is pending. A completion counts when the guest takes it, or when a clean-up or
 * the end of the session drops it. Start-ups and clean-ups reset nothing.
 */
export type RequestStats = {
    /**
     * Requests that were begun.
     */
    requests: number;
    /**
     * Calls that began no request: a limit was reached, or the engine was
     * down.
     */
    refused: number;
    /**
     * Requests that completed with an answer.
     */
    answered: number;
    /**
     * Requests that the policy denied, or every address of their answer.
     */
    denied: number;
    /**
     * Requests that completed with another
     * error, by error.
     */
    failed: Partial<Record<ErrorCode, number>>;
    /**
     * Requests that were cancelled: by cancel, or, if they had not
     * completed, by the last clean-up or the end of their session.
     */
    cancelled: number;
    /**
     * Requests that completed: answered, denied or failed.
     */
    completed: number;
    /**
     * Requests that are outstanding.
     */
    pending: number;
};
