// Transpiles components: `node transpile.mjs MODE OUTPUT COMPONENT...`, where MODE is `node` or
// `jspi`. Each component goes to OUTPUT/NAME/NAME.js.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { transpile } from '@bytecodealliance/jco';

const MODES = {
  node: {},
  jspi: {
    asyncMode: 'jspi',
    asyncImports: ['winsock:async-lookup/completions@0.1.0#wait'],
    asyncExports: ['wasi:cli/run@0.2.0#run'],
  },
};

const [mode, output, ...components] = process.argv.slice(2);
for (const component of components) {
  const name = basename(component, '.wasm');
  const { files } = await transpile(await readFile(component), {
    name,
    map: { 'winsock:async-lookup/*': `winsock-async/${mode}#*` },
    ...MODES[mode],
  });
  for (const [file, bytes] of Object.entries(files)) {
    const path = join(output, name, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
}
