/**
 * Answers from a script, for tests: with delays, errors, and lookups that never end.
 *
 * @typedef {import('../errors.js').ErrorCode} ErrorCode
 * @typedef {import('../lookup.js').Lookup} Lookup
 * @typedef {import('../lookup.js').Outcome} Outcome
 * @typedef {import('../resolver.js').Resolution} Resolution
 * @typedef {import('../resolver.js').ResolveOptions} ResolveOptions
 * @typedef {import('../resolver.js').Resolver} Resolver
 */

import { formatIp, parseIp } from '../address.js';
import { ERROR_CODES, errorByWinsockName, OptionError, winsockError } from '../errors.js';
import { answerHost, checked, failed, found, missOf, shared } from '../lookup.js';
import { canonicalHost, lowerAscii, withoutDot } from '../names.js';

/**
 * A rule of a script, with the keys of the engine's script files. It has exactly one of `host`,
 * `address`, `service`, `service-port`, `protocol` and `protocol-number`, which names the lookup.
 * It has the parts of an answer, or `error`. Rules for one lookup apply one after the other, and
 * the last one stays.
 *
 * @typedef {object} Rule
 * @property {string} [host]
 * @property {string} [address]
 * @property {string} [service]
 * @property {number} [service-port]
 * @property {string} [protocol]
 * @property {number} [protocol-number]
 * @property {string} [name] The official name. Default: the name of the lookup.
 * @property {string[]} [aliases]
 * @property {string[]} [addresses] Default: the address of the lookup.
 * @property {string} [transport] The protocol of a service, such as `tcp`.
 * @property {number} [port]
 * @property {number} [number]
 * @property {string} [error] A Winsock name, such as `WSATRY_AGAIN`.
 * @property {number} [delay-ms] How long the lookup takes. Units: milliseconds.
 * @property {boolean} [never] The lookup does not end, and needs no answer.
 * @property {boolean} [now] The lookup is answered at once, inside the guest's call.
 */

/**
 * A script: what a script file in TOML is as a JavaScript value.
 *
 * @typedef {{ rule?: Rule[] }} Script
 */

/**
 * How a lookup ends, and when. It can be cloned.
 *
 * @typedef {{ outcome: Outcome, delayMs: number }} Ticket
 */

/**
 * What one rule does.
 *
 * @typedef {object} Step
 * @property {(lookup: Lookup) => Outcome} outcome
 * @property {boolean} isNow
 * @property {number} delayMs Infinity if the lookup does not end.
 */

/** The steps for one lookup, in the order of the script. */
class Steps {
  /** @type {Step[]} */
  #steps = [];
  #next = 0;

  /** @param {Step} step */
  push(step) {
    this.#steps.push(step);
  }

  /** Takes the next step. The last step stays. */
  take() {
    const step = this.#steps[this.#next];
    this.#next = Math.min(this.#next + 1, this.#steps.length - 1);
    return step;
  }
}

/**
 * Answers as a script says. A lookup without a rule is not found.
 *
 * @implements {Resolver}
 */
export class Scripted {
  /** By what the lookup asks for, without the transport. @type {Map<string, Transported[]>} */
  #rules = new Map();

  /**
   * @param {Script} script
   * @throws {OptionError} The first rule that is invalid.
   */
  constructor(script) {
    const unknown = Object.keys(script).find((key) => key !== 'rule');
    if (unknown !== undefined) throw new OptionError(`a script has no key \`${unknown}\``);
    (script.rule ?? []).forEach((rule, i) => {
      try {
        this.#add(rule);
      } catch (error) {
        throw new OptionError(`rule ${i + 1}: ${error instanceof Error ? error.message : error}`);
      }
    });
  }

