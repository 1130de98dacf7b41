/**
 * DNS over HTTPS.
 *
 * @typedef {import('../lookup.js').Lookup} Lookup
 * @typedef {import('../lookup.js').Outcome} Outcome
 * @typedef {import('../resolver.js').Resolution} Resolution
 * @typedef {import('../resolver.js').ResolveOptions} ResolveOptions
 * @typedef {import('../resolver.js').Resolver} Resolver
 */

import { OptionError } from '../errors.js';
import { failed } from '../lookup.js';
import { parseIp } from '../address.js';
import { withoutDot } from '../names.js';
import {
  combine,
  decodeResponse,
  encodeQuery,
  MalformedMessage,
  questionsOf,
  readResponse,
  TYPE,
} from './dns-message.js';
import { inOrder } from './order.js';
import { Permits } from './permits.js';
import { resolveSpecial } from './special.js';

/** The longest response. Units: bytes. */
const MAX_RESPONSE_BYTES = 65_535;
/** The longest response in JSON, which has its names several times. Units: bytes. */
const MAX_JSON_BYTES = 1 << 20;
/** The longest time that `setTimeout` takes. Units: milliseconds. */
const MAX_TIMER = 2 ** 31 - 1;

/**
 * @typedef {object} DohOptions
 * @property {string} url The server: `https:`, or `http:` to this machine.
 * @property {'wire' | 'json'} [form] The form of messages: RFC 8484, or JSON. Default: `wire`.
 * @property {number} [timeoutMs] How long a server may take for a question. Units: milliseconds.
 *   Default: 5,000.
 * @property {number} [maxQueries] Questions under way at a time, of all sessions. Further ones
 *   wait, and so do those of a session that has half of them. Default: 64.
 * @property {boolean} [hasIpv6] Whether this machine has a public IPv6 address, so that IPv6
 *   addresses come first. Default: it may have.
 * @property {typeof fetch} [fetch] Default: the platform's.
 */

/**
 * Asks a name server by DNS over HTTPS. `localhost` and the names under it are loopback, names
 * under `invalid` and `onion` are not found: no server is asked for these. No search list applies.
 *
 * A silent or busy server is WSATRY_AGAIN, one that refuses or is broken WSANO_RECOVERY (`S-R15`).
 * A cancel ends the query, and releases its permit at once. There is no cache besides that of HTTP.
 *
 * @implements {Resolver}
 */
export class Doh {
  #url;
  #form;
  #timeoutMs;
  #hasIpv6;
  #fetch;
  #permits;

