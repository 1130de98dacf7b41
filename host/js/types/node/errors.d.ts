/**
 * The error of the interface for a code of `node:dns` (`S-R15`).
 *
 * @param {unknown} error
 * @returns {import('../errors.js').ErrorCode}
 */
export function errorOf(error: unknown): import("../errors.js").ErrorCode;
