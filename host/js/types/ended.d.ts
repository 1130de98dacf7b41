/**
 * The handles of the last 65,536 completions that were taken, which tell WSAEALREADY from
 * WSAEINVAL (`S-C2`). A ring: only a late cancel searches, and the memory is at most 512 KiB.
 */
export class RecentlyCompleted {
    /** @param {bigint} handle */
    push(handle: bigint): void;
    /** @param {bigint} handle */
    has(handle: bigint): boolean;
    /** Bytes that the ring holds. */
    get bytes(): number;
    clear(): void;
    #private;
}
