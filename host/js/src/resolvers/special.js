/**
 * Names that no name service is asked for.
 *
 * @typedef {import('../lookup.js').Lookup} Lookup
 * @typedef {import('../resolver.js').Resolution} Resolution
 */

import { answerHost, hostName } from '../lookup.js';
import { lastLabel, meansThisMachine, withoutDot } from '../names.js';

/**
 * The resolution of a lookup that is not for a name service. `undefined` for other lookups.
 *
 * `localhost` and the names under it are loopback addresses, and names under `invalid` do not
 * exist (RFC 6761). Names under `onion` are Tor's (RFC 7686). Services and protocols are those of
 * tables.
 *
 * @param {Lookup} lookup
 * @returns {Resolution | undefined}
 */
export function resolveSpecial(lookup) {
  const name = hostName(lookup);
  if (name === undefined) {
    const isHost = lookup.kind === 'host-by-address' || lookup.kind === 'name-of';
    return isHost ? undefined : { kind: 'not-found' };
  }
  if (meansThisMachine(name)) {
    const outcome = answerHost(lookup, withoutDot(name), [], ['::1', '127.0.0.1']);
    return { kind: 'ready', outcome };
  }
  const isSpecial = ['invalid', 'onion'].includes(lastLabel(name));
  return isSpecial ? { kind: 'not-found' } : undefined;
}
