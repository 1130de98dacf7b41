/**
 * Answers as a script says. A lookup without a rule is not found.
 *
 * @implements {Resolver}
 */
export class Scripted implements Resolver {
    /**
     * @param {Script} script
     * @throws {OptionError} The first rule that is invalid.
     */
    constructor(script: Script);
    /**
     * @param {Lookup} lookup
     * @returns {Resolution}
     */
    tryResolve(lookup: Lookup): Resolution;
    /**
     * @param {Lookup} _
     * @param {ResolveOptions} options
     * @returns {Promise<Outcome>}
     */
    resolve(_: Lookup, { ticket, signal }: ResolveOptions): Promise<Outcome>;
    #private;
}
export type Transported = {
    transport: string | undefined;
    steps: Steps;
};
/**
 * Answers from a script, for tests: with delays, errors, and lookups that never end.
 */
export type ErrorCode = import("../errors.js").ErrorCode;
/**
 * Answers from a script, for tests: with delays, errors, and lookups that never end.
 */
export type Lookup = import("../lookup.js").Lookup;
/**
 * Answers from a script, for tests: with delays, errors, and lookups that never end.
 */
export type Outcome = import("../lookup.js").Outcome;
/**
 * Answers from a script, for tests: with delays, errors, and lookups that never end.
 */
export type Resolution = import("../resolver.js").Resolution;
/**
 * Answers from a script, for tests: with delays, errors, and lookups that never end.
 */
export type ResolveOptions = import("../resolver.js").ResolveOptions;
/**
 * Answers from a script, for tests: with delays, errors, and lookups that never end.
 */
export type Resolver = import("../resolver.js").Resolver;
/**
 * A rule of a script, with the keys of the engine's script files. It has exactly one of `host`,
 * `address`, `service`, `service-port`, `protocol` and `protocol-number`, which names the lookup.
 * It has the parts of an answer, or `error`. Rules for one lookup apply one after the other, and
 * the last one stays.
 */
export type Rule = {
    host?: string | undefined;
    address?: string | undefined;
    service?: string | undefined;
    "service-port"?: number | undefined;
    protocol?: string | undefined;
    "protocol-number"?: number | undefined;
    /**
     * The official name. Default: the name of the lookup.
     */
    name?: string | undefined;
    aliases?: string[] | undefined;
    /**
     * Default: the address of the lookup.
     */
    addresses?: string[] | undefined;
    /**
     * The protocol of a service, such as `tcp`.
     */
    transport?: string | undefined;
    port?: number | undefined;
    number?: number | undefined;
    /**
     * A Winsock name, such as `WSATRY_AGAIN`.
     */
    error?: string | undefined;
    /**
     * How long the lookup takes. Units: milliseconds.
     */
    "delay-ms"?: number | undefined;
    /**
     * The lookup does not end, and needs no answer.
     */
    never?: boolean | undefined;
    /**
     * The lookup is answered at once, inside the guest's call.
     */
    now?: boolean | undefined;
};
/**
 * A script: what a script file in TOML is as a JavaScript value.
 */
export type Script = {
    rule?: Rule[];
};
/**
 * How a lookup ends, and when. It can be cloned.
 */
export type Ticket = {
    outcome: Outcome;
    delayMs: number;
};
/**
 * What one rule does.
 */
export type Step = {
    outcome: (lookup: Lookup) => Outcome;
    isNow: boolean;
    /**
     * Infinity if the lookup does not end.
     */
    delayMs: number;
};
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
declare class Steps {
    /** @param {Step} step */
    push(step: Step): void;
    /** Takes the next step. The last step stays. */
    take(): Step;
    #private;
}
export {};
