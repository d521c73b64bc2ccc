/** What a message of a dead letter topic says, whatever it is: nothing of it is ever refused. */
import { createHash } from 'node:crypto';
import { deadLetterTopic, topics } from '#contracts';
import {
  DEAD_LETTER_TYPE,
  decode,
  forwardProblem,
  textHeaders,
  type RawMessage,
  type ReceivedEvent,
} from '#messaging';
import { storableText } from '#platform';
import { z } from 'zod';

export interface DeadLetter {
  /** The same for the same message, however often it was put aside. */
  readonly id: string;
  /** The place of the original; of what is no dead letter, its own. */
  readonly topic: string;
  readonly partition: number;
  /** An int8 in the database, so a string here. */
  readonly offset: string;
  /** Cut, for people and for searching. */
  readonly key: string;
  readonly code: string;
  readonly message: string;
  /** The services that could not handle it. */
  readonly readers: readonly string[];
  readonly type: string;
  readonly source: string;
  readonly eventId: string;
  readonly sagaId: string | null;
  readonly diedAt: Date;
  /** How often it had been sent again before; 0 for the first death. */
  readonly attempt: number;
  /** The dead letter that it was sent again from. */
  readonly redriveOf: string | null;
  /** A command is refused after this. */
  readonly notAfter: Date | null;
  readonly truncated: boolean;
  /** Why it can never be sent again. */
  readonly unfit: string | null;
  readonly wholeKey: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer | null;
}

/** Where dead letters come from: one topic for each topic of ours. */
export const deadLetterTopics: readonly string[] = Object.keys(topics).map(deadLetterTopic);

export const UNREADABLE = 'unreadable-dead-letter';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const count = z.int().min(0).max(2_147_483_647);

const deadLetterData = z.object({
  topic: z.string(),
  partition: count,
  offset: z.string().regex(/^\d{1,18}$/),
  key: z.string(),
  headers: z.record(z.string(), z.string()),
  value: z.string().optional(),
  valueBase64: z.base64().optional(),
  truncated: z.boolean().optional(),
});
type Data = z.output<typeof deadLetterData>;

export function readDeadLetter(raw: RawMessage): DeadLetter {
  const decoded = decode(raw);
  if ('undecodable' in decoded) return stranger(raw, decoded.undecodable.message);
  const { event } = decoded;
  if (event.type !== DEAD_LETTER_TYPE) return stranger(raw, `its type is '${event.type}'`);
  const data = deadLetterData.safeParse(event.data);
  if (!data.success) {
    const [issue] = data.error.issues;
    return stranger(raw, `${issue?.path.join('.')}: ${issue?.message}`);
  }
  // Whoever may write here must not choose where a message goes when it is sent again.
  if (deadLetterTopic(data.data.topic) !== raw.topic) {
    return stranger(raw, `it says that it comes from '${data.data.topic}'`);
  }
  return known(raw, event, data.data);
}

function known(raw: RawMessage, event: ReceivedEvent, data: Data): DeadLetter {
  const { topic, partition, offset, key, headers, truncated = false } = data;
  const { deadcode, deadmessage, deadtype, deadby } = event.extensions ?? {};
  const { ce_source: source = '', ce_id: eventId = '', ce_redriveof: redriveOf = '' } = headers;
  const value = valueOf(data);
  const reader = deadby ?? readerOf(topic);
  const attempt = /^\d{1,6}$/.test(headers['ce_redrive'] ?? '') ? Number(headers['ce_redrive']) : 0;
  const sagaId = event.correlationid ?? headers['ce_correlationid'];
  const identity = eventId === '' ? [key, value?.toString('base64') ?? ''] : [source, eventId];
  return {
    id: idOf([topic, String(partition), offset, ...identity]),
    ...{ topic, partition, offset, truncated, attempt, headers, value },
    key: storableText(key, 200),
    code: storableText(deadcode ?? 'unknown', 100),
    message: storableText(deadmessage ?? '', 500),
    readers: reader === undefined ? [] : [storableText(reader, 100)],
    type: storableText(deadtype || headers['ce_type'] || '', 200),
    source: storableText(source, 200),
    eventId: storableText(eventId, 250),
    sagaId: sagaId === undefined ? null : storableText(sagaId, 100),
    diedAt: momentOf(event.time) ?? arrivedAt(raw),
    redriveOf: UUID.test(redriveOf) ? redriveOf : null,
    notAfter: momentOf(headers['ce_notafter']) ?? null,
    unfit: unfitness(key, value, truncated),
    wholeKey: Buffer.from(key, 'utf8'),
  };
}

/** Kept as it is. Nobody knows whose it was, so it can only be read and discarded. */
function stranger(raw: RawMessage, problem: string): DeadLetter {
  const { topic, partition, offset, value } = raw;
  const headers = textHeaders(raw.headers);
  const key = raw.key ?? Buffer.alloc(0);
  const content = createHash('sha256').update(value ?? 'null');
  return {
    id: idOf([topic, String(partition), offset, content.digest('hex')]),
    ...{ topic, partition, offset, headers, value },
    key: storableText(key.toString('utf8'), 200),
    code: UNREADABLE,
    message: storableText(`it is no dead letter: ${problem}`, 500),
    readers: [],
    type: storableText(headers['ce_type'] ?? '', 200),
    source: storableText(headers['ce_source'] ?? '', 200),
    eventId: storableText(headers['ce_id'] ?? '', 250),
    ...{ sagaId: null, attempt: 0, redriveOf: null, notAfter: null, truncated: false },
    diedAt: arrivedAt(raw),
    unfit: 'it is no dead letter, so nobody knows to which topic it belongs',
    wholeKey: key,
  };
}

function valueOf({ value, valueBase64 }: Data): Buffer | null {
  if (value !== undefined) return Buffer.from(value, 'utf8');
  return valueBase64 === undefined ? null : Buffer.from(valueBase64, 'base64');
}

function unfitness(key: string, value: Buffer | null, truncated: boolean): string | null {
  if (truncated) return 'it was too large to be put aside whole, and a part of it is no message';
  if (value === null) return 'it has no value, so nobody could read it';
  const problem = forwardProblem(key, value.toString('utf8'));
  return problem === undefined ? null : `${problem}, so nobody could read it`;
}

/** Who reads a topic that only one service reads. */
function readerOf(topic: string): string | undefined {
  if (topic === 'saga.inbox') return 'orchestrator';
  return /^(.+)\.(commands|replay)$/.exec(topic)?.[1];
}

/** A UUID of what identifies it (version 8: of our own making). */
function idOf(parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  const part = (from: number, length: number): string => hash.slice(from, from + length);
  return `${part(0, 8)}-${part(8, 4)}-8${part(12, 3)}-8${part(15, 3)}-${part(18, 12)}`;
}

/** One that Postgres can write. */
const storable = (moment: Date): Date | undefined => {
  const year = moment.getUTCFullYear();
  return year >= 1970 && year <= 9999 ? moment : undefined;
};

const momentOf = (text: string | undefined): Date | undefined => storable(new Date(text ?? ''));

const arrivedAt = ({ timestamp }: RawMessage): Date =>
  storable(new Date(Number(timestamp))) ?? new Date(0);
