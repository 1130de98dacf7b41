import { OptionError } from '../errors.js';

/**
 * Permits of a bounded number, which the lookups of all sessions share.
 *
 * A session that holds permits gets another one only while it holds fewer than are free. So a lone
 * session holds half of them at most, rounded up, and a newcomer gets one at once. Lookups past
 * that wait: those of one session in their order, and sessions in turn.
 */
export class Permits {
  #free;
  /** How many permits each session holds. @type {Map<number | undefined, number>} */
  #held = new Map();
  /** What waits, by session. The next one in turn is first. @type {Map<number | undefined, Set<() => void>>} */
  #waiting = new Map();

  /** @param {number} count */
  constructor(count) {
    if (!(count >= 1)) throw new OptionError('`maxQueries` is at least 1');
    this.#free = count;
  }

  /**
   * Waits for a permit, and returns whether there is one. There is none after a cancel, which
   * takes a lookup out of the queue at once (`S-C6`).
   *
   * @param {number | undefined} session
   * @param {AbortSignal} signal
   * @returns {Promise<boolean>}
   */
  async acquire(session, signal) {
    if (signal.aborted) return false;
    if (!this.#waiting.has(session) && this.#mayAcquire(session)) {
      this.#grant(session);
      return true;
    }
    return new Promise((resolve) => {
      const queue = this.#waiting.get(session) ?? new Set();
      this.#waiting.set(session, queue);
      const leave = (/** @type {boolean} */ hasPermit) => {
        signal.removeEventListener('abort', cancelled);
        queue.delete(granted);
        if (queue.size === 0) this.#waiting.delete(session);
        resolve(hasPermit);
      };
      const granted = () => leave(true);
      const cancelled = () => leave(false);
      queue.add(granted);
      signal.addEventListener('abort', cancelled, { once: true });
    });
  }

  /** @param {number | undefined} session A session that holds a permit. */
  release(session) {
    this.#free += 1;
    const held = this.#heldBy(session) - 1;
    if (held > 0) this.#held.set(session, held);
    else this.#held.delete(session);
    for (const [next, queue] of [...this.#waiting]) {
      if (!this.#mayAcquire(next)) continue;
      const [granted] = queue;
      this.#grant(next);
      granted();
      if (queue.size > 0) {
        this.#waiting.delete(next);
        this.#waiting.set(next, queue);
      }
    }
  }

  /** @param {number | undefined} session */
  #heldBy(session) {
    return this.#held.get(session) ?? 0;
  }

  /** @param {number | undefined} session */
  #mayAcquire(session) {
    return this.#heldBy(session) < this.#free;
  }

  /** @param {number | undefined} session */
  #grant(session) {
    this.#free -= 1;
    this.#held.set(session, this.#heldBy(session) + 1);
  }
}
