import { eventType } from '#contracts';
import type { OutgoingEvent } from '#messaging';
import type { Command, SagaInstance } from '#saga';

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
