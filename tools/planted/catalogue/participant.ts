/** Bugs of what every participant relies on. */
import { integration, unit, type Detector, type PlantedBug } from '../bug.js';

const folder = 'libs/participant/src';
const spec = (name: string) => unit(`${folder}/${name}.spec.ts`);
const barrier = integration('participant-barrier.spec.ts');
/** One test of many: the others would wait for what never comes. */
const parked = (only: string): Detector => ({ ...barrier, only });
const effects = integration('participant-effects.spec.ts');

export const participant: readonly PlantedBug[] = [
  {
    id: 'no-tombstone',
    breaks: 'A command that comes after its compensation has its effect.',
    file: `${folder}/barrier.ts`,
    find: 'return undoes && needsTombstone(view, undoes, now)',
    replace: 'return undoes && row',
    detectors: [spec('barrier'), spec('batch-plan.property')],
  },
  {
    id: 'tombstone-is-passed',
    breaks: 'What was undone before it came is handled when somebody redrives it.',
    file: `${folder}/barrier.ts`,
    find: "if (row?.state === 'tombstone') return",
    replace: "if (row?.state === 'tombstone' && arrived.arrival === 'sent') return",
    detectors: [spec('barrier')],
  },
  {
    id: 'barrier-knows-nobody',
    breaks: 'Every copy of a command has its effect.',
    file: `${folder}/barrier.ts`,
    find: "if (row && !mayTryAgain(row, arrived)) return { kind: 'repeat', row };",
    replace: '',
    detectors: [spec('barrier'), spec('batch-plan.property')],
  },
  {
    id: 'expired-is-handled',
    breaks:
      'A command that comes after its notAfter, when its barrier row may be gone, is handled.',
    file: `${folder}/barrier.ts`,
    find: 'if (now > notAfter)',
    replace: 'if (now < notAfter && false)',
    detectors: [spec('barrier')],
  },
  {
    id: 'parked-is-handled-by-a-copy',
    breaks: 'A copy of a parked command is handled beside the parked one.',
    file: `${folder}/barrier.ts`,
    find: "state === 'parked' && arrival === 'retried'",
    replace: "state === 'parked'",
    detectors: [spec('barrier'), spec('batch-plan.property')],
  },
  {
    id: 'undone-stays-parked',
    breaks: 'A parked command is tried again after it was undone.',
    file: `${folder}/batch-plan.ts`,
    find: ' unpark.push(entomb)',
    replace: ' void entomb',
    detectors: [spec('batch-plan')],
  },
  {
    id: 'silent-to-the-repeated',
    breaks: 'Who asks again hears nothing, so a lost answer is lost for ever.',
    file: `${folder}/batch-plan.ts`,
    find: 'if (answer) replies.push({ to: address, answer, answerNo });',
    replace: 'if (answer) void answerNo;',
    detectors: [spec('batch-plan')],
  },
  {
    id: 'rejected-without-dead-letter',
    breaks: 'A command that fits no contract disappears where no person will find it.',
    file: `${folder}/batch-plan.ts`,
    find: 'if (!refused) deadLetters.push({ event: command.event, reason: verdict.reason });',
    replace: '',
    detectors: [spec('batch-plan')],
  },
  {
    id: 'barrier-race',
    breaks: 'Two replicas handle the same command at the same moment.',
    file: `${folder}/barrier-store.ts`,
    find: 'if (done?.count !== rows.length)',
    replace: 'if (done === undefined)',
    detectors: [barrier],
  },
  {
    id: 'parked-for-ever',
    breaks: 'A command that always throws is tried for ever and never becomes a dead letter.',
    file: `${folder}/parking-worker.ts`,
    find: 'const last = attempts >= options.attempts;',
    replace: 'const last = attempts > 1_000_000;',
    detectors: [parked('one dead letter after the last try')],
  },
  {
    id: 'parked-holds-up-the-others',
    breaks: 'All replicas stand in line behind the one parked command that is being tried.',
    file: `${folder}/parking-store.ts`,
    find: ' limit 1 for update skip locked',
    replace: ' limit 1',
    detectors: [parked('does not hold up the others')],
  },
  {
    id: 'pending-overtakes-the-answer',
    breaks: 'A late "pending" replaces the final answer that a repeated command is told.',
    file: `${folder}/barrier-store.ts`,
    find: 'and (n.final or b.answer is null',
    replace: 'and (true or n.final or b.answer is null',
    detectors: [barrier],
  },
  {
    id: 'lost-lease-records',
    breaks: 'Who lost its lease still writes what came of its run.',
    file: `${folder}/effect-settlement.ts`,
    find: 'mark?.token === run.task.token ?',
    replace: 'mark ?',
    detectors: [effects],
  },
  {
    id: 'lease-for-everybody',
    breaks: 'Two replicas carry out the same effect at the same moment.',
    file: `${folder}/effect-task-store.ts`,
    find: 'for update skip locked',
    replace: '',
    detectors: [{ ...integration('ports/effect-task-store.spec.ts'), only: 'past busy ones' }],
  },
  {
    id: 'wanted-again-is-forgotten',
    breaks: 'What is wanted while its subject is being driven is never done.',
    file: `${folder}/effect-settlement.ts`,
    find: 'const ended = live.filter((run) => !wantedAgain(run))',
    replace: 'const ended = live.filter((run) => run)',
    detectors: [effects],
  },
  {
    id: 'wanted-again-waits',
    breaks: 'What is wanted while a run says "not now" waits for as long as that run would have.',
    file: `${folder}/effect-settlement.ts`,
    find: 'if (wantedAgain(run)) return 0;',
    replace: '',
    detectors: [effects],
  },
  {
    id: 'silent-while-it-works',
    breaks: 'Whoever is busy with a command stays silent when asked again, and its saga gives up.',
    file: `${folder}/batch-plan.ts`,
    find: 'else if (!command.undoes && ',
    replace: 'else if (command.undoes && ',
    detectors: [spec('batch-plan')],
  },
  {
    id: 'reads-the-whole-day',
    breaks: 'Each answer reads all commands of its day.',
    file: `${folder}/barrier-store.ts`,
    find: 'b.issued_on = any($7::date[]) and b.command_id = any($2::text[])\n          and ',
    replace: '',
    detectors: [integration('ports/barrier-plans.spec.ts')],
  },
];
