/**
 * The host for runtimes that suspend a guest (JSPI): browsers, and Node from version 24.
 *
 * The output of `jco transpile --map 'winsock:async-lookup/*=winsock-async/jspi#*' --async-mode
 * jspi --async-imports 'winsock:async-lookup/completions@0.1.0#wait'` imports `lifecycle`,
 * `requests` and `completions` from here. {@link configure} says what they do. The lookups run on
 * the event loop of the guest's thread.
 *
 * @typedef {import('./session.js').Session} Session
 */

import { LookupEngine } from './engine.js';
import { HostError } from './errors.js';
import { asyncInterfaces } from './guest.js';

/** @type {Session | undefined} */
let current;

/**
 * Sets the session of the guest that imports its interfaces from this module. Call it before the
 * guest's first call.
 *
 * @param {import('./engine.js').EngineOptions} options
 * @returns {{ engine: LookupEngine, session: Session }}
 */
export function configure(options) {
  const engine = new LookupEngine(options);
  current = engine.session();
  return { engine, session: current };
}

function session() {
  if (!current) throw new HostError('ERR_WINSOCK_NOT_CONFIGURED', 'call `configure` of winsock-async/jspi before the guest runs');
  return current;
}

export const { lifecycle, requests, completions } = asyncInterfaces(session);
