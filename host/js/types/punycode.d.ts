/**
 * Decodes a label without its `xn--` (RFC 3492, 6.2). `undefined` if it encodes no text.
 *
 * @param {string} encoded In lower case.
 * @returns {string | undefined}
 */
export function decodePunycode(encoded: string): string | undefined;
