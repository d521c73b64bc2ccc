/**
 * Promise attacked here: while services are deployed one after the other, those of before and those of
 * now understand each other. The contracts as they are, against every snapshot that was released.
 */
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { paymentCompleted } from '#contracts';
import { sagas } from '../../apps/orchestrator/src/sagas/index.js';
import type { Checked } from '../../tools/contracts/check.js';
import { declaredMessages, type Declared } from '../../tools/contracts/declared.js';
import { tamperedWith } from '../../tools/contracts/files.js';
import { fromZod } from '../../tools/contracts/judge/from-zod.js';
import { textOf } from '../../tools/contracts/released.js';
import { shapesOf } from '../../tools/contracts/shapes.js';
import { checkedNow, verdictOf } from '../../tools/contracts/state.js';
import { currentTopics } from '../../tools/contracts/topics.js';

const now = checkedNow();

/** The verdict where one message is declared in another way, or not at all. */
function verdictWith(name: string, change: (message: Declared) => Declared | undefined) {
  const messages = declaredMessages().flatMap((message) =>
    message.name === name ? (change(message) ?? []) : message,
  );
  return verdictOf({ ...now, current: shapesOf(messages) });
}

const textsOf = ({ breaking }: ReturnType<typeof verdictOf>): readonly string[] =>
  breaking.map(({ text }) => text);

describe('the contracts as they are', () => {
  it('are compatible with all that was released, or a file says why it hurts nobody', () => {
    const { breaking, unreleased } = verdictOf(now, tamperedWith());
    expect(breaking).toEqual([]);
    expect(unreleased).toEqual([]);
  });

  it('have snapshots that look the same wherever they are written', () => {
    for (const { shape } of now.released.snapshots.slice(0, 5)) {
      expect(textOf(JSON.parse(textOf(shape)))).toBe(textOf(shape));
    }
  });

  it('hold the input of every saga, and what mends its steps', () => {
    const known = new Map(now.current.shapes.map(({ name, data }) => [name, data]));
    for (const { name, version, input } of sagas) {
      const newest = Math.max(
        ...sagas.filter((one) => one.name === name).map((one) => one.version),
      );
      if (version === newest)
        expect(known.get(`saga.start.${name}`)).toEqual(fromZod(input).schema);
    }
    const mended = sagas.flatMap(({ name, groups }) =>
      groups
        .flat()
        .flatMap(({ on = {} }) =>
          Object.values(on).flatMap((reaction) =>
            reaction.kind === 'mend'
              ? [{ name: `saga.mend.${name}`, data: fromZod(reaction.data).schema }]
              : [],
          ),
        ),
    );
    for (const { name, data } of mended) expect(known.get(name)).toEqual(data);
    expect(mended).not.toEqual([]);
  });
});

describe('a planted break', () => {
  const completed = paymentCompleted.data;
  const changed = (data: z.ZodType) =>
    verdictWith('payment.completed', (message) => ({ ...message, data }));

  it.each([
    [completed.required({ fee: true }), 'payment.completed v1: backward: data.fee became required'],
    [
      completed.partial({ amount: true }),
      'payment.completed v1: forward: data.amount became optional',
    ],
    [completed.omit({ amount: true }), 'payment.completed v1: forward: data.amount was removed'],
    [
      completed.extend({ paidBy: z.string() }),
      'payment.completed v1: backward: data.paidBy was added as required',
    ],
    [
      completed.extend({
        method: z.enum(['credit_card', 'bank_transfer', 'convenience_store', 'cash']),
      }),
      'payment.completed v1: forward: data.method takes "cash", which readers of before do not',
    ],
    [
      completed.extend({ amount: z.int().min(1).max(1_000_000_000_000) }),
      'payment.completed v1: backward: data.amount changed its minimum from 0 to 1',
    ],
  ])('is found, its field named (%#)', (data, text) => {
    const verdict = changed(data);
    expect(textsOf(verdict)).toContain(text);
    expect(verdict.ok).toBe(false);
  });

  it('of a reply is found, with the reply', () => {
    const verdict = verdictWith('payment.refund-payment', (message) => ({
      ...message,
      replies: { 'payment.payment-refunded': { kind: 'success', data: z.object({}) } },
    }));
    expect(textsOf(verdict)).toEqual([
      'payment.refund-payment v1: forward: payment.payment-refunded: result.refunded was removed',
    ]);
  });

  it('that is compatible has to be released', () => {
    const verdict = changed(completed.extend({ note: z.string().optional() }));
    expect(verdict.breaking).toEqual([]);
    expect(verdict.unreleased).toEqual([
      'payment.completed v1 has changed since payment.completed.v1.1.json: npm run contracts -- release',
    ]);
  });

  it('with a state that is not the newest one is found as well', () => {
    // As at first the field was not there, nobody of then minds; who was released later does.
    const verdict = changed(completed.extend({ fee: z.string().optional() }));
    expect(textsOf(verdict)).toContain(
      'payment.completed v1: backward: data.fee changed from integer to string',
    );
    expect(verdict.breaking[0]?.against).toEqual(['payment.completed.v1.1.json']);
  });

  it('that takes a message away is found', () => {
    expect(textsOf(verdictWith('order.created', () => undefined))).toContain(
      'order.created v1: was removed',
    );
  });

  it('of a topic is found', () => {
    const topics = currentTopics();
    const verdict = verdictOf({
      ...now,
      topics: { ...topics, 'order.events': { partitions: 6, retentionMs: 1, key: 'customer id' } },
    } satisfies Checked);
    expect(textsOf(verdict)).toEqual([
      'topic order.events is keyed by "customer id" instead of "order id"',
      'topic order.events has 6 partitions instead of 12',
      'topic order.events keeps messages for 1 ms instead of 604800000',
    ]);
  });
});
