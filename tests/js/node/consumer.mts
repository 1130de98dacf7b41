// What a program in TypeScript writes: its types are checked, and it never runs.

import { Chain, Doh, imports, Policy, type Event, type Lookup, type Resolver } from 'winsock-async';
import { configure as configureJspi } from 'winsock-async/jspi';
import type { DohOptions, RequestStats, TableTexts } from 'winsock-async';
import { blockingEngine, configure, NodeDns, PatternError, WinsockError } from 'winsock-async/node';
import type { BlockingOptions, Description, NodeDnsOptions } from 'winsock-async/node';

const observer = (event: Event) => {
  if (event.type !== 'completion' || event.outcome.tag !== 'ok') return;
  const answer = event.outcome.val;
  if (answer.tag === 'host') answer.val.addresses.at(0)?.toFixed();
};
const { session } = await configure({
  policy: { allow: ['a.test'], 'allow-private': true },
  limits: { maxRequests: 1 },
  resolvers: [{ kind: 'doh', url: 'https://dns.test/', form: 'json' }, { kind: 'system' }],
  observer,
});
const handle: bigint = session.request({ tag: 'host-by-name', val: new Uint8Array() }, 0n);
try {
  session.cancel(handle);
} catch (error) {
  if (error instanceof WinsockError) `${error.code} ${error.errno.toFixed()}`;
  if (error instanceof PatternError) error.problem satisfies string;
}
const mine: Resolver = {
  tryResolve: (lookup: Lookup) => ({ kind: lookup.kind === 'name-of' ? 'not-found' : 'async' }),
  resolve: async () => ({ tag: 'err', val: 'try-again' }),
};
configureJspi({ resolver: new Chain([mine, new NodeDns()]), policy: new Policy() });
const texts: TableTexts = { hosts: '192.0.2.1 a.test' };
const asked: DohOptions = { url: 'https://dns.test/' };
const servers: NodeDnsOptions = { servers: ['192.0.2.1'] };
const resolvers: Description[] = [{ kind: 'tables', ...texts }, { kind: 'dns', ...servers }];
const options: BlockingOptions = { resolvers, limits: { maxRate: { perSecond: 1, burst: 2 } } };
const engine = await blockingEngine(options);
const stats: RequestStats = engine.stats();
new Doh({ ...asked, timeoutMs: stats.pending + 1 });
imports(engine.session())['winsock:async-lookup/requests'].cancel(1n);

// @ts-expect-error There is no such limit.
await configure({ limits: { maxRequest: 1 } });
// @ts-expect-error There is no such form.
new Doh({ url: 'https://dns.test/', form: 'xml' });
