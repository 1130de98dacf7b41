/**
 * Builds the resolvers, as one that asks them in order.
 *
 * @param {Description[]} descriptions
 * @returns {Promise<Resolver>}
 */
export function buildResolver(descriptions: Description[]): Promise<Resolver>;
/**
 * What a resolver is. The resolver of `module` is what the default export of that module returns
 * for `options`.
 *
 * @typedef {{ kind: 'tables' } & import('../resolvers/tables.js').TableTexts
 *   | { kind: 'system-tables' }
 *   | { kind: 'system' }
 *   | { kind: 'dns' } & import('./dns.js').NodeDnsOptions
 *   | { kind: 'doh' } & Omit<import('../resolvers/doh.js').DohOptions, 'fetch'>
 *   | { kind: 'script', script: import('../resolvers/script.js').Script }
 *   | { kind: 'deny' }
 *   | { kind: 'module', url: string, options?: unknown }} Description
 */
/** The tables of this machine, and then its name service. @type {Description[]} */
export const DEFAULT_RESOLVERS: Description[];
/**
 * Resolvers from descriptions, which can be sent to another thread.
 */
export type Resolver = import("../resolver.js").Resolver;
/**
 * What a resolver is. The resolver of `module` is what the default export of that module returns
 * for `options`.
 */
export type Description = ({
    kind: "tables";
} & import("../resolvers/tables.js").TableTexts) | {
    kind: "system-tables";
} | {
    kind: "system";
} | ({
    kind: "dns";
} & import("./dns.js").NodeDnsOptions) | ({
    kind: "doh";
} & Omit<import("../resolvers/doh.js").DohOptions, "fetch">) | {
    kind: "script";
    script: import("../resolvers/script.js").Script;
} | {
    kind: "deny";
} | {
    kind: "module";
    url: string;
    options?: unknown;
};