  /** @param {Rule} rule */
  #add(rule) {
    const { key, transport, step } = parseRule(rule);
    const rules = this.#rules.get(key) ?? [];
    this.#rules.set(key, rules);
    let same = rules.find((other) => other.transport === transport);
    if (!same) {
      same = { transport, steps: new Steps() };
      rules.push(same);
    }
    same.steps.push(step);
  }

  /**
   * @param {Lookup} lookup
   * @returns {Resolution}
   */
  tryResolve(lookup) {
    const protocol = 'protocol' in lookup ? lookup.protocol : undefined;
    const asked = protocol && lowerAscii(protocol);
    const rules = this.#rules.get(keyOf(lookup)) ?? [];
    const rule = rules.find(
      ({ transport }) => transport === undefined || asked === undefined || transport === asked,
    );
    if (!rule) return { kind: 'not-found' };
    const step = rule.steps.take();
    const outcome = step.outcome(lookup);
    if (step.isNow) return { kind: 'ready', outcome };
    return { kind: 'async', ticket: { outcome, delayMs: step.delayMs } };
  }

  /**
   * @param {Lookup} _
   * @param {ResolveOptions} options
   * @returns {Promise<Outcome>}
   */
  resolve(_, { ticket, signal }) {
    const { outcome, delayMs } = /** @type {Ticket} */ (ticket);
    if (delayMs === 0) return Promise.resolve(outcome);
    return new Promise((resolve) => {
      /** @type {ReturnType<typeof setTimeout> | undefined} */
      let timer;
      const end = () => {
        clearTimeout(timer);
        resolve(outcome);
      };
      signal.addEventListener('abort', end, { once: true });
      if (delayMs !== Infinity) timer = setTimeout(end, Math.min(delayMs, 2 ** 31 - 1));
    });
  }
}

/** @typedef {{ transport: string | undefined, steps: Steps }} Transported */

/** @param {Lookup} lookup */
function keyOf(lookup) {
  switch (lookup.kind) {
    case 'host-by-name':
    case 'addresses':
      return `host ${withoutDot(lookup.name)}`;
    case 'host-by-address':
    case 'name-of':
      return `address ${lookup.address}`;
    case 'service-by-name':
      return `service ${lowerAscii(lookup.name)}`;
    case 'service-by-port':
      return `service-port ${lookup.port}`;
    case 'protocol-by-name':
      return `protocol ${lowerAscii(lookup.name)}`;
    case 'protocol-by-number':
      return `protocol-number ${lookup.number}`;
  }
}

const LOOKUPS = /** @type {const} */ ([
  'host',
  'address',
  'service',
  'service-port',
  'protocol',
  'protocol-number',
]);
const TIMINGS = /** @type {const} */ (['now', 'never', 'delay-ms']);
const PARTS = /** @type {const} */ ([
  'name',
  'aliases',
  'addresses',
  'transport',
  'port',
  'number',
]);

/** @type {Record<string, (value: unknown) => boolean>} */
const TYPES = {
  host: isText,
  address: isAddress,
  service: isText,
  'service-port': (value) => isInteger(value, 0, 65_535),
  protocol: isText,
  'protocol-number': (value) => isInteger(value, -(2 ** 31), 2 ** 31 - 1),
  name: isText,
  aliases: (value) => Array.isArray(value) && value.every(isText),
  addresses: (value) => Array.isArray(value) && value.every(isAddress),
  transport: isText,
  port: (value) => isInteger(value, 0, 65_535),
  number: (value) => isInteger(value, -(2 ** 31), 2 ** 31 - 1),
  error: (value) => isText(value) && errorByWinsockName(/** @type {string} */ (value)) !== undefined,
  'delay-ms': (value) => isInteger(value, 0, Number.MAX_SAFE_INTEGER),
  never: (value) => typeof value === 'boolean',
  now: (value) => typeof value === 'boolean',
};

/** @param {unknown} value */
function isText(value) {
  return typeof value === 'string';
}

/** @param {unknown} value */
function isAddress(value) {
  return typeof value === 'string' && parseIp(value) !== undefined;
}

/**
 * @param {unknown} value
 * @param {number} min
 * @param {number} max
 */
function isInteger(value, min, max) {
  return Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
}

/**
 * @param {Rule} rule
 * @returns {{ key: string, transport: string | undefined, step: Step }}
 */
