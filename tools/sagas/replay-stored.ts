import type { Database } from '#messaging';
import { replay, type Replay, type SagaRegistry } from '#saga';
import { readHistories } from '#saga-store';
import { pagesOf, progress } from './stored-sagas.js';

export interface ReplayReport {
  readonly counts: Readonly<Record<Replay['verdict'], number>>;
  /** Of those that are the same: of their commands, or of some, it was not kept what they said. */
  readonly unmarked: number;
  /** The first ones that are not the same, each with the saga's id. */
  readonly findings: readonly string[];
}

/** Decides every finished saga again, with the code of today. */
export const replayStored = async (
  database: Database,
  registry: SagaRegistry,
  { definition, show }: { readonly definition?: string | undefined; readonly show: number },
): Promise<ReplayReport> => {
  const counts = { same: 0, different: 0, incomplete: 0 };
  const findings: string[] = [];
  let unmarked = 0;
  for await (const page of pagesOf(database, false, definition)) {
    const histories = await readHistories(database, page);
    for (const instance of page) {
      const find = (version: number) => registry.find(instance.definition, version);
      const found = replay(find, instance, histories.get(instance.id) ?? []);
      counts[found.verdict] += 1;
      if (found.unmarked !== undefined) unmarked += 1;
      if (found.verdict === 'same' || findings.length >= show) continue;
      findings.push(`${instance.id} ${instance.definition}: ${found.verdict}: ${found.difference}`);
    }
    progress(`${counts.same + counts.different + counts.incomplete} sagas`);
  }
  progress('');
  return { counts, unmarked, findings };
};
