/**
 * Cancellable, policed name lookups for WebAssembly components: sessions, policies, limits and
 * resolvers, for every JavaScript runtime.
 */

/**
 * @typedef {import('../types/wit.js').Answer} Answer
 * @typedef {import('../types/wit.js').Completion} Completion
 * @typedef {import('../types/wit.js').ErrorCode} ErrorCode
 * @typedef {import('../types/wit.js').Query} Query
 * @typedef {import('./engine.js').EngineOptions} EngineOptions
 * @typedef {import('./engine.js').Event} Event
 * @typedef {import('./limits.js').Limits} Limits
 * @typedef {import('./lookup.js').Lookup} Lookup
 * @typedef {import('./lookup.js').Outcome} Outcome
 * @typedef {import('./policy.js').PolicyRules} PolicyRules
 * @typedef {import('./resolver.js').Resolution} Resolution
 * @typedef {import('./resolver.js').ResolveOptions} ResolveOptions
 * @typedef {import('./resolver.js').Resolver} Resolver
 * @typedef {import('./resolvers/doh.js').DohOptions} DohOptions
 * @typedef {import('./resolvers/script.js').Script} Script
 * @typedef {import('./resolvers/tables.js').TableTexts} TableTexts
 * @typedef {import('./stats.js').RequestStats} RequestStats
 */

export { answerHost, failed, found } from './lookup.js';
export { Chain } from './resolvers/chain.js';
export { Deny } from './resolvers/deny.js';
export { Doh } from './resolvers/doh.js';
export { LookupEngine } from './engine.js';
export { Policy, PatternError } from './policy.js';
export { Scripted } from './resolvers/script.js';
export { Session } from './session.js';
export { Tables } from './resolvers/tables.js';
export { HostError, OptionError, WinsockError, winsockError } from './errors.js';
export { asyncImports, imports } from './guest.js';
