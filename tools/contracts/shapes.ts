/** Messages as they are compared: what a snapshot holds. */
import type { Declared, Kind } from './declared.js';
import { fromZod } from './judge/from-zod.js';
import type { Schema } from './judge/schema.js';

export interface ReplyShape {
  readonly kind: 'success' | 'refusal';
  readonly data: Schema;
}

export interface Shape {
  readonly name: string;
  readonly version: number;
  readonly kind: Kind;
  readonly topic: string;
  /** Of commands: who obeys, and what may be answered. */
  readonly participant?: string;
  readonly data: Schema;
  readonly replies?: Readonly<Record<string, ReplyShape>>;
}

export const idOf = ({ name, version }: { name: string; version: number }): string =>
  `${name} v${version}`;

export interface Shapes {
  readonly shapes: readonly Shape[];
  /** Of those that cannot be compared, as sentences. */
  readonly problems: readonly string[];
}

export function shapesOf(messages: readonly Declared[]): Shapes {
  const problems: string[] = [];
  const shapes = messages.flatMap((message): Shape[] => {
    const translate = (type: Declared['data'], part: string): Schema | undefined => {
      const { schema, problems: found = [] } = fromZod(type);
      problems.push(...found.map((problem) => `${idOf(message)}: ${part}${problem}`));
      return schema;
    };
    const { name, version, kind, topic, participant, replies } = message;
    const data = translate(message.data, '');
    const answers = Object.entries(replies ?? {})
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([reply, contract]) => {
        const result = translate(contract.data, `${reply}: `);
        return result && ([reply, { kind: contract.kind, data: result }] as const);
      });
    if (!data || answers.includes(undefined)) return [];
    const known = answers.filter((answer) => answer !== undefined);
    return [
      {
        ...{ name, version, kind, topic },
        ...(participant !== undefined && { participant }),
        data,
        ...(replies !== undefined && { replies: Object.fromEntries(known) }),
      },
    ];
  });
  return { shapes, problems };
}
