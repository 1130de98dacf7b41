/**
 * The errors of the interface, in its order, each with its name and number in Winsock.
 *
 * @type {ReadonlyArray<readonly [ErrorCode, string, number]>}
 */
const ERRORS = [
  ['interrupted', 'WSAEINTR', 10004],
  ['access-denied', 'WSAEACCES', 10013],
  ['bad-address', 'WSAEFAULT', 10014],
  ['invalid-argument', 'WSAEINVAL', 10022],
  ['would-block', 'WSAEWOULDBLOCK', 10035],
  ['in-progress', 'WSAEINPROGRESS', 10036],
  ['already-completed', 'WSAEALREADY', 10037],
  ['network-down', 'WSAENETDOWN', 10050],
  ['no-buffer-space', 'WSAENOBUFS', 10055],
  ['process-limit', 'WSAEPROCLIM', 10067],
  ['system-not-ready', 'WSASYSNOTREADY', 10091],
  ['version-not-supported', 'WSAVERNOTSUPPORTED', 10092],
  ['not-initialised', 'WSANOTINITIALISED', 10093],
  ['host-not-found', 'WSAHOST_NOT_FOUND', 11001],
  ['try-again', 'WSATRY_AGAIN', 11002],
  ['no-recovery', 'WSANO_RECOVERY', 11003],
  ['no-data', 'WSANO_DATA', 11004],
];

/** @typedef {import('../types/wit.js').ErrorCode} ErrorCode */

/** Every error of the interface, in its order. */
export const ERROR_CODES = ERRORS.map(([code]) => code);

const BY_CODE = new Map(ERRORS.map(([code, name, number]) => [code, { name, number }]));
const BY_NAME = new Map(ERRORS.map(([code, name]) => [name, code]));

/**
 * Winsock's name and number of an error, such as `WSAHOST_NOT_FOUND` and 11001.
 *
 * @param {ErrorCode} code
 * @returns {{ name: string, number: number }}
 */
export function winsockError(code) {
  const known = BY_CODE.get(code);
  if (!known) throw new TypeError(`${JSON.stringify(code)} is no error of the interface`);
  return known;
}

/**
 * The error with a Winsock name. `undefined` if there is none.
 *
 * @param {string} name
 * @returns {ErrorCode | undefined}
 */
export function errorByWinsockName(name) {
  return BY_NAME.get(name);
}

/**
 * A call of a session failed. `jco` passes the `payload` to the guest as the error. There is no
 * stack.
 */
export class WinsockError extends Error {
  /** @param {ErrorCode} code */
  constructor(code) {
    const { name, number } = winsockError(code);
    // A guest may call in vain a million times. A stack, with the guest's frames, takes 20 µs.
    const limit = Error.stackTraceLimit;
    // `Reflect`: where intrinsics are frozen, an assignment throws.
    Reflect.set(Error, 'stackTraceLimit', 0);
    super(`${name} (${number})`);
    Reflect.set(Error, 'stackTraceLimit', limit);
    this.name = 'WinsockError';
    /** Winsock's name of the error, such as `WSAEWOULDBLOCK`. */
    this.code = name;
    /** Winsock's number of the error, such as 10035. */
    this.errno = number;
    /** The error of the interface, such as `would-block`. */
    this.payload = code;
  }
}

/** An option of the embedder is wrong. */
export class OptionError extends TypeError {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'OptionError';
    /** Tells this error from others: `ERR_WINSOCK_OPTION`, or `ERR_WINSOCK_PATTERN`. */
    this.code = 'ERR_WINSOCK_OPTION';
  }
}

/** The host cannot do what it is called for. */
export class HostError extends Error {
  /**
   * @param {'ERR_WINSOCK_NOT_CONFIGURED' | 'ERR_WINSOCK_CANNOT_BLOCK'
   *   | 'ERR_WINSOCK_CANNOT_SUSPEND' | 'ERR_WINSOCK_THREAD_ENDED'} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.name = 'HostError';
    this.code = code;
  }
}
