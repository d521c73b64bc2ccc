/** One process of the bench's own system; the first argument says which. */
import 'reflect-metadata';
import { runService } from '#messaging';
import { AppModule } from '../../../apps/orchestrator/src/app.module.js';
import { orchestratorSettings } from '../../../apps/orchestrator/src/settings.js';
import { acceptanceService } from './acceptance.js';
import { ObservedModule } from './endings-stream.js';
import { PARTICIPANTS, participantService } from './participant.js';
import { benchOrder } from './saga.js';

const [role] = process.argv.slice(2);
const participant = PARTICIPANTS.find((name) => name === role);

if (participant) await runService(participantService(participant));
else if (role === 'order') await runService(acceptanceService);
else if (role === 'orchestrator') {
  await runService({
    name: role,
    title: 'Bench: orchestrator',
    settings: orchestratorSettings,
    module: (settings, logger) =>
      ObservedModule.of(AppModule.forRoot(settings, logger, [benchOrder])),
  });
} else throw new Error(`there is no process '${role}'`);
