/**
 * A place in a list.
 *
 * @template T
 * @typedef {{ prev: T | null, next: T | null }} Links
 */

/**
 * A list that its items link. An item is in one list at a time, and leaves it in constant time.
 *
 * @template {Links<T>} T
 */
export class List {
  /** @type {T | null} */
  first = null;
  /** @type {T | null} */
  #last = null;
  size = 0;

  /** @param {T} item */
  push(item) {
    item.prev = this.#last;
    item.next = null;
    if (this.#last) this.#last.next = item;
    else this.first = item;
    this.#last = item;
    this.size += 1;
  }

  /** @param {T} item */
  remove(item) {
    if (item.prev) item.prev.next = item.next;
    else this.first = item.next;
    if (item.next) item.next.prev = item.prev;
    else this.#last = item.prev;
    item.prev = item.next = null;
    this.size -= 1;
  }
}
