/** Every message as it looks on the wire, in the form that the documents are written from. Pure. */
import { eventType, GENERIC_REPLIES, SAGA_MESSAGES } from '#contracts';
import type { Kind } from '../declared.js';
import { canonical, isSame, type Schema } from '../judge/schema.js';
import type { Shape } from '../shapes.js';

export interface Entry {
  /** Unique. A reply's name, or `saga.start.place-order` for one use of a message. */
  readonly name: string;
  readonly version: number;
  readonly kind: Kind;
  /** The CloudEvents type. */
  readonly type: string;
  readonly topic: string;
  readonly payload: Schema;
  readonly summary?: string;
  readonly example?: unknown;
  /** Of commands: the names of what may be answered. */
  readonly replies?: readonly string[];
  /** Of replies: who answers, and to what. */
  readonly participants?: readonly string[];
  readonly answers?: readonly string[];
}

export interface Sources {
  readonly golden: ReadonlyMap<string, unknown>;
  readonly comments: ReadonlyMap<string, string>;
}

/** @throws Error for two replies of one name that differ: a document could not tell them apart */
export function catalogueOf(shapes: readonly Shape[], sources: Sources): readonly Entry[] {
  const reply = shapes.find(({ kind }) => kind === 'reply');
  if (reply === undefined) throw new Error('there is no schema of replies');
  const carried = shapes.filter(({ kind }) => kind === 'saga-input');
  const isCarrier = ({ name }: Shape) => carried.some((one) => one.name.startsWith(`${name}.`));
  const entries = [
    ...shapes
      .filter((shape) => !['saga-input', 'reply'].includes(shape.kind) && !isCarrier(shape))
      .map((shape) => ofShape(shape, sources)),
    ...carried.map((shape) => ofInput(shape, shapes, sources)),
    ...repliesOf(shapes, reply, sources),
    ...Object.values(GENERIC_REPLIES).map((name) => ofGeneric(name, reply)),
  ];
  return entries.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

const found = <Value>(key: string, value: Value | undefined) =>
  value === undefined ? {} : { [key]: value };

function ofShape(shape: Shape, { golden, comments }: Sources): Entry {
  const { name, version, kind, topic, data, replies } = shape;
  return {
    ...{ name, version, kind, topic, type: eventType(name), payload: data },
    ...found('summary', comments.get(name)),
    ...found('example', golden.get(`${name}.v${version}`)),
    ...(replies && { replies: Object.keys(replies) }),
  };
}

/** The message that carries it, with the open part filled in. */
function ofInput(shape: Shape, shapes: readonly Shape[], { golden }: Sources): Entry {
  const { name, version, kind, topic, data } = shape;
  const carrier = shapes.find(
    (one) => one.kind === 'saga-message' && name.startsWith(`${one.name}.`),
  );
  if (carrier === undefined) throw new Error(`nothing carries ${name}`);
  const definition = name.slice(carrier.name.length + 1);
  const part = carrier.name === SAGA_MESSAGES.start ? 'input' : 'data';
  const example = golden.get(`${carrier.name}.v${carrier.version}`);
  const isOfIt =
    typeof example === 'object' &&
    example !== null &&
    'definition' in example &&
    example.definition === definition;
  return {
    ...{ name, version, kind, topic, type: eventType(carrier.name) },
    payload: withFields(carrier.data, { definition: { const: definition }, [part]: data }),
    summary:
      part === 'input'
        ? `Begins the saga ${definition}.`
        : `A better input for a step of ${definition}.`,
    ...(isOfIt && { example }),
  };
}

const withFields = (schema: Schema, fields: Readonly<Record<string, Schema>>): Schema =>
  canonical({ ...schema, properties: { ...schema.properties, ...fields } });

function repliesOf(shapes: readonly Shape[], reply: Shape, { golden }: Sources): readonly Entry[] {
  const entries = new Map<string, Entry>();
  const fixed = { version: reply.version, kind: 'reply', topic: reply.topic } as const;
  const { commandId } = (golden.get('reply.v1') ?? {}) as { commandId?: unknown };
  for (const { name: command, version, participant = '', replies = {} } of shapes) {
    for (const [name, { kind, data }] of Object.entries(replies)) {
      const outcome = kind === 'success' ? 'succeeded' : 'refused';
      const payload = withFields(reply.data, { outcome: { const: outcome }, result: data });
      const before = entries.get(name);
      if (before && !isSame(before.payload, payload)) {
        throw new Error(`${name} answers ${before.answers?.join(', ')} and ${command} differently`);
      }
      const result = golden.get(`${name}.v${version}`);
      entries.set(name, {
        ...{ name, ...fixed, type: eventType(name), payload },
        summary:
          kind === 'success' ? 'The step is done.' : 'A refusal: the step has had no effect.',
        ...(result !== undefined && { example: { commandId, outcome, result } }),
        participants: [...new Set([...(before?.participants ?? []), participant])].toSorted(),
        answers: [...(before?.answers ?? []), command],
      });
    }
  }
  return [...entries.values()];
}

const GENERIC: Readonly<Record<string, string>> = {
  [GENERIC_REPLIES.pending]: 'Accepted; the final answer comes later.',
  [GENERIC_REPLIES.parked]: 'It failed, and the participant will try again.',
  [GENERIC_REPLIES.dead]: 'It failed for good, and lies in the dead letters.',
  [GENERIC_REPLIES.refused]: 'The command came too late, or after its own compensation.',
};

const ofGeneric = (name: string, { version, kind, topic, data }: Shape): Entry => ({
  ...{ name, version, kind, topic, type: eventType(name), payload: data },
  ...found('summary', GENERIC[name]),
});
