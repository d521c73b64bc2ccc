import { eventType } from '#contracts';
import type { OutgoingEvent } from '#messaging';
import {
  ownCompensation,
  stepsOf,
  type Command,
  type SagaDefinition,
  type SagaInstance,
} from '#saga';

/** A command as it goes out: its id is the event's id, so a resend is the same event. */
export const commandEvent = (
  instance: SagaInstance,
  command: Command,
  now: number,
): OutgoingEvent => ({
  id: command.commandId,
  source: 'orchestrator',
  type: eventType(command.contract.name),
  subject: instance.businessKey,
  time: new Date(now).toISOString(),
  topic: command.contract.topic,
  key: instance.businessKey,
  correlationid: instance.id,
  data: command.payload,
  extensions: {
    issuedon: command.issuedOn,
    notafter: new Date(command.notAfter).toISOString(),
    resend: String(command.resend),
    ...(command.undoes && {
      undoes: command.undoes.commandId,
      undoesissuedon: command.undoes.issuedOn,
    }),
  },
});

/** Where the commands went that a saga waits for: forward, back, or to recall a pivot. */
export function awaitedTopics(definition: SagaDefinition, instance: SagaInstance): string[] {
  const topics = stepsOf(definition).flatMap((step) => {
    const state = instance.steps[step.name]?.state;
    if (state !== 'sent' && state !== 'pending' && state !== 'undoing') return [];
    const commands = [step.command, ownCompensation(step)?.command, step.recall?.command];
    return commands.flatMap((command) => command?.topic ?? []);
  });
  return [...new Set(topics)];
}
