import { Module, type DynamicModule } from '@nestjs/common';
import { migrations } from '#migrations/orchestrator';
import { MessagingModule } from '#messaging';
import { HealthModule, type Logger } from '#platform';
import { SagaRegistry, type SagaDefinition } from '#saga';
import { postgresSagaStore } from '#saga-store';
import { access, keyDesk } from './access/access.js';
import { BULK_LIMITS, BulkDesk } from './bulk/bulk-desk.js';
import { BulkRunner } from './bulk/bulk-runner.js';
import { DashboardController } from './dashboard/dashboard.controller.js';
import { Site, siteFolder } from './dashboard/site.js';
import { DeadLetterGauges } from './engine/dead-letter-gauges.js';
import { ChangedSagas } from './engine/changed-sagas.js';
import { EndedSagas } from './engine/ended-sagas.js';
import { Interventions } from './engine/interventions.js';
import { KnownVersions } from './engine/known-versions.js';
import { LOGGER, SAGA_STORE, SagaEngine, STEP_TIMING } from './engine/saga-engine.js';
import { SagaGauges } from './engine/saga-gauges.js';
import { DeadLetterTopicsController } from './handlers/dead-letter-topics.controller.js';
import { SagaInboxController } from './handlers/saga-inbox.controller.js';
import { Figures } from './figures/figures.js';
import { LiveStreams } from './figures/live-streams.js';
import { AdminController } from './http/admin.controller.js';
import { BulkController } from './http/bulk.controller.js';
import { DeadLetterDesk } from './http/dead-letter-desk.js';
import { DeadLettersController } from './http/dead-letters.controller.js';
import { DefinitionsController } from './http/definitions.controller.js';
import { FiguresController } from './http/figures.controller.js';
import { InterventionsController } from './http/interventions.controller.js';
import { KeysController } from './http/keys.controller.js';
import { TimersController } from './http/timers.controller.js';
import { HISTORY_TABLE } from './persistence/history-table.js';
import { bulkLimits, stepTiming, type OrchestratorSettings } from './settings.js';
import { sagas } from './sagas/index.js';
import { Upkeep } from './timers/upkeep.js';
import { TIMER_POLL_MS, TimerService } from './timers/timer.service.js';

@Module({})
export class AppModule {
  static forRoot(
    settings: OrchestratorSettings,
    logger: Logger,
    definitions: readonly SagaDefinition[] = sagas,
  ): DynamicModule {
    return {
      module: AppModule,
      imports: [
        MessagingModule.forRoot({
          service: 'orchestrator',
          settings,
          migrations,
          partitionedTables: [HISTORY_TABLE],
          log: logger,
        }),
        // without Kafka nothing moves: no commands leave and no answers arrive
        HealthModule.forRoot(),
        access,
      ],
      controllers: [
        SagaInboxController,
        AdminController,
        DefinitionsController,
        TimersController,
        FiguresController,
        InterventionsController,
        BulkController,
        DeadLetterTopicsController,
        DeadLettersController,
        KeysController,
        DashboardController,
      ],
      providers: [
        { provide: SagaRegistry, useValue: new SagaRegistry(definitions) },
        { provide: STEP_TIMING, useValue: stepTiming(settings) },
        { provide: TIMER_POLL_MS, useValue: settings.TIMER_POLL_MS },
        { provide: LOGGER, useValue: logger },
        { provide: SAGA_STORE, useValue: postgresSagaStore },
        keyDesk,
        { provide: Site, useFactory: () => new Site(siteFolder()) },
        ChangedSagas,
        EndedSagas,
        Figures,
        LiveStreams,
        Interventions,
        KnownVersions,
        SagaEngine,
        SagaGauges,
        TimerService,
        DeadLetterDesk,
        DeadLetterGauges,
        Upkeep,
        { provide: BULK_LIMITS, useValue: bulkLimits(settings) },
        BulkDesk,
        BulkRunner,
      ],
      exports: [EndedSagas],
    };
  }
}
