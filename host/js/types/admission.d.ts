/** What an engine judges questions and answers by. */
export class Judge {
    /**
     * @param {Policy} policy
     * @param {string} hostName The name of the machine, for "".
     * @param {{ nameBytes: number, answerBytes: number }} limits
     */
    constructor(policy: Policy, hostName: string, { nameBytes, answerBytes }: {
        nameBytes: number;
        answerBytes: number;
    });
    /**
     * Checks a query: the question for the resolver, or the end of the request.
     *
     * @param {Query} query
     * @returns {{ lookup: Lookup } | { verdict: Verdict }}
     */
    check(query: Query): {
        lookup: Lookup;
    } | {
        verdict: Verdict;
    };
    /**
     * Judges an outcome of a resolver. The answer loses the addresses that the policy does not allow
     * (`S-R16`), and what is over the limit of bytes.
     *
     * @param {Lookup} lookup
     * @param {Outcome} outcome
     * @returns {Verdict}
     */
    verdict(lookup: Lookup, outcome: Outcome): Verdict;
    #private;
}
/**
 * Admission: checks a query, and applies the policy before a resolver sees it (`S-R16`).
 */
export type Query = import("../types/wit.js").Query;
/**
 * Admission: checks a query, and applies the policy before a resolver sees it (`S-R16`).
 */
export type Ip = import("./address.js").Ip;
/**
 * Admission: checks a query, and applies the policy before a resolver sees it (`S-R16`).
 */
export type ErrorCode = import("./errors.js").ErrorCode;
/**
 * Admission: checks a query, and applies the policy before a resolver sees it (`S-R16`).
 */
export type Lookup = import("./lookup.js").Lookup;
/**
 * Admission: checks a query, and applies the policy before a resolver sees it (`S-R16`).
 */
export type Outcome = import("./lookup.js").Outcome;
/**
 * Admission: checks a query, and applies the policy before a resolver sees it (`S-R16`).
 */
export type Policy = import("./policy.js").Policy;
/**
 * How a request ends. `isDenied`: the policy refuses.
 */
export type Verdict = {
    outcome: Outcome;
    isDenied: boolean;
};
