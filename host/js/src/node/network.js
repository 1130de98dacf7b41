import { networkInterfaces } from 'node:os';

import { parseIp } from '../address.js';
import { special } from '../special.js';

/** Whether this machine has a public IPv6 address. */
export function hasPublicIpv6() {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => parseIp(address.replace(/%.*/, '')))
    .some((ip) => ip !== undefined && ip.bits === 128 && special(ip) === undefined);
}
