/** Where people decide about dead letters: each decision and what follows from it are one transaction. */
import { Inject, Injectable } from '@nestjs/common';
import { Outbox, type Tx, type UnitOfWork } from '#messaging';
import { isUuid, runtime } from '#platform';
import type { SagaInstance } from '#saga';
import type { SagaStore } from '#saga-store';
import {
  isCommand,
  redriven,
  whyNotDecided,
  whyNotRedriven,
  whyNotWanted,
} from '../domain/redrive.js';
import { SAGA_STORE } from '../engine/saga-engine.js';
import {
  closeDeadLetters,
  lockDeadLetters,
  type Decision,
  type LockedLetter,
} from '../persistence/dead-letter-rows.js';
import {
  openPlaces,
  type DeadLetterFilter,
  type OpenPlace,
} from '../persistence/dead-letter-search.js';
import { recordActs } from '../persistence/interventions.js';

/** Decided about by one request, at most. */
export const MAX_DECIDED = 1_000;
/** Read and sent again by one transaction, at most. */
const MAX_BYTES = 16_000_000;

/** How far a filter has been gone through, and since when: what died later is not meant. */
export interface Progress {
  readonly storedUntil: Date;
  readonly after: OpenPlace;
}

/** Which ones: these, or the open ones that fit. */
export type Chosen =
  | { readonly ids: readonly string[] }
  | {
      readonly filter: Omit<DeadLetterFilter, 'status'>;
      readonly limit: number;
      readonly from?: Progress | undefined;
    };

export interface Refused {
  readonly id: string;
  readonly why: string;
}

export interface Decided {
  readonly done: number;
  readonly refused: readonly Refused[];
  /** Of a filter that may fit more. */
  readonly next?: Progress;
}

interface Selection {
  readonly ids: readonly string[];
  readonly storedUntil: Date;
  /** By id; absent where they were named. */
  readonly places?: ReadonlyMap<string, OpenPlace>;
  /** There may be more. */
  readonly isFull: boolean;
}

@Injectable()
export class DeadLetterDesk {
  constructor(
    private readonly outbox: Outbox,
    @Inject(SAGA_STORE) private readonly store: SagaStore,
  ) {}

  /**
   * All of it or nothing. Of two who decide about the same one, the second is told what the first
   * has decided. What is sent again goes out in the order of its offsets.
   */
  decide(chosen: Chosen, decision: Decision): Promise<Decided> {
    return this.outbox.transaction(async (unit) => {
      const selection = await select(unit.tx, chosen);
      const locked = await lockDeadLetters(unit.tx, selection.ids);
      const ids = selection.places ? selection.ids : inOrder(selection.ids, locked);
      const sagas = await this.sagasOf(unit.tx, locked, decision);
      const judged = judge({ ids, locked, sagas }, decision);
      if (judged.accepted.length > 0) await close(unit, judged.accepted, decision);
      return decided(selection, ids, judged);
    });
  }

  /** Locked, so that none goes another way before its command is out again. */
  private async sagasOf(
    tx: Tx,
    locked: readonly LockedLetter[],
    { status }: Decision,
  ): Promise<ReadonlyMap<string, SagaInstance>> {
    const meant = status === 'redriven' ? locked.filter(isCommand) : [];
    const ids = meant.flatMap(({ sagaId }) => (sagaId && isUuid(sagaId) ? [sagaId] : []));
    if (ids.length === 0) return new Map();
    const { instances } = await this.store.lockInstances(tx, { ids: [...new Set(ids)], keys: [] });
    return new Map(instances.map(({ instance }) => [instance.id, instance]));
  }
}

async function select(tx: Tx, chosen: Chosen): Promise<Selection> {
  if ('ids' in chosen) {
    return { ids: [...new Set(chosen.ids)], storedUntil: new Date(0), isFull: false };
  }
  const { filter, limit, from } = chosen;
  const storedUntil = from?.storedUntil ?? (await momentOf(tx));
  const places = await openPlaces(tx, filter, { storedUntil, after: from?.after, limit });
  return {
    ids: places.map(({ id }) => id),
    storedUntil,
    places: new Map(places.map((place) => [place.id, place])),
    isFull: places.length === limit,
  };
}