function parseRule(rule) {
  for (const [key, value] of Object.entries(rule)) {
    if (!Object.hasOwn(TYPES, key)) throw new OptionError(`a rule has no key \`${key}\``);
    if (!TYPES[key](value)) {
      const errors = ERROR_CODES.map((code) => winsockError(code).name).join(', ');
      const hint = key === 'error' ? `; expected one of ${errors}` : '';
      throw new OptionError(`\`${key}\` cannot be ${JSON.stringify(value)}${hint}`);
    }
  }
  const lookups = LOOKUPS.filter((key) => rule[key] !== undefined);
  if (lookups.length !== 1) throw new OptionError(`a rule has exactly one of ${LOOKUPS.join(', ')}`);
  const timings = TIMINGS.filter((key) => rule[key] !== undefined && rule[key] !== false);
  if (timings.length > 1) throw new OptionError('a rule has at most one of now, never and delay-ms');
  const [kind] = lookups;
  const transport = kind.startsWith('service') ? rule.transport : undefined;
  /** @type {Step} */
  const step = {
    outcome: outcomeOf(kind, rule),
    isNow: rule.now ?? false,
    delayMs: rule.never ? Infinity : (rule['delay-ms'] ?? 0),
  };
  return { key: ruleKey(kind, rule), transport: transport && lowerAscii(transport), step };
}

/**
 * @param {typeof LOOKUPS[number]} kind
 * @param {Rule} rule
 */
function ruleKey(kind, rule) {
  const text = `${rule[kind]}`;
  if (kind === 'host') {
    const host = canonicalHost(text);
    if (host?.kind !== 'name') throw new OptionError(`${JSON.stringify(text)} is not a host name`);
    return `host ${withoutDot(host.name)}`;
  }
  if (kind === 'address') {
    return `address ${formatIp(/** @type {import('../address.js').Ip} */ (parseIp(text)))}`;
  }
  return `${kind} ${lowerAscii(text)}`;
}

/**
 * What a lookup with this rule ends with.
 *
 * @param {typeof LOOKUPS[number]} kind
 * @param {Rule} rule
 * @returns {(lookup: Lookup) => Outcome}
 */
function outcomeOf(kind, rule) {
  const given = PARTS.filter((part) => rule[part] !== undefined);
  const needs = (/** @type {string[]} */ ...parts) => {
    const missing = parts.find((part) => rule[/** @type {keyof Rule} */ (part)] === undefined);
    if (missing !== undefined) throw new OptionError(`the answer needs \`${missing}\``);
  };
  const allows = (/** @type {string[]} */ ...parts) => {
    const unused = given.find((part) => !parts.includes(part));
    if (unused !== undefined) throw new OptionError(`\`${unused}\` has no meaning in this rule`);
  };
  const transports = kind.startsWith('service') ? ['transport'] : [];
  if (rule.error !== undefined) {
    allows(...transports);
    const error = /** @type {ErrorCode} */ (errorByWinsockName(rule.error));
    return () => failed(error);
  }
  // A transport alone says which lookup ends never.
  if (rule.never && given.every((part) => transports.includes(part))) {
    return (lookup) => failed(missOf(lookup));
  }
  const name = rule.name ?? `${rule[kind]}`;
  const aliases = rule.aliases ?? [];
  switch (kind) {
    case 'host':
    case 'address': {
      needs(kind === 'host' ? 'addresses' : 'name');
      allows('name', 'aliases', 'addresses');
      const addresses = rule.addresses ?? [/** @type {string} */ (rule.address)];
      if (addresses.length === 0) throw new OptionError('the answer needs `addresses`');
      return (lookup) => answerHost(lookup, name, aliases, addresses);
    }
    case 'service':
    case 'service-port': {
      needs('transport', kind === 'service' ? 'port' : 'name');
      allows('name', 'aliases', 'transport', kind === 'service' ? 'port' : 'transport');
      const port = /** @type {number} */ (rule.port ?? rule['service-port']);
      const protocol = /** @type {string} */ (rule.transport);
      const service = shared({ name, aliases, port, protocol });
      return (lookup) => checked(lookup, found({ tag: 'service', val: service }));
    }
    case 'protocol':
    case 'protocol-number': {
      needs(kind === 'protocol' ? 'number' : 'name');
      allows('name', 'aliases', kind === 'protocol' ? 'number' : 'name');
      const number = /** @type {number} */ (rule.number ?? rule['protocol-number']);
      const protocol = shared({ name, aliases, number });
      return (lookup) => checked(lookup, found({ tag: 'protocol', val: protocol }));
    }
  }
}
