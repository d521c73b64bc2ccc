/**
 * The matches of a search, frozen: each saga with the revision it is looked at, whether it would be
 * done, whom it would write to, and what all of them come to. Nothing is changed.
 */
import type { Database } from '#messaging';
import { runtime } from '#platform';
import {
  currencyOf,
  decide,
  decidedOr,
  objectionTo,
  whereabouts,
  type SagaInstance,
  type SagaRegistry,
  type StepTiming,
} from '#saga';
import { readAttributes, searchSagas, type SagaFilter } from '#saga-store';
import type { BulkDeed } from '../domain/bulk-action.js';
import { messageFor } from '../engine/wanted.js';

const PAGE = 500;

export interface FrozenItem {
  readonly sagaId: string;
  readonly businessKey: string;
  readonly revision: number;
  readonly participant: string;
  /** Why it would be refused, and is not tried. */
  readonly why?: string;
}

export interface Preview {
  readonly count: number;
  readonly refused: readonly { readonly why: string; readonly count: number }[];
  /** What the sagas are worth that it would be done to, in minor units. */
  readonly value: readonly { readonly currency: string; readonly amount: number }[];
  /** Where they are. */
  readonly steps: readonly {
    readonly step: string;
    readonly state: string;
    readonly count: number;
  }[];
  /** Whom it would write to first; `orchestrator` where nobody is. */
  readonly participants: readonly { readonly participant: string; readonly count: number }[];
}

export interface Frozen {
  readonly items: readonly FrozenItem[];
  readonly preview: Preview;
}

export interface FreezeParts {
  readonly database: Database;
  readonly registry: SagaRegistry;
  readonly timing: Required<StepTiming>;
}

/** @returns undefined for more than `most` */
export async function freeze(
  parts: FreezeParts,
  filter: SagaFilter,
  deed: BulkDeed,
  most: number,
): Promise<Frozen | undefined> {
  const items: FrozenItem[] = [];
  const tally = new Tally();
  let cursor: string | undefined;
  do {
    const page = await searchSagas(parts.database, filter, {
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    if (items.length + page.instances.length > most) return undefined;
    const ids = page.instances.map(({ id }) => id);
    const attributes = await readAttributes(parts.database, ids);
    for (const instance of page.instances) {
      const item = frozen(instance, deed, parts);
      items.push(item);
      tally.add(instance, item, attributes.get(instance.id) ?? {});
    }
    cursor = page.next;
  } while (cursor !== undefined);
  return { items, preview: tally.preview() };
}

function frozen(instance: SagaInstance, deed: BulkDeed, parts: FreezeParts): FrozenItem {
  const { id: sagaId, businessKey, revision } = instance;
  const judged = judge(instance, deed, parts);
  return {
    ...{ sagaId, businessKey, revision },
    ...('why' in judged ? { participant: NOBODY, why: judged.why } : judged),
  };
}

const NOBODY = 'orchestrator';

/** Decided as it would be, and thrown away. */
function judge(
  instance: SagaInstance,
  deed: BulkDeed,
  { registry, timing }: FreezeParts,
): { readonly participant: string } | { readonly why: string } {
  const definition = registry.definitionOf(instance);
  if (!definition) return { why: `this replica knows no '${instance.definition}' of its version` };
  const wanted = { ...deed, sagaId: instance.id, actor: { owner: '?' }, reason: '?' };
  const message = messageFor(wanted, '?', { instance, definition, registry });
  if (typeof message === 'string') return { why: message };
  const context = { now: runtime.date().getTime(), jitter: 0, timing };
  const why = objectionTo(definition, instance, message, context);
  if (why !== undefined) return { why };
  const decision = decidedOr(() => decide(definition, instance, message, context));
  if (typeof decision === 'string') return { why: decision };
  const [command] = decision.commands;
  return { participant: command ? participantOf(command.contract.topic) : NOBODY };
}

const participantOf = (topic: string): string => topic.replace(/\.[^.]*$/, '');

class Tally {
  #count = 0;
  readonly #refused = new Map<string, number>();
  readonly #value = new Map<string, number>();
  readonly #steps = new Map<string, number>();
  readonly #participants = new Map<string, number>();

  add(
    instance: SagaInstance,
    { why, participant }: FrozenItem,
    attributes: Readonly<Record<string, string | number>>,
  ): void {
    this.#count += 1;
    for (const { step, state } of whereabouts(instance)) count(this.#steps, `${step} ${state}`);
    if (why !== undefined) {
      count(this.#refused, why);
      return;
    }
    count(this.#participants, participant);
    for (const [name, value] of Object.entries(attributes)) {
      const currency = currencyOf(name);
      if (currency !== undefined) count(this.#value, currency, Number(value));
    }
  }

  preview(): Preview {
    return {
      count: this.#count,
      refused: most(this.#refused).map(([why, n]) => ({ why, count: n })),
      value: most(this.#value).map(([currency, amount]) => ({ currency, amount })),
      steps: most(this.#steps).map(([at, n]) => {
        const [step = '', state = ''] = at.split(' ');
        return { step, state, count: n };
      }),
      participants: most(this.#participants).map(([participant, n]) => ({ participant, count: n })),
    };
  }
}

const count = (counts: Map<string, number>, name: string, by = 1): void => {
  counts.set(name, (counts.get(name) ?? 0) + by);
};

const most = (counts: ReadonlyMap<string, number>): [string, number][] =>
  [...counts].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
