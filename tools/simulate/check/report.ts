/** Told of each promise that does not hold. */
export type Report = (what: string) => void;
