// Serves the page on loopback: `node serve.mjs [PORT]`.
//
// Transpiles the example guest `lookup` first, which `cargo xtask guests` builds. MODULES is the
// directory of packages. Default: `node_modules` beside this file.
//
// The server has a name server of its own at `/dns`, in the JSON form. It knows names under `test`:
// `slow-N.test` takes N milliseconds, `never.test` and `stuck.test` never end, `missing.test` does
// not exist, `busy.test` fails, and every other name is there.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const modules = process.env.MODULES ?? join(here, 'node_modules');
const shim = join(modules, '@bytecodealliance/preview2-shim/dist');

/** The folders that are served, by the beginning of the path. The first that matches counts. */
const FOLDERS = [
  ['/winsock-async/', join(root, 'host/js/src')],
  ['/preview2-shim/', shim],
  ['/', here],
];
const PAGE = ['/index.html', '/page.js', '/timeline.js', '/style.css'];
const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** The guest's files, by name. */
async function transpileGuest() {
  const jco = await import(pathToFileURL(join(modules, '@bytecodealliance/jco/dist/api.js')).href);
  const component = await readFile(join(root, 'target/guests/lookup.wasm'));
  const { files } = await jco.transpile(component, {
    name: 'lookup',
    instantiation: 'async',
    asyncMode: 'jspi',
    asyncImports: ['winsock:async-lookup/completions@0.1.0#wait'],
    asyncExports: ['wasi:cli/run@0.2.0#run'],
    noTypescript: true,
  });
  return files;
}

/** What the page's own name server says of a question. `undefined`: nothing, ever. */
function answer(name, type) {
  const [label] = name.split('.');
  if (['never', 'stuck'].includes(label)) return undefined;
  if (label === 'busy') return { Status: 2 };
  if (label === 'missing' || !name.endsWith('.test')) return { Status: 3 };
  const data = { 1: '192.0.2.7', 28: '2001:db8::7' }[type];
  return { Status: 0, Answer: data ? [{ name, type, TTL: 60, data }] : [] };
}

function serveDns(parameters, response) {
  const name = (parameters.get('name') ?? '').toLowerCase();
  const found = answer(name, Number(parameters.get('type')));
  if (!found) return;
  const delay = Number(/^slow-([0-9]{1,5})\./.exec(name)?.[1] ?? 0);
  setTimeout(() => {
    response.writeHead(200, { 'content-type': 'application/dns-json' });
    response.end(JSON.stringify(found));
  }, delay);
}

async function fileOf(pathname, guest) {
  const name = pathname === '/' ? '/index.html' : normalize(pathname);
  if (name.startsWith('/guest/')) return guest[name.slice('/guest/'.length)];
  const [prefix, folder] = FOLDERS.find(([start]) => name.startsWith(start));
  if (prefix === '/' && !PAGE.includes(name)) return undefined;
  return readFile(join(folder, name.slice(prefix.length))).catch(() => undefined);
}

const guest = await transpileGuest();
const server = createServer(async (request, response) => {
  const base = 'http://127.0.0.1';
  // Such as `//`.
  if (!URL.canParse(request.url, base)) {
    response.writeHead(400, { 'content-type': 'text/plain' });
    return response.end('not a URL');
  }
  const { pathname, searchParams } = new URL(request.url, base);
  if (pathname === '/dns') return serveDns(searchParams, response);
  const bytes = await fileOf(pathname, guest);
  const type = TYPES[extname(pathname)] ?? TYPES['.html'];
  response.writeHead(bytes ? 200 : 404, { 'content-type': bytes ? type : 'text/plain' });
  response.end(bytes ?? 'not found');
});
server.listen(Number(process.argv[2] ?? 8000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
