/**
 * Permits of a bounded number, which the lookups of all sessions share.
 *
 * A session that holds permits gets another one only while it holds fewer than are free. So a lone
 * session holds half of them at most, rounded up, and a newcomer gets one at once. Lookups past
 * that wait: those of one session in their order, and sessions in turn.
 */
export class Permits {
    /** @param {number} count */
    constructor(count: number);
    /**
     * Waits for a permit, and returns whether there is one. There is none after a cancel, which
     * takes a lookup out of the queue at once (`S-C6`).
     *
     * @param {number | undefined} session
     * @param {AbortSignal} signal
     * @returns {Promise<boolean>}
     */
    acquire(session: number | undefined, signal: AbortSignal): Promise<boolean>;
    /** @param {number | undefined} session A session that holds a permit. */
    release(session: number | undefined): void;
    #private;
}
