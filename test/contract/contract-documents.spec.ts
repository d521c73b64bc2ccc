/**
 * Promise attacked here: the published documents are valid, and say of the messages, their senders and
 * readers what the code says.
 */
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { topics } from '#contracts';
import { isService, projectRoot } from '#testing';
import { declaredMessages } from '../../tools/contracts/declared.js';
import { asyncapiOf, type Documented } from '../../tools/contracts/docs/asyncapi.js';
import { pageOf } from '../../tools/contracts/docs/page.js';
import { documented } from '../../tools/contracts/docs/pages.js';
import { OPERATORS } from '../../tools/contracts/docs/services.js';

interface Ref {
  readonly $ref: string;
}
interface Document {
  readonly channels: Readonly<Record<string, { messages: Readonly<Record<string, Ref>> }>>;
  readonly operations: Readonly<
    Record<string, { action: string; tags: { name: string }[]; channel: Ref; messages: Ref[] }>
  >;
  readonly components: {
    readonly messages: Readonly<
      Record<string, { payload: object; examples?: { payload: unknown }[] }>
    >;
  };
}

let all: Documented;
let document: Document;
beforeAll(async () => {
  all = await documented();
  document = JSON.parse(JSON.stringify(asyncapiOf(all))) as Document;
});

const refsIn = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [];
  const own = '$ref' in value && typeof value.$ref === 'string' ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(refsIn)];
};
const at = (path: string): unknown =>
  path
    .slice(2)
    .split('/')
    .reduce<unknown>(
      (part, name) => (part as Record<string, unknown> | undefined)?.[name],
      document,
    );

describe('the AsyncAPI document', () => {
  it('is what the official schema of AsyncAPI 3.0 wants', () => {
    const require = createRequire(import.meta.url);
    const schema = require('@asyncapi/specs/schemas/3.0.0-without-$id.json') as object;
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    const validate = ajv.compile(schema);
    expect(validate(document) ? [] : validate.errors).toEqual([]);
    expect(validate({ ...document, channels: { x: { address: 1 } } })).toBe(false);
  });

  it('has no reference into nowhere', () => {
    const refs = refsIn(document);
    expect(refs.length).toBeGreaterThan(100);
    expect(refs.filter((ref) => at(ref) === undefined)).toEqual([]);
  });

  it('has every topic, and every message that is declared', () => {
    expect(Object.keys(document.channels).toSorted()).toEqual(Object.keys(topics).toSorted());
    const names = declaredMessages()
      .filter(({ kind }) => kind !== 'reply')
      .flatMap(({ name, replies = {} }) => [name, ...Object.keys(replies)]);
    // What carries an open part stands there once for each part.
    const known = Object.keys(document.components.messages);
    const missing = names.filter((name) => !known.some((one) => `${one}.`.startsWith(`${name}.`)));
    expect(missing).toEqual([]);
  });

  it('has examples that its own schemas take', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    let examples = 0;
    for (const [name, { payload, examples: given = [] }] of Object.entries(
      document.components.messages,
    )) {
      const validate = ajv.compile(payload);
      for (const example of given) {
        examples += 1;
        expect({ name, errors: validate(example.payload) ? [] : validate.errors }).toEqual({
          name,
          errors: [],
        });
      }
    }
    expect(examples).toBeGreaterThan(100);
  });
});

describe('who sends and who reads', () => {
  /** Whoever writes the topic out beside its handler. */
  const written = globSync('apps/*/src/**/*.ts', { cwd: projectRoot() }).flatMap((file) => {
    if (file.endsWith('.spec.ts')) return [];
    const [, app = ''] = file.split(/[\\/]/);
    const text = readFileSync(projectRoot(file), 'utf8');
    const handlers = [...text.matchAll(/@BatchHandler\('([^']+)'\)/g)].map(
      ([, topic = '']) => topic,
    );
    const commands = [...text.matchAll(/\bparticipant: '([^']+)'/g)].map(([, name = '']) => name);
    return [...handlers, ...commands.map((name) => `${name}.commands`)].map((topic) => [
      app,
      topic,
    ]);
  });

  it('is read from the handlers', () => {
    expect(written.length).toBeGreaterThan(10);
    for (const [app = '', topic = ''] of written) {
      expect(document.operations[`${app}-reads-${topic}`]?.action).toBe('receive');
    }
  });

  it('is the audit service where facts are told again', () => {
    for (const topic of Object.keys(topics).filter((name) => name.endsWith('.replay'))) {
      const { messages = [] } = document.operations[`audit-sends-to-${topic}`] ?? {};
      expect(messages).toHaveLength(all.entries.filter(({ kind }) => kind === 'event').length);
    }
  });

  it('is a service, or a person', () => {
    const names = Object.values(document.operations).map(({ tags }) => tags[0]?.name ?? '');
    const isKnown = (name: string) => name === OPERATORS || isService(name as 'order');
    expect(names.filter((name) => !isKnown(name))).toEqual([]);
  });

  it('is known for every message', () => {
    const sent = new Set(
      Object.values(document.operations)
        .filter(({ action }) => action === 'send')
        .flatMap(({ messages }) => messages.map(({ $ref }) => $ref.split('/').at(-1) ?? '')),
    );
    const unsent = Object.keys(document.components.messages).filter((name) => !sent.has(name));
    expect(unsent).toEqual([]);
  });
});

describe('the page', () => {
  it('holds every message and topic, and needs nothing from elsewhere', () => {
    const page = pageOf(all);
    for (const { name } of all.entries) expect(page).toContain(`<details id="${name}"`);
    for (const topic of Object.keys(topics)) expect(page).toContain(`<h2 id="${topic}">`);
    expect(page).not.toMatch(/\b(src|href)="?(https?:)?\/\//);
    expect(page).not.toMatch(/@import|url\(/);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(page.length).toBeLessThan(400_000);
  });

  it('has a script that can be run, and text that stays text', () => {
    const [, script = ''] = /<script>([^]*)<\/script>/.exec(pageOf(all)) ?? [];
    expect(() => new Script(script)).not.toThrow();
    const [first] = all.entries;
    if (!first) throw new Error('there are no messages');
    const summary = '<img src=x onerror=alert(1)> & "more"';
    expect(pageOf({ ...all, entries: [{ ...first, summary }] })).toContain(
      '&lt;img src=x onerror=alert(1)&gt; &amp; &quot;more&quot;',
    );
  });
});
