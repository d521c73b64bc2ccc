/**
 * What breaks between two shapes of one message. Both directions count for every kind: topics hold
 * what was sent for days or for good, and while services are deployed one by one, those of before and
 * those of now write to each other.
 */
import { describe, type Direction } from './judge/problem.js';
import { problemsOf } from './judge/judge.js';
import type { Shape } from './shapes.js';

export interface Break {
  readonly direction: Direction;
  /** With the path: `data.amount became required`. */
  readonly text: string;
}

/** @param before as it was released */
export const breaksBetween = (before: Shape, now: Shape): readonly Break[] => [
  ...ofAddress(before, now),
  ...ofDirection('backward', before, now),
  ...ofDirection('forward', before, now),
];

/** Where it goes, and what it is: whoever looks elsewhere gets none of it. */
function ofAddress(before: Shape, now: Shape): readonly Break[] {
  const texts = (['kind', 'topic', 'participant'] as const)
    .filter((part) => before[part] !== now[part])
    .map((part) => `its ${part} changed from ${before[part] ?? 'none'} to ${now[part] ?? 'none'}`);
  return texts.flatMap((text) => [
    { direction: 'backward', text },
    { direction: 'forward', text },
  ]);
}

export const ofDirection = (direction: Direction, before: Shape, now: Shape): readonly Break[] => {
  const [writer, reader] = direction === 'backward' ? [before, now] : [now, before];
  return [
    ...problemsOf(writer.data, reader.data).map((problem) => ({
      direction,
      text: describe(problem, direction),
    })),
    ...ofReplies(direction, writer, reader),
  ];
};

function ofReplies(direction: Direction, writer: Shape, reader: Shape): readonly Break[] {
  const known = reader.replies ?? {};
  return Object.entries(writer.replies ?? {}).flatMap(([name, sent]): Break[] => {
    const taken = known[name];
    if (taken === undefined) {
      const text = direction === 'backward' ? 'is no longer a reply' : 'was added as a reply';
      return [{ direction, text: `${name} ${text}` }];
    }
    if (taken.kind !== sent.kind) {
      const [was, is] = direction === 'backward' ? [sent, taken] : [taken, sent];
      return [{ direction, text: `${name} changed from ${was.kind} to ${is.kind}` }];
    }
    return problemsOf(sent.data, taken.data, 'result').map((problem) => ({
      direction,
      text: `${name}: ${describe(problem, direction)}`,
    }));
  });
}
