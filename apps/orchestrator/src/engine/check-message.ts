import {
  ownCompensation,
  stepsOf,
  type MendMessage,
  type ReplyMessage,
  type SagaDefinition,
  type SagaInstance,
} from '#saga';
import type { CommandContract } from '#contracts';
import { genericReplyName } from './inbox-item.js';

/** The contract of a command that this instance has sent, by the command's id. */
const contractOf = (
  definition: SagaDefinition,
  instance: SagaInstance,
  commandId: string,
): CommandContract | undefined => {
  for (const step of stepsOf(definition)) {
    const { command, undo, recall } = instance.steps[step.name] ?? {};
    if (command?.commandId === commandId) return step.command;
    if (recall?.commandId === commandId) return step.recall?.command;
    if (undo?.commandId !== commandId) continue;
    return ownCompensation(step)?.command;
  }
  return undefined;
};

/** Why a reply does not fit its command's contract; undefined when it does, or answers nothing. */
export const replyProblem = (
  definition: SagaDefinition,
  instance: SagaInstance,
  reply: ReplyMessage,
): string | undefined => {
  const contract = contractOf(definition, instance, reply.commandId);
  if (!contract || reply.name === genericReplyName(reply.outcome)) return undefined;
  const declared = contract.replies[reply.name];
  if (!declared) return `'${contract.name}' has no reply '${reply.name}'`;
  const expected = declared.kind === 'success' ? 'succeeded' : 'refused';
  if (reply.outcome !== expected) return `'${reply.name}' is ${expected}, not ${reply.outcome}`;
  const checked = declared.data.safeParse(reply.result ?? {});
  if (checked.success) return undefined;
  const [issue] = checked.error.issues;
  return `'${reply.name}' does not fit its contract: ${issue?.path.join('.')} ${issue?.message}`;
};

/** Why no step of this definition could be mended by this; undefined when one could. */
export const mendProblem = (
  definition: SagaDefinition,
  { step: name, data }: MendMessage,
): string | undefined => {
  const step = stepsOf(definition).find((candidate) => candidate.name === name);
  if (!step) return `'${definition.name}' has no step '${name}'`;
  const mends = Object.values(step.on ?? {}).flatMap((reaction) =>
    reaction.kind === 'mend' ? [reaction.data.safeParse(data)] : [],
  );
  if (mends.length === 0) return `the step '${name}' cannot be mended`;
  if (mends.some(({ success }) => success)) return undefined;
  const [issue] = mends[0]?.error?.issues ?? [];
  return `the data for '${name}' does not fit: ${issue?.path.join('.')} ${issue?.message}`;
};
