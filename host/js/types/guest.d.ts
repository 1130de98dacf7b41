/**
 * The interfaces of a session whose `wait` blocks the thread.
 *
 * @param {() => Session} session Called in each call of the guest.
 */
export function interfaces(session: () => Session): {
    completions: {
        take: (max: number) => import("../types/wit.js").Completion[];
        wait: (timeout: bigint | undefined) => boolean;
    };
    lifecycle: {
        startup: () => void;
        cleanup: () => void;
    };
    requests: {
        asyncRequest: (query: import("../types/wit.js").Query, tag: bigint) => bigint;
        cancel: (handle: bigint) => void;
    };
};
/**
 * The interfaces of a session whose `wait` returns a promise: for `--async-mode jspi`.
 *
 * @param {() => Session} session Called in each call of the guest.
 */
export function asyncInterfaces(session: () => Session): {
    completions: {
        take: (max: number) => import("../types/wit.js").Completion[];
        wait: (timeout: bigint | undefined) => Promise<boolean>;
    };
    lifecycle: {
        startup: () => void;
        cleanup: () => void;
    };
    requests: {
        asyncRequest: (query: import("../types/wit.js").Query, tag: bigint) => bigint;
        cancel: (handle: bigint) => void;
    };
};
/**
 * The imports of a guest that was transpiled with `--instantiation`. Its `wait` blocks the thread.
 *
 * @param {Session} session
 */
export function imports(session: Session): {
    "winsock:async-lookup/completions": {
        take: (max: number) => import("../types/wit.js").Completion[];
        wait: (timeout: bigint | undefined) => boolean;
    };
    "winsock:async-lookup/lifecycle": {
        startup: () => void;
        cleanup: () => void;
    };
    "winsock:async-lookup/requests": {
        asyncRequest: (query: import("../types/wit.js").Query, tag: bigint) => bigint;
        cancel: (handle: bigint) => void;
    };
};
/**
 * The imports of a guest that was transpiled with `--instantiation` and `--async-mode jspi`. Its
 * `wait` lets the thread run.
 *
 * @param {Session} session
 */
export function asyncImports(session: Session): {
    "winsock:async-lookup/completions": {
        take: (max: number) => import("../types/wit.js").Completion[];
        wait: (timeout: bigint | undefined) => Promise<boolean>;
    };
    "winsock:async-lookup/lifecycle": {
        startup: () => void;
        cleanup: () => void;
    };
    "winsock:async-lookup/requests": {
        asyncRequest: (query: import("../types/wit.js").Query, tag: bigint) => bigint;
        cancel: (handle: bigint) => void;
    };
};
/**
 * The interfaces of `winsock:async-lookup`, as the output of `jco transpile` calls them.
 */
export type Session = import("./session.js").Session;
