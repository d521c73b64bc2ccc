/** What the catalogue consists of. */

/** Who can notice a bug; explorer and simulator are the specs that run them. */
export type DetectorKind = 'unit' | 'explorer' | 'simulator' | 'integration';

export interface Detector {
  readonly kind: DetectorKind;
  /** Test files, from the root of the checkout. */
  readonly files: readonly string[];
  /** Only the tests whose names hold this. */
  readonly only?: string;
}

/** A mistake that somebody could make one day, and who is expected to notice. */
export interface PlantedBug {
  readonly id: string;
  /** What would be broken, in one sentence. */
  readonly breaks: string;
  readonly file: string;
  /** Stands in the file exactly once; kept short, so that it outlives changes around it. */
  readonly find: string;
  readonly replace: string;
  /** Cheapest first: the first one that fails has caught it. */
  readonly detectors: readonly Detector[];
}

export const unit = (...files: readonly string[]): Detector => ({ kind: 'unit', files });
/** With real servers: for what nothing faster can see. */
export const integration = (...files: readonly string[]): Detector => ({
  kind: 'integration',
  files: files.map((file) => `test/integration/${file}`),
});
export const explorer: Detector = {
  kind: 'explorer',
  files: ['libs/saga/src/explorer/explore.spec.ts'],
  // The other tests are about the explorer itself.
  only: 'finds no',
};
/** Worlds with every part of the system in them: for bugs that take several parts to show. */
export const simulator: Detector = {
  kind: 'simulator',
  files: ['tools/simulate/simulate.spec.ts'],
  only: 'keep every promise',
};
