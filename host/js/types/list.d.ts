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
export class List<T extends Links<T>> {
    /** @type {T | null} */
    first: T | null;
    size: number;
    /** @param {T} item */
    push(item: T): void;
    /** @param {T} item */
    remove(item: T): void;
    #private;
}
/**
 * A place in a list.
 */
export type Links<T> = {
    prev: T | null;
    next: T | null;
};
