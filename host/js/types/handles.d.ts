/**
 * The handles of one session. Each number comes once in 2^64, is never 0, and is sparse: a guest
 * that counts up finds no other handle. The salt makes handles invalid in other sessions (`S-R17`).
 */
export class Handles {
    /** @returns {bigint} */
    next(): bigint;
    #private;
}