  /** @param {DohOptions} options */
  constructor({ url, form = 'wire', timeoutMs = 5000, maxQueries = 64, ...options }) {
    this.#url = new URL(url);
    if (form !== 'wire' && form !== 'json') throw new OptionError(`there is no form \`${form}\``);
    const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(this.#url.hostname);
    if (this.#url.protocol !== 'https:' && !(this.#url.protocol === 'http:' && isHere)) {
      throw new OptionError(`${this.#url.origin} is not asked by HTTPS`);
    }
    if (!(typeof timeoutMs === 'number' && timeoutMs > 0)) {
      throw new OptionError('`timeoutMs` is above 0');
    }
    this.#form = form;
    this.#timeoutMs = Math.min(timeoutMs, MAX_TIMER);
    this.#hasIpv6 = options.hasIpv6;
    this.#fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    this.#permits = new Permits(maxQueries);
  }

  /**
   * @param {Lookup} lookup
   * @returns {Resolution}
   */
  tryResolve(lookup) {
    return resolveSpecial(lookup) ?? { kind: 'async' };
  }

  /**
   * @param {Lookup} lookup
   * @param {ResolveOptions} options
   * @returns {Promise<Outcome>}
   */
  async resolve(lookup, options) {
    const asked = questionsOf(lookup).map((question) => this.#ask(lookup, question, options));
    const outcomes = await Promise.all(asked);
    return combine(lookup, outcomes, (addresses) => inOrder(addresses, this.#hasIpv6));
  }

  /**
   * @param {Lookup} lookup
   * @param {{ name: string, type: number }} question
   * @param {ResolveOptions} options
   * @returns {Promise<Outcome>}
   */
  async #ask(lookup, question, { session, signal }) {
    if (!(await this.#permits.acquire(session, signal))) return failed('try-again');
    const controller = new AbortController();
    const abort = () => controller.abort();
    const timer = setTimeout(abort, this.#timeoutMs);
    signal.addEventListener('abort', abort, { once: true });
    try {
      // A cancel may have come since the permit was granted.
      if (signal.aborted) return failed('try-again');
      const response = await this.#fetchResponse(question, controller.signal);
      return typeof response === 'string'
        ? failed(response)
        : readResponse(lookup, question, response);
    } catch (error) {
      // `fetch` rejects if the server cannot be reached, or time is over.
      return failed(error instanceof MalformedMessage ? 'no-recovery' : 'try-again');
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      this.#permits.release(session);
    }
  }

  /**
   * @param {{ name: string, type: number }} question
   * @param {AbortSignal} signal
   * @returns {Promise<import('./dns-message.js').DnsResponse | 'try-again' | 'no-recovery'>}
   */
  async #fetchResponse(question, signal) {
    const isJson = this.#form === 'json';
    const url = new URL(this.#url);
    if (isJson) {
      url.searchParams.set('name', question.name);
      url.searchParams.set('type', `${question.type}`);
    } else {
      url.searchParams.set('dns', base64url(encodeQuery(question.name, question.type)));
    }
    const accept = isJson ? 'application/dns-json' : 'application/dns-message';
    const response = await this.#fetch(url, {
      headers: { accept },
      redirect: 'error',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal,
    });
    if (!response.ok) {
      await response.body?.cancel();
      return response.status >= 500 || response.status === 429 ? 'try-again' : 'no-recovery';
    }
    const type = response.headers.get('content-type')?.split(';')[0].trim().toLowerCase() ?? '';
    const types = isJson ? ['application/dns-json', 'application/json'] : [accept];
    if (!types.includes(type)) {
      await response.body?.cancel();
      return 'no-recovery';
    }
    const bytes = await body(response, isJson ? MAX_JSON_BYTES : MAX_RESPONSE_BYTES);
    return isJson ? readJson(bytes, question) : decodeResponse(bytes, question);
  }
}

/**
 * The body of a response. Ends the transfer of a longer one.
 *
 * @param {Response} response
 * @param {number} maxBytes
 * @returns {Promise<Uint8Array>}
 */
async function body(response, maxBytes) {
  if (!response.body) return new Uint8Array();
  const reader = response.body.getReader();
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > maxBytes) {
      await reader.cancel();
      throw new MalformedMessage('a response is too long');
    }
    chunks.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/**
 * Reads a response in JSON, as Google's and Cloudflare's servers have it.
 *
 * @param {Uint8Array} bytes
 * @param {{ name: string, type: number }} question
 * @returns {import('./dns-message.js').DnsResponse}
 */
export function readJson(bytes, question) {
  let read;
  try {
    read = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new MalformedMessage('no JSON');
  }
  const { Status: rcode, TC: isTruncated, Answer: answers = [] } = read ?? {};
  const isList = Array.isArray(answers) && answers.length <= 4096;
  if (!Number.isInteger(rcode) || isTruncated === true || !isList) {
    throw new MalformedMessage('no whole response');
  }
  const isRead = (/** @type {any} */ record) =>
    typeof record?.name === 'string' &&
    typeof record.data === 'string' &&
    (record.type === TYPE.CNAME ||
      (record.type === question.type && isData(record.type, record.data)));
  return { rcode, records: answers.filter(isRead) };
}

/**
 * @param {number} type
 * @param {string} data
 */
function isData(type, data) {
  if (type === TYPE.PTR) return withoutDot(data) !== '';
  return parseIp(data)?.bits === (type === TYPE.A ? 32 : 128);
}

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
