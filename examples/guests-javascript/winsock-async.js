// Lookups as promises. Copy this file into your program.
//
//     import { lookup } from './winsock-async.js';
//
//     const signal = AbortSignal.timeout(5000);
//     const answer = await lookup({ tag: 'host-by-name', val: bytes('localhost') }, { signal });
//     console.log(answer.val.name);

import * as completions from 'winsock:async-lookup/completions@0.1.0';
import * as lifecycle from 'winsock:async-lookup/lifecycle@0.1.0';
import * as requests from 'winsock:async-lookup/requests@0.1.0';

// The most completions that are taken at once.
const BATCH = 64;
// The longest time between two looks, in milliseconds.
const MAX_PAUSE = 10;

// The lookups that are under way, by their tags.
const pending = new Map();
let lastTag = 0n;
let started = false;

// When the last lookup began, and the timer of the next look.
let since = 0;
let timer;

/** Why there is no answer. `code` is the interface's name of the error, such as `'no-data'`. */
export class WinsockError extends Error {
  constructor(code) {
    super(code);
    this.name = 'WinsockError';
    this.code = code;
  }
}

/** The bytes of a name. */
export function bytes(name) {
  return new TextEncoder().encode(name);
}

/**
 * Starts a lookup, and returns a promise of the answer.
 *
 * If `signal` aborts, the request is cancelled at once, its completion never arrives, and the
 * promise is rejected with the signal's reason.
 */
export async function lookup(query, { signal } = {}) {
  signal?.throwIfAborted();
  if (!started) {
    call(() => lifecycle.startup());
    started = true;
  }
  const tag = ++lastTag;
  const handle = call(() => requests.asyncRequest(query, tag));
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(signal.reason);
      try {
        requests.cancel(handle);
        pending.delete(tag);
      } catch {
        // The resolver side is down, and the completion says so.
      }
    };
    signal?.addEventListener('abort', abort, { once: true });
    const end = (outcome) => {
      signal?.removeEventListener('abort', abort);
      if (outcome.tag === 'ok') resolve(outcome.val);
      else reject(new WinsockError(outcome.val));
    };
    pending.set(tag, end);
    since = Date.now();
    plan(0);
  });
}

/** Calls the interface, whose errors become those of this module. */
function call(function_) {
  try {
    return function_();
  } catch (error) {
    throw new WinsockError(error.payload);
  }
}

/** Looks for completions after a time, if one can come. Timers and `fetch` go on meanwhile. */
function plan(pause) {
  clearTimeout(timer);
  if (pending.size > 0) timer = setTimeout(look, pause);
}

/**
 * Takes the completions that have come. JavaScript's loop cannot be woken by the host, so looks
 * come an eighth of the lookups' time apart: that is the most by which an answer is late.
 */
function look() {
  const taken = completions.take(BATCH);
  for (const { tag, outcome } of taken) {
    pending.get(tag)(outcome);
    pending.delete(tag);
  }
  const waited = Date.now() - since;
  plan(taken.length === BATCH ? 0 : Math.min(waited / 8, MAX_PAUSE));
}
