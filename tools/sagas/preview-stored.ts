import type { Database } from '#messaging';
import { previewMove, type MovePreview, type MoveVerdict, type SagaRegistry } from '#saga';
import { pagesOf, progress } from './stored-sagas.js';

export interface PreviewReport {
  /** By `definition vFrom -> vTo`. */
  readonly counts: Readonly<Record<string, Readonly<Record<MoveVerdict, number>>>>;
  /** The first ones that cannot move, each with the saga's id. */
  readonly findings: readonly string[];
}

export interface PreviewOptions {
  readonly definition?: string | undefined;
  /** The version to move to; default: the latest. */
  readonly to?: number | undefined;
  readonly show: number;
}

/** What moving each live saga would mean. Changes nothing. */
export const previewStored = async (
  database: Database,
  registry: SagaRegistry,
  { definition, to, show }: PreviewOptions,
): Promise<PreviewReport> => {
  const counts: Record<string, Record<MoveVerdict, number>> = {};
  const findings: string[] = [];
  let seen = 0;
  for await (const page of pagesOf(database, true, definition)) {
    for (const instance of page) {
      const { definition: name, version } = instance;
      const target = to === undefined ? registry.latest(name) : registry.find(name, to);
      const from = registry.find(name, version);
      if (target && target.version === version) continue;
      const preview: MovePreview =
        from && target
          ? previewMove(from, target, instance)
          : { verdict: 'must-stay', problems: [`v${from ? to : version} is not known here`] };
      const pair = `${name} v${version} -> v${target?.version ?? to}`;
      const row = (counts[pair] ??= { compatible: 0, 'needs-mapping': 0, 'must-stay': 0 });
      row[preview.verdict] += 1;
      if (preview.verdict === 'compatible' || findings.length >= show) continue;
      findings.push(`${instance.id} ${pair}: ${preview.verdict}: ${preview.problems.join('; ')}`);
    }
    progress(`${(seen += page.length)} sagas`);
  }
  progress('');
  return { counts, findings };
};
