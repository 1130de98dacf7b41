/**
 * A checked question: its names are well-formed, and the policy allows it. Host names are in
 * canonical form, with a trailing dot if the guest gave one. Addresses are text. A lookup can be
 * cloned, and so sent to another thread.
 *
 * @typedef {{ kind: 'host-by-name', name: string }
 *   | { kind: 'host-by-address', address: string }
 *   | { kind: 'service-by-name', name: string, protocol?: string }
 *   | { kind: 'service-by-port', port: number, protocol?: string }
 *   | { kind: 'protocol-by-name', name: string }
 *   | { kind: 'protocol-by-number', number: number }
 *   | { kind: 'addresses', name: string, family?: AddressFamily }
 *   | { kind: 'name-of', address: string }} Lookup
 */
/**
 * The end of a lookup: an answer or an error.
 *
 * @typedef {{ tag: 'ok', val: Answer } | { tag: 'err', val: ErrorCode }} Outcome
 */
/**
 * @param {Answer} answer
 * @returns {Outcome}
 */
export function found(answer: Answer): Outcome;
/**
 * @param {ErrorCode} error
 * @returns {Outcome}
 */
export function failed(error: ErrorCode): Outcome;
/**
 * An entry that the answers of all sessions share. No caller can change it for the others.
 *
 * @template {{ aliases: string[] }} T
 * @param {T} entry
 * @returns {T}
 */
export function shared<T extends {
    aliases: string[];
}>(entry: T): T;
/**
 * The error of a lookup that finds nothing: `host-not-found` for hosts (`S-R15`), `no-data` for
 * services and protocols (`S-R12`).
 *
 * @param {Lookup} lookup
 * @returns {ErrorCode}
 */
export function missOf(lookup: Lookup): ErrorCode;
/**
 * The name of the host that a lookup is for. `undefined` for a lookup of anything else.
 *
 * @param {Lookup} lookup
 * @returns {string | undefined}
 */
export function hostName(lookup: Lookup): string | undefined;
/**
 * The families of the addresses that a lookup asks for.
 *
 * @param {Lookup} lookup
 * @returns {AddressFamily[]}
 */
export function familiesOf(lookup: Lookup): AddressFamily[];
/**
 * Makes the answer to a lookup from a host's names and addresses, which are text. The answer has
 * the addresses of the families that the lookup asks for. Without one it is `no-data` (`S-A2`).
 *
 * @param {Lookup} lookup
 * @param {string} name
 * @param {Iterable<string>} aliases
 * @param {Iterable<string>} addresses
 * @returns {Outcome}
 */
export function answerHost(lookup: Lookup, name: string, aliases: Iterable<string>, addresses: Iterable<string>): Outcome;
/**
 * Checks an outcome of a resolver. A malformed outcome and an answer of another kind are
 * `no-recovery`, a host without an address is `no-data` (`S-R15`).
 *
 * @param {Lookup} lookup
 * @param {Outcome} outcome
 * @returns {Outcome}
 */
export function checked(lookup: Lookup, outcome: Outcome): Outcome;
/**
 * An answer without the addresses that `isAllowed` refuses. `undefined` if none is left. An answer
 * that keeps all its addresses is not copied.
 *
 * @param {Answer} answer
 * @param {(ip: import('./address.js').Ip) => boolean} isAllowed
 * @returns {Answer | undefined}
 */
export function withoutForbidden(answer: Answer, isAllowed: (ip: import("./address.js").Ip) => boolean): Answer | undefined;
/**
 * Bytes of memory that an answer holds, as the engine counts them.
 *
 * @param {Answer} answer
 * @returns {number}
 */
export function answerBytes(answer: Answer): number;
/**
 * An answer that holds at most `maxBytes`. It loses its last addresses except the first one, and
 * then its last aliases. `no-recovery` if that is not enough.
 *
 * @param {Answer} answer
 * @param {number} maxBytes
 * @returns {Outcome}
 */
export function trimmed(answer: Answer, maxBytes: number): Outcome;
/**
 * What a lookup asks for, as a person reads it: a name, an address, or a number.
 *
 * @param {Lookup} lookup
 * @returns {string}
 */
export function describe(lookup: Lookup): string;
/**
 * A checked question: its names are well-formed, and the policy allows it. Host names are in
 * canonical form, with a trailing dot if the guest gave one. Addresses are text. A lookup can be
 * cloned, and so sent to another thread.
 */
export type Lookup = {
    kind: "host-by-name";
    name: string;
} | {
    kind: "host-by-address";
    address: string;
} | {
    kind: "service-by-name";
    name: string;
    protocol?: string;
} | {
    kind: "service-by-port";
    port: number;
    protocol?: string;
} | {
    kind: "protocol-by-name";
    name: string;
} | {
    kind: "protocol-by-number";
    number: number;
} | {
    kind: "addresses";
    name: string;
    family?: AddressFamily;
} | {
    kind: "name-of";
    address: string;
};
/**
 * The end of a lookup: an answer or an error.
 */
export type Outcome = {
    tag: "ok";
    val: Answer;
} | {
    tag: "err";
    val: ErrorCode;
};
/**
 * Checked questions, and their answers.
 */
export type Answer = import("../types/wit.js").Answer;
/**
 * Checked questions, and their answers.
 */
export type AddressFamily = import("../types/wit.js").AddressFamily;
/**
 * Checked questions, and their answers.
 */
export type ErrorCode = import("./errors.js").ErrorCode;
