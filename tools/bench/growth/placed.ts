/** Places orders, and remembers which of them were accepted, for the audit. */
import type { Outcome, Saga } from '../../../bench/load.js';
import type { OrderIds } from '../accept/books.js';
import type { BenchOrderLine } from '../own/contracts.js';
import type { BenchSystem } from '../own/system.js';

export class Placed implements OrderIds {
  readonly accepted = new Set<string>();
  /** Not answered 202: they may have been accepted nevertheless. */
  readonly failed = new Set<string>();

  constructor(
    private readonly system: BenchSystem,
    private readonly lines?: readonly BenchOrderLine[],
  ) {}

  /** Resolves when its saga is over. */
  readonly run = async ({ id }: Saga): Promise<Outcome> => {
    await this.place(id);
    return this.system.endingOf(id);
  };

  /** @throws unless it was accepted */
  async place(id: string): Promise<void> {
    try {
      await this.system.place(id, false, this.lines);
    } catch (error) {
      this.failed.add(id);
      throw error;
    }
    this.accepted.add(id);
  }
}
