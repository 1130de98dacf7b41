/**
 * The questions of a lookup of a host: a name and a type each.
 *
 * @param {Lookup} lookup
 * @returns {{ name: string, type: number }[]}
 */
export function questionsOf(lookup: Lookup): {
    name: string;
    type: number;
}[];
/**
 * A query with one question, which asks for recursion. Its id is 0, so that caches of HTTP find
 * equal queries (RFC 8484, 4.1).
 *
 * @param {string} name A canonical name.
 * @param {number} type
 * @returns {Uint8Array}
 */
export function encodeQuery(name: string, type: number): Uint8Array;
/**
 * Reads a server's message in answer to a question.
 *
 * @param {Uint8Array} bytes
 * @param {{ name: string, type: number }} question
 * @returns {DnsResponse}
 * @throws {MalformedMessage}
 */
export function decodeResponse(bytes: Uint8Array, question: {
    name: string;
    type: number;
}): DnsResponse;
/**
 * What the answers of one question, or of one for each family, say of a lookup. If one family
 * fails, the outcome is what the other has. If both fail, it is the first of WSATRY_AGAIN,
 * WSANO_RECOVERY, WSANO_DATA and WSAHOST_NOT_FOUND (`S-A3`).
 *
 * @param {Lookup} lookup
 * @param {Outcome[]} outcomes One for each question.
 * @param {(addresses: string[]) => string[]} inOrder
 * @returns {Outcome}
 */
export function combine(lookup: Lookup, outcomes: Outcome[], inOrder: (addresses: string[]) => string[]): Outcome;
/**
 * What a response says of a question of a lookup.
 *
 * @param {Lookup} lookup
 * @param {{ name: string, type: number }} question
 * @param {DnsResponse} response
 * @returns {Outcome}
 */
export function readResponse(lookup: Lookup, question: {
    name: string;
    type: number;
}, { rcode, records }: DnsResponse): Outcome;
export namespace TYPE {
    let A: 1;
    let CNAME: 5;
    let PTR: 12;
    let AAAA: 28;
}
/**
 * A record of an answer. `data` is an address as text for A and AAAA, a name for CNAME and PTR.
 *
 * @typedef {{ name: string, type: number, data: string }} DnsRecord
 */
/**
 * A server's message: its code, and the records of its answer.
 *
 * @typedef {{ rcode: number, records: DnsRecord[] }} DnsResponse
 */
/** A message is malformed, or answers another question. */
export class MalformedMessage extends Error {
}
/**
 * Messages of DNS (RFC 1035), and what they say of a question.
 */
export type Lookup = import("../lookup.js").Lookup;
/**
 * Messages of DNS (RFC 1035), and what they say of a question.
 */
export type Outcome = import("../lookup.js").Outcome;
/**
 * A record of an answer. `data` is an address as text for A and AAAA, a name for CNAME and PTR.
 */
export type DnsRecord = {
    name: string;
    type: number;
    data: string;
};
/**
 * A server's message: its code, and the records of its answer.
 */
export type DnsResponse = {
    rcode: number;
    records: DnsRecord[];
};
