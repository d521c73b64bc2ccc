/** Bugs of where the sagas are stored. */
import { integration, type PlantedBug } from '../bug.js';

const folder = 'libs/saga-store/src';
const replicas = integration('orchestrator/two-replicas.spec.ts');
const store = integration('orchestrator/saga-store.spec.ts');

export const sagaStore: readonly PlantedBug[] = [
  {
    id: 'no-version-guard',
    breaks: 'A replica that read an instance before another one wrote it writes over that.',
    file: `${folder}/save-instances.ts`,
    find: ' and i.revision = n.read_at',
    replace: '',
    detectors: [replicas],
  },
  {
    id: 'half-a-batch-is-fine',
    breaks: 'A batch is committed although one of its instances had been moved meanwhile.',
    file: `${folder}/save-instances.ts`,
    find: 'if (written !== expected)',
    replace: 'if (written > expected)',
    detectors: [replicas],
  },
  {
    id: 'reads-without-lock',
    breaks: 'Two replicas decide about one instance at the same time, and one does it for nothing.',
    file: `${folder}/lock-instances.ts`,
    find: 'for update',
    replace: '',
    detectors: [replicas],
  },
  {
    id: 'locks-in-any-order',
    breaks: 'Two batches with the same instances wait for each other in a ring.',
    file: `${folder}/lock-instances.ts`,
    find: '       order by id\n',
    replace: '',
    detectors: [store],
  },
  {
    id: 'locks-what-is-not-due',
    breaks: 'A tick takes up instances whose timer is far away, and leaves those that are due.',
    file: `${folder}/lock-instances.ts`,
    find: 'and s.wake_at <= to_timestamp(d.before_ms / 1000)',
    replace: 'and s.wake_at is not null and d.before_ms > 0',
    detectors: [store],
  },
  {
    id: 'lost-tick',
    breaks: 'After a tick is lost no timer of its partition ever fires again.',
    file: `${folder}/timers.ts`,
    find: ' or t.ticked_at < now() - make_interval(secs => $1)',
    replace: ' and $1::int > 0',
    detectors: [store],
  },
  {
    id: 'tick-on-tick',
    breaks: 'Every replica writes a tick at every look while the first one is still on its way.',
    file: `${folder}/timers.ts`,
    find: 'not t.outstanding or',
    replace: 'true or not t.outstanding or',
    detectors: [store],
  },
  {
    id: 'ticks-for-what-is-not-due',
    breaks: 'A partition is ticked for again and again although nothing of it is due.',
    file: `${folder}/timers.ts`,
    find: ' and i.wake_at <= now()',
    replace: ' and i.wake_at is not null',
    detectors: [store],
  },
  {
    id: 'forgets-where-its-commands-are',
    breaks:
      'A message that sends nothing makes an instance forget that its command is unpublished.',
    file: `${folder}/save-instances.ts`,
    find: 'coalesce(n.outbox_epoch, i.outbox_epoch)',
    replace: 'n.outbox_epoch',
    detectors: [store],
  },
];
