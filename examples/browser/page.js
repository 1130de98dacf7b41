// Looks names up by DNS over HTTPS, and shows each request as a row of a timeline.
//
// The page asks in a session of its own. It can also run the example guest `lookup.wasm`, which
// JSPI suspends while it waits.

import { _setArgs, _setStdout } from '@bytecodealliance/preview2-shim/cli';
import { WASIShim } from '@bytecodealliance/preview2-shim/instantiation';
import { asyncImports, Doh, LookupEngine, winsockError } from 'winsock-async';

import { Timeline } from '/timeline.js';

const find = (id) => document.getElementById(id);
const [form, names, doh, deadline, timeout] = ['form', 'names', 'doh', 'deadline', 'timeout'].map(find);
const [message, output, run] = ['message', 'output', 'run'].map(find);
const timeline = new Timeline(find('rows'), find('axis'));

doh.value = new URL(location.href).searchParams.get('doh') ?? '/dns';

/** An engine with the settings of the form. Its requests are rows. */
function engineOf(owner, cancel) {
  const rows = new Map();
  const resolver = new Doh({ url: new URL(doh.value, location.href).href, form: 'json' });
  return new LookupEngine({
    resolver,
    policy: { allow: ['*'], 'allow-private': true },
    limits: { requestTimeoutMs: Number(deadline.value) },
    observer: (event) => {
      switch (event.type) {
        case 'request': {
          const { handle } = event;
          const onCancel = cancel && (() => cancel(handle));
          rows.set(handle, timeline.begin(nameOf(event.query), owner, onCancel));
          break;
        }
        case 'completion':
          rows.get(event.handle).finish(...shown(event.outcome));
          break;
        case 'cancel':
          rows.get(event.handle).finish('cancelled', 'cancelled: no completion will come');
      }
    },
  });
}

/** The name that a query is for. */
function nameOf({ val }) {
  return new TextDecoder().decode(val.name ?? val);
}

/** The state of a row, and its text. */
function shown({ tag, val }) {
  if (tag === 'err') {
    const { name, number } = winsockError(val);
    return ['failed', `${name} (${number})`];
  }
  const { addresses } = val.val;
  return ['answered', Array.from(addresses, textOf).join(', ')];
}

/** An address as text. */
function textOf(address) {
  const ipv4 = typeof address === 'number' ? address : address.val;
  if (typeof address === 'number' || address.tag === 'ipv4') {
    return [24, 16, 8, 0].map((shift) => (ipv4 >>> shift) & 0xff).join('.');
  }
  const hex = address.val.map((half) => half.toString(16).padStart(16, '0')).join('');
  // The parser of URLs shortens it.
  return new URL(`http://[${hex.match(/.{4}/g).join(':')}]`).hostname.slice(1, -1);
}

function asked() {
  return names.value.split(/\s+/).filter((name) => name !== '');
}

/** Asks for all names at once, in a session of the page's own. */
async function lookUp() {
  const cancel = (handle) => {
    try {
      session.cancel(handle);
    } catch (error) {
      message.textContent = `Too late: ${error.message}`;
    }
  };
  const engine = engineOf('this page', cancel);
  const session = engine.session();
  session.startup();
  for (const name of asked()) {
    const query = { name: new TextEncoder().encode(name) };
    session.request({ tag: 'addresses', val: query }, 0n);
  }
  while (await session.waitAsync()) session.take(64);
  engine.close();
}

/** Runs the guest, which asks for all names at once and cancels what is pending after a time. */
async function runGuest() {
  if (!('Suspending' in WebAssembly)) {
    throw new Error('this browser has no JSPI (WebAssembly.Suspending), which the guest needs');
  }
  const { instantiate } = await import('/guest/lookup.js');
  const module = (path) => WebAssembly.compileStreaming(fetch(`/guest/${path}`));
  const engine = engineOf('lookup.wasm');
  const decoder = new TextDecoder();
  output.textContent = '';
  _setStdout({ write: (bytes) => output.append(decoder.decode(bytes, { stream: true })) });
  _setArgs(['lookup', '--timeout', timeout.value, ...asked().map((name) => `ip:${name}`)]);
  const wasi = new WASIShim().getImportObject();
  try {
    const guest = await instantiate(module, { ...wasi, ...asyncImports(engine.session()) });
    await guest.run.run();
  } catch (error) {
    // The guest ends itself with a status: 1 if a lookup failed.
    if (!error.exitError) throw error;
  } finally {
    engine.close();
  }
}

/** Runs something, and shows what went wrong. */
async function showing(what) {
  message.textContent = '';
  if (!timeline.isBusy) timeline.clear();
  try {
    await what();
  } catch (error) {
    message.textContent = error.message;
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  showing(lookUp);
});

run.addEventListener('click', async () => {
  if (!form.reportValidity()) return;
  run.disabled = true;
  await showing(runGuest);
  run.disabled = false;
});

find('clear').addEventListener('click', () => {
  if (!timeline.isBusy) timeline.clear();
  output.textContent = '';
});

document.body.dataset.ready = '';
