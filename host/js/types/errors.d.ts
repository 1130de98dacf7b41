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
    /** Winsock's name of the error, such as `WSAEWOULDBLOCK`. */
    code: string;
    /** Winsock's number of the error, such as 10035. */
    errno: number;
    /** The error of the interface, such as `would-block`. */
    payload: import("../types/wit.js").ErrorCode;
}
/** An option of the embedder is wrong. */
export class OptionError extends TypeError {
    /** @param {string} message */
    constructor(message: string);
    /** Tells this error from others: `ERR_WINSOCK_OPTION`, or `ERR_WINSOCK_PATTERN`. */
    code: string;
}
/** The host cannot do what it is called for. */
export class HostError extends Error {
    /**
     * @param {'ERR_WINSOCK_NOT_CONFIGURED' | 'ERR_WINSOCK_CANNOT_BLOCK'
     *   | 'ERR_WINSOCK_CANNOT_SUSPEND' | 'ERR_WINSOCK_THREAD_ENDED'} code
     * @param {string} message
     */
    constructor(code: "ERR_WINSOCK_NOT_CONFIGURED" | "ERR_WINSOCK_CANNOT_BLOCK" | "ERR_WINSOCK_CANNOT_SUSPEND" | "ERR_WINSOCK_THREAD_ENDED", message: string);
    code: "ERR_WINSOCK_NOT_CONFIGURED" | "ERR_WINSOCK_CANNOT_BLOCK" | "ERR_WINSOCK_CANNOT_SUSPEND" | "ERR_WINSOCK_THREAD_ENDED";
}
export type ErrorCode = import("../types/wit.js").ErrorCode;
