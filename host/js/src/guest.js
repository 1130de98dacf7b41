/**
 * The interfaces of `winsock:async-lookup`, as the output of `jco transpile` calls them.
 *
 * @typedef {import('./session.js').Session} Session
 */

/** What `jco` calls the interfaces with `--instantiation`. */
const PREFIX = 'winsock:async-lookup/';

/**
 * The interfaces of a session whose `wait` blocks the thread.
 *
 * @param {() => Session} session Called in each call of the guest.
 */
export function interfaces(session) {
  return {
    ...common(session),
    completions: {
      take: (/** @type {number} */ max) => session().take(max),
      wait: (/** @type {bigint | undefined} */ timeout) => session().wait(timeout),
    },
  };
}

/**
 * The interfaces of a session whose `wait` returns a promise: for `--async-mode jspi`.
 *
 * @param {() => Session} session Called in each call of the guest.
 */
export function asyncInterfaces(session) {
  return {
    ...common(session),
    completions: {
      take: (/** @type {number} */ max) => session().take(max),
      wait: (/** @type {bigint | undefined} */ timeout) => session().waitAsync(timeout),
    },
  };
}

/** @param {() => Session} session */
function common(session) {
  return {
    lifecycle: {
      startup: () => session().startup(),
      cleanup: () => session().cleanup(),
    },
    requests: {
      asyncRequest: (
        /** @type {import('../types/wit.js').Query} */ query,
        /** @type {bigint} */ tag,
      ) => session().request(query, tag),
      cancel: (/** @type {bigint} */ handle) => session().cancel(handle),
    },
  };
}

/**
 * The imports of a guest that was transpiled with `--instantiation`. Its `wait` blocks the thread.
 *
 * @param {Session} session
 */
export function imports(session) {
  return named(interfaces(() => session));
}

/**
 * The imports of a guest that was transpiled with `--instantiation` and `--async-mode jspi`. Its
 * `wait` lets the thread run.
 *
 * @param {Session} session
 */
export function asyncImports(session) {
  return named(asyncInterfaces(() => session));
}

/**
 * @template {{ lifecycle: unknown, requests: unknown, completions: unknown }} T
 * @param {T} of
 * @returns {{ [K in keyof T & string as `winsock:async-lookup/${K}`]: T[K] }}
 */
function named(of) {
  return /** @type {any} */ (
    Object.fromEntries(Object.entries(of).map(([name, value]) => [PREFIX + name, value]))
  );
}
