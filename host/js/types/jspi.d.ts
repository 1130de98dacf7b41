/**
 * Sets the session of the guest that imports its interfaces from this module. Call it before the
 * guest's first call.
 *
 * @param {import('./engine.js').EngineOptions} options
 * @returns {{ engine: LookupEngine, session: Session }}
 */
export function configure(options: import("./engine.js").EngineOptions): {
    engine: LookupEngine;
    session: Session;
};
export const lifecycle: {
    startup: () => void;
    cleanup: () => void;
};
export const requests: {
    asyncRequest: (query: import("../types/wit.js").Query, tag: bigint) => bigint;
    cancel: (handle: bigint) => void;
};
export const completions: {
    take: (max: number) => import("../types/wit.js").Completion[];
    wait: (timeout: bigint | undefined) => Promise<boolean>;
};
/**
 * The host for runtimes that suspend a guest (JSPI): browsers, and Node from version 24.
 *
 * The output of `jco transpile --map 'winsock:async-lookup/*=winsock-async/jspi#*' --async-mode
 * jspi --async-imports 'winsock:async-lookup/completions@0.1.0#wait'` imports `lifecycle`,
 * `requests` and `completions` from here. {@link configure} says what they do. The lookups run on
 * the event loop of the guest's thread.
 */
export type Session = import("./session.js").Session;
import { LookupEngine } from './engine.js';
