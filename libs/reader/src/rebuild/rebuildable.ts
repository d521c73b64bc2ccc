import type { CloudEvent, Tx } from '#messaging';

/**
 * Tables that follow from facts alone, so that they can be built anew. All their statements name them
 * without a schema: the same code fills the live ones and, with another search path, the shadow.
 */
export interface Rebuildable {
  /** Names of the contracts whose facts it reads, as `payment.completed`. */
  readonly types: readonly string[];
  /** Built and swapped together. Nothing outside of them may refer to them. */
  readonly tables: readonly string[];
  /** Further tables that `apply` reads and never writes. */
  readonly reads?: readonly string[];
  /** Tables with one row for each fact that was counted, and the columns by which it is known. */
  readonly facts: readonly { readonly table: string; readonly key: readonly string[] }[];
  /**
   * Counts facts, each once, whatever is there already. It waits for all its statements.
   * @throws ZodError for one that breaks its contract: it is left out, as if it were a dead letter
   */
  apply(tx: Tx, events: readonly CloudEvent[]): Promise<void>;
  /**
   * Whether each of these facts was counted; also true of what `apply` passes over or cannot read.
   * It throws for none of them.
   */
  areKnown(tx: Tx, events: readonly CloudEvent[]): Promise<readonly boolean[]>;
  /** Selects of all figures that must come out the same, each in an order without ties. */
  readonly figures: readonly string[];
  /**
   * What somebody should know who puts other figures in the place of these. Asked before the swap, with
   * the live tables in `public` and the others in `shadow`; told in the log when it is done.
   */
  readonly swapWarning?: (
    tx: Tx,
  ) => Promise<{ readonly message: string; readonly [detail: string]: unknown } | undefined>;
}
