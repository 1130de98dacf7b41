/**
 * Reads a pattern of names or addresses.
 *
 * @param {string} text
 * @returns {Pattern}
 * @throws {PatternError}
 */
export function parsePattern(text: string): Pattern;
/**
 * Shows a pattern in canonical form: `*.Example.COM.` is `*.example.com`.
 *
 * @param {Pattern} pattern
 * @returns {string}
 */
export function formatPattern(pattern: Pattern): string;
/**
 * The rules of a policy: the keys of the engine's policy file, without those on connections.
 *
 * @typedef {object} PolicyRules
 * @property {string[]} [allow] Names and addresses that may be looked up: `*`, `*.corp.example`,
 *   `www.example.com`, `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`.
 * @property {string[]} [allow-answers] Addresses that answers may also have.
 * @property {string[]} [deny-answers] Addresses that answers may not have.
 * @property {boolean} [allow-private] Whether answers may have every address of no public host.
 */
/**
 * A pattern of names or addresses.
 *
 * @typedef {{ kind: 'all' }
 *   | { kind: 'under', suffix: string }
 *   | { kind: 'name', name: string }
 *   | { kind: 'network', network: Network }} Pattern
 */
/**
 * The addresses with a prefix.
 *
 * @typedef {{ readonly ip: Ip, readonly prefix: number }} Network
 */
/**
 * Which hosts guests may look up, and which addresses their answers may have. Without rules, a
 * guest may look up no host, and answers have addresses of public hosts only.
 */
export class Policy {
    /**
     * @param {PolicyRules} [rules]
     * @throws {PatternError} The first malformed pattern.
     */
    constructor(rules?: PolicyRules);
    /**
     * Whether a host may be looked up by this name, in any spelling. A name that is an address is
     * judged as an address.
     *
     * @param {string} name
     * @returns {boolean}
     */
    allowsName(name: string): boolean;
    /**
     * Whether a host may be looked up by this name, which is in canonical form.
     *
     * @param {string} name
     * @returns {boolean}
     */
    allowsCanonical(name: string): boolean;
    /**
     * Whether this address, as text, may be looked up. An IPv6 address that carries IPv4 addresses
     * needs all of them allowed (`S-A5`).
     *
     * @param {string} address
     * @returns {boolean}
     */
    allowsAddress(address: string): boolean;
    /**
     * @param {Ip} ip
     * @returns {boolean}
     */
    allowsIp(ip: Ip): boolean;
    /**
     * Whether the answer to an allowed lookup may have this address.
     *
     * @param {Lookup} lookup
     * @param {Ip} ip
     * @returns {boolean}
     */
    allowsAnswer(lookup: Lookup, ip: Ip): boolean;
    #private;
}
/**
 * Why a text is no pattern.
 *
 * @typedef {'empty' | 'star' | 'not-a-name' | 'not-an-address' | 'brackets' | 'zone' | 'port'
 *   | 'prefix' | 'host-bits'} PatternProblem
 */
/** A text is no pattern. */
export class PatternError extends OptionError {
    /**
     * @param {PatternProblem} problem
     * @param {string} text
     * @param {string} [meant]
     */
    constructor(problem: PatternProblem, text: string, meant?: string);
    problem: PatternProblem;
}
/**
 * Which hosts a guest may look up, and which addresses its answers may have (`S-R16`).
 */
export type Ip = import("./address.js").Ip;
/**
 * Which hosts a guest may look up, and which addresses its answers may have (`S-R16`).
 */
export type Lookup = import("./lookup.js").Lookup;
/**
 * The rules of a policy: the keys of the engine's policy file, without those on connections.
 */
export type PolicyRules = {
    /**
     * Names and addresses that may be looked up: `*`, `*.corp.example`,
     * `www.example.com`, `192.0.2.7`, `192.0.2.0/24`, `2001:db8::/32`.
     */
    allow?: string[] | undefined;
    /**
     * Addresses that answers may also have.
     */
    "allow-answers"?: string[] | undefined;
    /**
     * Addresses that answers may not have.
     */
    "deny-answers"?: string[] | undefined;
    /**
     * Whether answers may have every address of no public host.
     */
    "allow-private"?: boolean | undefined;
};
/**
 * A pattern of names or addresses.
 */
export type Pattern = {
    kind: "all";
} | {
    kind: "under";
    suffix: string;
} | {
    kind: "name";
    name: string;
} | {
    kind: "network";
    network: Network;
};
/**
 * The addresses with a prefix.
 */
export type Network = {
    readonly ip: Ip;
    readonly prefix: number;
};
/**
 * Why a text is no pattern.
 */
export type PatternProblem = "empty" | "star" | "not-a-name" | "not-an-address" | "brackets" | "zone" | "port" | "prefix" | "host-bits";
import { OptionError } from './errors.js';
