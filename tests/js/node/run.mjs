// Runs a transpiled guest: `node run.mjs MODE GUEST.js OPTIONS ARGUMENT...`, where MODE is `node`
// or `jspi`, and OPTIONS are those of `configure` as JSON.
//
// At the end it writes the statistics of the session, and how many requests are left, as one line
// of JSON to file descriptor 3. The exit status is 0 if the guest returned, or ended itself with
// status 0.

import { writeSync } from 'node:fs';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';

import { _setArgs, _setEnv } from '@bytecodealliance/preview2-shim/cli';
import { buildResolver } from 'winsock-async/node';
import * as blocking from 'winsock-async/node';
import * as jspi from 'winsock-async/jspi';

// The code of jco reads this in each call, and the machine's own is slow to read.
process.env = { ...process.env };

const [mode, guest, options, ...args] = process.argv.slice(2);
const { resolvers, ...rest } = JSON.parse(options);
const { engine, session } =
  mode === 'node'
    ? await blocking.configure({ resolvers, ...rest })
    : jspi.configure({ resolver: await buildResolver(resolvers), ...rest });
_setEnv({});
_setArgs([basename(guest, '.js'), ...args]);

process.on('exit', () => {
  session.close();
  const report = { stats: session.stats(), outstanding: engine.outstanding };
  writeSync(3, `${JSON.stringify(report)}\n`);
});

const { run } = await import(pathToFileURL(guest).href);
await run.run();
process.exit(0);
