/**
 * @typedef {import('../resolver.js').Resolution} Resolution
 * @typedef {import('../resolver.js').Resolver} Resolver
 */

import { failed } from '../lookup.js';

/**
 * Answers nothing: WSAEACCES to every lookup.
 *
 * @implements {Resolver}
 */
export class Deny {
  /** @returns {Resolution} */
  tryResolve() {
    return { kind: 'ready', outcome: failed('access-denied') };
  }
}
