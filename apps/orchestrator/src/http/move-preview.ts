import type { Database } from '#messaging';
import { isOver, previewMove, sagaStates, type SagaDefinition } from '#saga';
import { searchSagas } from '#saga-store';

const PAGE = 500;
const MOST_LOOKED_AT = 10_000;
/** Different words; instances beyond them are counted all the same. */
const MOST_PROBLEMS = 50;

const LIVE = sagaStates.filter((state) => !isOver(state));

/** What moving each live instance of a version would mean, the newest first. Changes nothing. */
export async function previewMoves(database: Database, from: SagaDefinition, to: SagaDefinition) {
  const counts = { compatible: 0, 'needs-mapping': 0, 'must-stay': 0 };
  const problems = new Map<string, number>();
  let looked = 0;
  let cursor: string | undefined;
  do {
    const page = await searchSagas(
      database,
      { states: LIVE, definition: from.name, version: from.version },
      { limit: Math.min(PAGE, MOST_LOOKED_AT - looked), ...(cursor !== undefined && { cursor }) },
    );
    for (const instance of page.instances) {
      const preview = previewMove(from, to, instance);
      counts[preview.verdict] += 1;
      for (const text of preview.problems) {
        if (problems.has(text) || problems.size < MOST_PROBLEMS) {
          problems.set(text, (problems.get(text) ?? 0) + 1);
        }
      }
    }
    looked += page.instances.length;
    cursor = page.next;
  } while (cursor !== undefined && looked < MOST_LOOKED_AT);
  return {
    compatible: counts.compatible,
    needsMapping: counts['needs-mapping'],
    mustStay: counts['must-stay'],
    problems: [...problems]
      .map(([text, count]) => ({ text, count }))
      .toSorted((a, b) => b.count - a.count),
    looked,
    /** False: there are more live instances than were looked at. */
    complete: cursor === undefined,
  };
}
