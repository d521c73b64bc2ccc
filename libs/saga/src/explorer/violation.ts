/** A promise of the engine that a run has broken. */
export class Violation extends Error {
  override readonly name = 'Violation';
}
