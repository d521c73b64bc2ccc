/**
 * Promise attacked here: what was once sent is understood for good. Each file in `golden/` is a
 * message as a released version sends it; files are added, never changed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import * as contracts from '#contracts';
import {
  allTopics,
  deadLetterTopic,
  eventType,
  nameOfType,
  SAGA_MESSAGES,
  type CommandContract,
  type EventContract,
} from '#contracts';

const folder = new URL('./golden/', import.meta.url);
const files = readdirSync(folder);

interface Message {
  readonly name: string;
  readonly version: number;
  readonly schema: z.ZodType;
}

const isContract = (value: unknown): value is CommandContract | EventContract =>
  typeof value === 'object' && value !== null && 'name' in value && 'topic' in value;

const declared: Message[] = [
  { name: SAGA_MESSAGES.start, version: 1, schema: contracts.sagaStart },
  { name: SAGA_MESSAGES.cancel, version: 1, schema: contracts.sagaCancel },
  { name: SAGA_MESSAGES.report, version: 1, schema: contracts.sagaReport },
  { name: SAGA_MESSAGES.tick, version: 1, schema: contracts.sagaTick },
  { name: SAGA_MESSAGES.mend, version: 1, schema: contracts.sagaMend },
  { name: SAGA_MESSAGES.hold, version: 1, schema: contracts.sagaControl },
  { name: SAGA_MESSAGES.release, version: 1, schema: contracts.sagaControl },
  { name: SAGA_MESSAGES.move, version: 1, schema: contracts.sagaMove },
  { name: 'reply', version: 1, schema: contracts.sagaReply },
  ...Object.values<unknown>(contracts)
    .filter(isContract)
    .flatMap((contract): Message[] => {
      const { name, version } = contract;
      if (!('replies' in contract)) return [{ name, version, schema: contract.data }];
      const replies = Object.entries(contract.replies).map(([reply, { data }]) => ({
        name: reply,
        version,
        schema: data,
      }));
      return [{ name, version, schema: contract.payload }, ...replies];
    }),
];

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
    for (const contract of Object.values<unknown>(contracts).filter(isContract)) {
      expect(Object.keys(all)).toContain(contract.topic);
    }
  });
});
