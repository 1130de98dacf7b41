/**
 * Cancellable, policed name lookups for WebAssembly components: sessions, policies, limits and
 * resolvers, for every JavaScript runtime.
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
