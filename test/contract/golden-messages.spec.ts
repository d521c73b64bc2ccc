/**
 * Promise attacked here: what was once sent is understood for good. Each file in `golden/` is a
 * message as a released version sends it; files are added, never changed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import * as contracts from '#contracts';
import { allTopics, deadLetterTopic, eventType, nameOfType } from '#contracts';
import { declaredMessages } from '../../tools/contracts/declared.js';

const folder = new URL('./golden/', import.meta.url);
const files = readdirSync(folder);

interface Message {
  readonly name: string;
  readonly version: number;
  readonly schema: z.ZodType;
}

const declared: Message[] = declaredMessages()
  .filter(({ kind }) => kind !== 'saga-input')
  .flatMap(({ name, version, data, replies = {} }): Message[] => [
    { name, version, schema: data },
    ...Object.entries(replies).map(([reply, contract]) => ({
      ...{ name: reply, version, schema: contract.data },
    })),
  ]);

describe('every message ever released', () => {
  it.each(files)('%s is still understood, whole', (file) => {
    const [, name, version] = /^(.+)\.v(\d+)\.json$/.exec(file) ?? [];
    const message = declared.find((one) => one.name === name && one.version >= Number(version));
    const golden: unknown = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
    expect(message?.schema.parse(golden)).toEqual(golden);
  });

  it.each(declared)('$name v$version has a golden file', ({ name, version }) => {
    expect(files).toContain(`${name}.v${version}.json`);
  });

  it('the input of place-order that a released start carries is understood', () => {
    const start = JSON.parse(readFileSync(new URL('saga.start.v1.json', folder), 'utf8')) as {
      input: unknown;
    };
    expect(contracts.placeOrderInput.parse(start.input)).toEqual(start.input);
  });
});

describe('types and topics', () => {
  it('a name and its CloudEvents type are one another', () => {
    expect(nameOfType(eventType('order.created'))).toBe('order.created');
    expect(nameOfType('org.else.created')).toBeUndefined();
  });

  it('every topic has its dead letters, and every contract a topic', () => {
    const all = allTopics();
    for (const topic of Object.keys(contracts.topics)) {
      expect(all[deadLetterTopic(topic)]).toMatchObject({ partitions: 1 });
    }
    for (const { topic } of declaredMessages()) expect(Object.keys(all)).toContain(topic);
  });
});
