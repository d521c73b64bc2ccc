/** Everything that a check looks at, as it is in this checkout. */
import { findingsOf, RELEASE, unreleased, type Checked, type Finding } from './check.js';
import { declaredMessages } from './declared.js';
import { readAccepted, readFolder } from './files.js';
import { readReleased } from './released.js';
import { shapesOf } from './shapes.js';
import { currentTopics } from './topics.js';

/** @throws Error when the list of what is accepted cannot be read */
export const checkedNow = (): Checked => ({
  current: shapesOf(declaredMessages()),
  topics: currentTopics(),
  released: readReleased(readFolder()),
  accepted: readAccepted(),
});

export interface Verdict {
  readonly ok: boolean;
  /** Of what breaks and is not accepted. */
  readonly breaking: readonly Finding[];
  readonly accepted: readonly Finding[];
  /** What is compatible, but has no snapshot. */
  readonly unreleased: readonly string[];
}

export function verdictOf(checked: Checked, tampered: readonly string[] = []): Verdict {
  const findings: readonly Finding[] = [
    ...findingsOf(checked),
    ...tampered.map((path) => ({
      text: `${path} was changed or removed after it was committed`,
      against: [],
    })),
  ];
  const breaking = findings.filter(({ accepted }) => accepted === undefined);
  const missing = unreleased(checked).map((what) => `${what}: ${RELEASE}`);
  return {
    ok: breaking.length === 0 && missing.length === 0,
    breaking,
    accepted: findings.filter(({ accepted }) => accepted !== undefined),
    unreleased: missing,
  };
}
