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
  #total;
  #requests = 0;
  #refused = 0;
  #answered = 0;
  #denied = 0;
  #cancelled = 0;
  /** @type {Map<ErrorCode, number>} */
  #failed = new Map();

  /** @param {Counters} [total] Counts the same requests, and those of other sessions. */
  constructor(total) {
    this.#total = total;
  }

  countRequest() {
    this.#requests += 1;
    this.#total?.countRequest();
  }

  countRefusal() {
    this.#refused += 1;
    this.#total?.countRefusal();
  }

  countCancel() {
    this.#cancelled += 1;
    this.#total?.countCancel();
  }

  /** @param {Verdict} verdict */
  countCompletion(verdict) {
    const { outcome, isDenied } = verdict;
    if (isDenied) this.#denied += 1;
    else if (outcome.tag === 'ok') this.#answered += 1;
    else this.#failed.set(outcome.val, (this.#failed.get(outcome.val) ?? 0) + 1);
    this.#total?.countCompletion(verdict);
  }

  /** @returns {RequestStats} */
  snapshot() {
    const failed = [...this.#failed.values()].reduce((sum, count) => sum + count, 0);
    const completed = this.#answered + this.#denied + failed;
    return {
      requests: this.#requests,
      refused: this.#refused,
      answered: this.#answered,
      denied: this.#denied,
      failed: Object.fromEntries(this.#failed),
      cancelled: this.#cancelled,
      completed,
      pending: this.#requests - completed - this.#cancelled,
    };
  }
}
