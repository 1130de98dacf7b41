/** An odd number, so that the multiples of it repeat only after 2^64. */
const STEP = 0x9e37_79b9_7f4a_7c15n;

/**
 * The handles of one session. Each number comes once in 2^64, is never 0, and is sparse: a guest
 * that counts up finds no other handle. The salt makes handles invalid in other sessions (`S-R17`).
 */
export class Handles {
  /** @type {bigint} */
  #last = crypto.getRandomValues(new BigUint64Array(1))[0];

  /** @returns {bigint} */
  next() {
    do {
      this.#last = BigInt.asUintN(64, this.#last + STEP);
    } while (this.#last === 0n);
    return this.#last;
  }
}
