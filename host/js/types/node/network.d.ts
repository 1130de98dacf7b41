/** Whether this machine has a public IPv6 address. */
export function hasPublicIpv6(): boolean;
