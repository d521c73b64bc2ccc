/** Of the books of others, and of ours. */
export const PAGE = 500;
/** So long after it has happened, whatever there is has been told. */
export const LATE_MS = 3_600_000;
