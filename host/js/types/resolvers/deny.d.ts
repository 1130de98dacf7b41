/**
 * Answers nothing: WSAEACCES to every lookup.
 *
 * @implements {Resolver}
 */
export class Deny implements Resolver {
    /** @returns {Resolution} */
    tryResolve(): Resolution;
}
export type Resolution = import("../resolver.js").Resolution;
export type Resolver = import("../resolver.js").Resolver;
