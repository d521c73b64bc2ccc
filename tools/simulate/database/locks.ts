/** Row locks: for update, or shared; whoever cannot have one waits for those who do. */
/** A transaction, as far as locks go. */
export interface Holder {
  readonly locks: Set<Lock>;
  /** Whom its statement waits for at the moment. */
  readonly waitsFor: readonly Holder[];
  /** What it has written so far; a row that is undefined is deleted. */
  written(table: object): ReadonlyMap<string, { readonly row: unknown }> | undefined;
}

export interface Lock {
  exclusive: Holder | undefined;
  readonly shared: Set<Holder>;
  /** Called when somebody lets go of it. */
  waiting: (() => void)[];
}

/** Thrown through a statement that must wait; it runs again when one of these has ended. */
export class Blocked extends Error {
  constructor(
    readonly lock: Lock,
    readonly by: readonly Holder[],
  ) {
    super('somebody else has the row');
  }
}

/** Those of one table: by the keys of its rows, or by another unique value. */
export class Locks {
  private readonly byKey = new Map<string, Lock>();

  /** Who keeps `transaction` from having this lock for itself. */
  blockers(key: string, transaction: Holder): Holder[] {
    const lock = this.byKey.get(key);
    return lock === undefined ? [] : blockersOf(lock, transaction, false);
  }

  /** @throws Blocked */
  take(key: string, transaction: Holder, share: boolean): void {
    let lock = this.byKey.get(key);
    if (!lock) {
      lock = { exclusive: undefined, shared: new Set(), waiting: [] };
      this.byKey.set(key, lock);
    } else if (lock.exclusive === transaction) return;
    else {
      const by = blockersOf(lock, transaction, share);
      if (by.length > 0) throw new Blocked(lock, by);
    }
    if (share) lock.shared.add(transaction);
    else lock.exclusive = transaction;
    transaction.locks.add(lock);
  }
}

/** Who keeps `transaction` from having it. */
const blockersOf = (lock: Lock, transaction: Holder, share: boolean): Holder[] => {
  if (lock.exclusive) return lock.exclusive === transaction ? [] : [lock.exclusive];
  return share ? [] : [...lock.shared].filter((holder) => holder !== transaction);
};

export const release = (lock: Lock, transaction: Holder): void => {
  if (lock.exclusive === transaction) lock.exclusive = undefined;
  lock.shared.delete(transaction);
  for (const wake of lock.waiting.splice(0)) wake();
};

/** Whether `transaction` waits, by way of others, for itself. */
export const isDeadlock = (
  transaction: Holder,
  by: readonly Holder[],
  seen = new Set<Holder>(),
): boolean =>
  by.some((holder) => {
    if (holder === transaction) return true;
    if (seen.has(holder)) return false;
    seen.add(holder);
    return isDeadlock(transaction, holder.waitsFor, seen);
  });
