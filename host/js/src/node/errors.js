/**
 * The error of the interface for a code of `node:dns` (`S-R15`).
 *
 * @param {unknown} error
 * @returns {import('../errors.js').ErrorCode}
 */
export function errorOf(error) {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOTFOUND':
    // c-ares asks no server for this name.
    case 'EBADNAME':
      return 'host-not-found';
    case 'ENODATA':
      return 'no-data';
    case 'EFORMERR':
    case 'ENOTIMP':
    case 'EBADRESP':
    case 'EREFUSED':
    case 'EAI_FAIL':
      return 'no-recovery';
    default:
      // Servers are silent or busy, or the machine lacks a resource.
      return 'try-again';
  }
}