/** Of the database's clock, which says when each was stored; whole milliseconds, rounded up. */
async function momentOf(tx: Tx): Promise<Date> {
  const [row] = await tx.query<{ ms: number }>(
    'select ceil(extract(epoch from now()) * 1000)::float8 as ms',
  );
  return new Date(row?.ms ?? 0);
}

/** By their offsets, those that nobody knows behind. */
function inOrder(ids: readonly string[], locked: readonly LockedLetter[]): string[] {
  const known = locked.toSorted(byPlace).map(({ id }) => id);
  return [...new Set([...known, ...ids])];
}

interface Judged {
  readonly accepted: readonly LockedLetter[];
  readonly refused: readonly Refused[];
  /** How many of the ids were looked at, the first ones. */
  readonly seen: number;
}

interface Looked {
  readonly ids: readonly string[];
  readonly locked: readonly LockedLetter[];
  /** Of commands that are to be sent again. */
  readonly sagas: ReadonlyMap<string, SagaInstance>;
}

function judge({ ids, locked, sagas }: Looked, { status }: Decision): Judged {
  const known = new Map(locked.map((letter) => [letter.id, letter]));
  const now = runtime.date();
  const accepted: LockedLetter[] = [];
  const refused: Refused[] = [];
  let bytes = 0;
  for (const [seen, id] of ids.entries()) {
    const letter = known.get(id);
    if (!letter) {
      refused.push({ id, why: 'there is no such dead letter' });
      continue;
    }
    const isRedrive = status === 'redriven';
    const why = isRedrive
      ? (whyNotRedriven(letter, now) ?? whyNotWanted(letter, sagas.get(letter.sagaId ?? '')))
      : whyNotDecided(letter);
    if (why !== undefined) {
      refused.push({ id, why });
      continue;
    }
    bytes += isRedrive ? letter.bytes : 0;
    if (bytes > MAX_BYTES && accepted.length > 0) return { accepted, refused, seen };
    accepted.push(letter);
  }
  return { accepted, refused, seen: ids.length };
}

function decided(
  { places, storedUntil, isFull }: Selection,
  ids: readonly string[],
  { accepted, refused, seen }: Judged,
): Decided {
  const done = accepted.length;
  const left = ids.slice(seen);
  if (!places)
    return { done, refused: [...refused, ...left.map((id) => ({ id, why: TOO_LARGE }))] };
  const after = places.get(ids[seen - 1] ?? '');
  const isMore = isFull || left.length > 0;
  return { done, refused, ...(isMore && after && { next: { storedUntil, after } }) };
}

const TOO_LARGE = 'the request has become too large; ask for it in another one';

/** What was decided, and what follows from it, in the transaction of the decision. */
async function close(
  unit: UnitOfWork,
  accepted: readonly LockedLetter[],
  decision: Decision,
): Promise<void> {
  const ids = accepted.map(({ id }) => id);
  const closed = await closeDeadLetters(unit.tx, ids, decision);
  const { actor, reason, status } = decision;
  const what = status === 'redriven' ? 'dead-letter.redrive' : 'dead-letter.discard';
  const acts = accepted.map(({ id, topic, partition, offset, code }) => ({
    ...{ actor, what, objectType: 'dead-letter' as const, objectId: id, reason },
    detail: { topic, partition, offset, code },
  }));
  recordActs(unit, acts, runtime.date().getTime());
  if (status !== 'redriven') return;
  const originals = new Map(closed.map((letter) => [letter.id, letter]));
  for (const id of ids) {
    const original = originals.get(id);
    if (original) unit.forward(redriven(original));
  }
}

const byPlace = (a: LockedLetter, b: LockedLetter): number => {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1;
  if (a.partition !== b.partition) return a.partition - b.partition;
  const [first, second] = [BigInt(a.offset), BigInt(b.offset)];
  if (first !== second) return first < second ? -1 : 1;
  return a.id < b.id ? -1 : 1;
};
