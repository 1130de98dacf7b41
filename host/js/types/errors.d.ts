/**
 * Winsock's name and number of an error, such as `WSAHOST_NOT_FOUND` and 11001.
 *
 * @param {ErrorCode} code
 * @returns {{ name: string, number: number }}
 */
export function winsockError(code: ErrorCode): {
    name: string;
    number: number;
};
/**
 * The error with a Winsock name. `undefined` if there is none.
 *
 * @param {string} name
 * @returns {ErrorCode | undefined}
 */
export function errorByWinsockName(name: string): ErrorCode | undefined;
/** @typedef {import('../types/wit.js').ErrorCode} ErrorCode */
/** Every error of the interface, in its order. */
export const ERROR_CODES: import("../types/wit.js").ErrorCode[];
/**
 * A call of a session failed. `jco` passes the `payload` to the guest as the error. There is no
 * stack.
 */
export class WinsockError extends Error {
    /** @param {ErrorCode} code */
    constructor(code: ErrorCode);
    /** The error of the interface, such as `would-block`. */
    payload: import("../types/wit.js").ErrorCode;
}
export type ErrorCode = import("../types/wit.js").ErrorCode;
