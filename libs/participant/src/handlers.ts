import { GENERIC_REPLIES, type CommandContract, type Participant } from '#contracts';
import { crashPoint, type UnitOfWork } from '#messaging';
import type { Answer } from './answer.js';
import type { CommandContracts } from './command-codec.js';
import type { AdmittedCommand, CommandHandler } from './command.js';

/** The handlers of one participant: checked at start, then called with what is theirs. */
export class Handlers {
  readonly contracts: CommandContracts;
  private readonly byCommand = new Map<string, CommandHandler>();

  /**
   * @param expected the commands that must be handled
   * @throws Error naming what is missing, doubled or foreign
   */
  constructor(
    readonly participant: Participant,
    handlers: readonly CommandHandler[],
    expected: readonly CommandContract[] = [],
  ) {
    const contracts = new Map<string, CommandContract>();
    for (const handler of handlers) {
      for (const contract of handler.commands) {
        if (contracts.has(contract.name)) throw new Error(`${contract.name} has two handlers`);
        if (contract.participant !== participant || handler.participant !== participant) {
          throw new Error(`${contract.name} is no command of the participant ${participant}`);
        }
        contracts.set(contract.name, contract);
        this.byCommand.set(contract.name, handler);
      }
    }
    const missing = expected.filter(({ name }) => !contracts.has(name)).map(({ name }) => name);
    if (missing.length > 0) throw new Error(`no handler for ${missing.join(', ')}`);
    this.contracts = contracts;
  }

  /** One answer a command, in their order; each handler is called once. */
  async handle(unit: UnitOfWork, commands: readonly AdmittedCommand[]): Promise<Answer[]> {
    const shares = new Map<CommandHandler, number[]>();
    commands.forEach(({ name }, index) => {
      const handler = this.byCommand.get(name) as CommandHandler;
      const share = shares.get(handler);
      if (share) share.push(index);
      else shares.set(handler, [index]);
    });
    const answers: Answer[] = Array.from({ length: commands.length });
    for (const [handler, share] of shares) {
      const given = await handler.handle(
        unit,
        share.map((index) => commands[index] as AdmittedCommand),
      );
      if (given.length !== share.length) {
        throw new Error(`a handler gave ${given.length} answers to ${share.length} commands`);
      }
      share.forEach((index, position) => (answers[index] = given[position] as Answer));
    }
    answers.forEach((answer, index) => this.check(commands[index] as AdmittedCommand, answer));
    crashPoint('participant.handled');
    return answers;
  }

  /**
   * A fact that the command's contract does not name would be understood by nobody; but for the generic
   * refusal, by which every saga is told that what it asked for was undone before it came.
   */
  private check({ name }: AdmittedCommand, answer: Answer): void {
    if (answer.outcome !== 'succeeded' && answer.outcome !== 'refused') return;
    if (answer.outcome === 'refused' && answer.name === GENERIC_REPLIES.refused) return;
    const reply = this.contracts.get(name)?.replies[answer.name];
    const kind = answer.outcome === 'succeeded' ? 'success' : 'refusal';
    if (reply?.kind !== kind) throw new Error(`${answer.name} is no ${kind} of ${name}`);
  }
}
