/** Handles that are kept: a late cancel is WSAEALREADY for the last 65,536 (`S-C9`). */
const KEPT = 65_536;

/**
 * The handles of the last 65,536 completions that were taken, which tell WSAEALREADY from
 * WSAEINVAL (`S-C2`). A ring: only a late cancel searches, and the memory is at most 512 KiB.
 */
export class RecentlyCompleted {
  #ring = new BigUint64Array(64);
  #count = 0;
  #oldest = 0;

  /** @param {bigint} handle */
  push(handle) {
    if (this.#count === KEPT) {
      this.#ring[this.#oldest] = handle;
      this.#oldest = (this.#oldest + 1) % KEPT;
      return;
    }
    if (this.#count === this.#ring.length) {
      const grown = new BigUint64Array(2 * this.#count);
      grown.set(this.#ring);
      this.#ring = grown;
    }
    this.#ring[this.#count] = handle;
    this.#count += 1;
  }

  /** @param {bigint} handle */
  has(handle) {
    const at = this.#ring.lastIndexOf(handle);
    return at >= 0 && at < this.#count;
  }

  /** Bytes that the ring holds. */
  get bytes() {
    return this.#ring.byteLength;
  }

  clear() {
    this.#ring = new BigUint64Array(64);
    this.#count = this.#oldest = 0;
  }
}
