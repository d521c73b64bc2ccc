import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '#messaging';
import { SagaRegistry } from '#saga';
import { countUnderWay } from '#saga-store';

/**
 * Refuses to start where a version was taken off the list while sagas are on it: no replica would ever
 * decide them, and all that lies behind their messages would wait. A later version than all known here
 * is left to those that know it.
 */
@Injectable()
export class KnownVersions implements OnApplicationBootstrap {
  constructor(
    private readonly database: Database,
    private readonly registry: SagaRegistry,
  ) {}

  /** @throws Error naming each version that is missing, and what to do */
  async onApplicationBootstrap(): Promise<void> {
    const missing = (await countUnderWay(this.database)).filter(
      ({ definition, version }) =>
        version < (this.registry.latest(definition)?.version ?? 0) &&
        !this.registry.find(definition, version),
    );
    if (missing.length === 0) return;
    const named = missing.map(
      ({ definition, version, count }) => `'${definition}' v${version} (${count} sagas)`,
    );
    throw new Error(
      `sagas are under way on versions that are not loaded: ${named.join(', ')}; ` +
        'load these versions until their sagas are over, or move the sagas first',
    );
  }
}
