/** The definitions a service knows, by name and version, checked when it starts. */
import type { SagaDefinition } from './definition.js';
import { checkExamples } from './check-examples.js';
import { checkDefinition } from './checks.js';
import type { SagaInstance } from './instance.js';
import { retiredDefinition } from './retired.js';

export class SagaRegistry {
  private readonly byName = new Map<string, Map<number, SagaDefinition>>();

  /** @throws Error naming every problem of every definition, and every doubled version. */
  constructor(definitions: readonly SagaDefinition[]) {
    const problems = definitions.flatMap((definition) => {
      const unsound = checkDefinition(definition, definitions);
      // What is unsound need not be tried.
      return unsound.length > 0 ? unsound : checkExamples(definition);
    });
    for (const definition of definitions) {
      const versions = this.byName.get(definition.name) ?? new Map<number, SagaDefinition>();
      if (versions.has(definition.version)) {
        problems.push(`saga '${definition.name}' v${definition.version} is registered twice`);
      }
      versions.set(definition.version, definition);
      this.byName.set(definition.name, versions);
    }
    if (problems.length > 0) throw new Error(`unsound sagas:\n  ${problems.join('\n  ')}`);
  }

  /** The version that instances keep for life; undefined when this replica does not know it. */
  find(name: string, version: number): SagaDefinition | undefined {
    return this.byName.get(name)?.get(version);
  }

  /**
   * By which an instance is decided: its version, or what stands in for one that is gone (`retired.ts`).
   * Undefined when only a newer replica knows it, or when steps of its own are needed.
   */
  definitionOf(instance: SagaInstance): SagaDefinition | undefined {
    const { definition: name, version } = instance;
    const latest = this.latest(name);
    return this.find(name, version) ?? (latest && retiredDefinition(latest, instance));
  }

  /** The version that new instances begin with. */
  latest(name: string): SagaDefinition | undefined {
    const versions = this.byName.get(name);
    return versions?.get(Math.max(...versions.keys()));
  }

  get definitions(): readonly SagaDefinition[] {
    return [...this.byName.values()].flatMap((versions) => [...versions.values()]);
  }
}
