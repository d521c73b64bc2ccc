/** As many are read and booked within a moment. */
const NEAR = 500;

/**
 * Whether what was told has been read: nothing is left, or, where there is always something new, only
 * little was left this time and the last time that it was asked, some time ago.
 * @param lag how far behind the service is, by topic and partition
 */
export function caughtUp(lag: () => Promise<Record<string, number[]>>): () => Promise<boolean> {
  let wasNear = false;
  return async () => {
    const behind = Object.values(await lag())
      .flat()
      .reduce((total, count) => total + count, 0);
    const isNear = behind <= NEAR;
    const isCaughtUp = behind === 0 || (isNear && wasNear);
    wasNear = isNear;
    return isCaughtUp;
  };
}
