/**
 * Waits for statements of one transaction that were sent one behind the other.
 * @throws what the first of them that failed says: the later ones fail because of it
 */
export async function allStatements(statements: readonly Promise<unknown>[]): Promise<void> {
  const outcomes = await Promise.allSettled(statements);
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
