import { describe, expect, it } from '@jest/globals';
import { confirmOrder, GENERIC_REPLIES, releaseStock, reserveStock, secureStock } from '#contracts';
import type { CommandContract } from '#contracts';
import type { UnitOfWork } from '#messaging';
import { refuse, succeed, type Answer } from './answer.js';
import type { AdmittedCommand, CommandHandler } from './command.js';
import { Handlers } from './handlers.js';
import { arrived } from './spec/commands.js';

const unit = {} as UnitOfWork;

const handler = (
  commands: CommandContract[],
  answer: (command: AdmittedCommand) => Answer = () =>
    succeed('inventory.stock-reserved', { expiresAt: 'x' }),
) => {
  const calls: string[][] = [];
  const made: CommandHandler = {
    participant: 'inventory',
    commands,
    handle: (_, admitted) => {
      calls.push(admitted.map(({ address }) => address.commandId));
      return Promise.resolve(admitted.map(answer));
    },
  };
  return { handler: made, calls };
};

describe('the handlers of a participant', () => {
  it('do not start with a command that is doubled, missing or foreign', () => {
    const reserve = handler([reserveStock]).handler;
    const start = (...args: ConstructorParameters<typeof Handlers>) => new Handlers(...args);
    expect(() => start('inventory', [reserve, reserve])).toThrow('two handlers');
    expect(() => start('inventory', [reserve], [reserveStock, secureStock])).toThrow(
      'no handler for inventory.secure-stock',
    );
    expect(() => start('inventory', [handler([confirmOrder]).handler])).toThrow('is no command of');
    expect(() => start('payment', [reserve])).toThrow('is no command of');
  });

  it('are called once each, and the answers come back in the order of the commands', async () => {
    const reserve = handler([reserveStock]);
    const release = handler([releaseStock], () => succeed('inventory.stock-released', {}));
    const handlers = new Handlers('inventory', [reserve.handler, release.handler]);
    const batch = [{ id: 'a' }, { id: 'b', undoes: 'x' }, { id: 'c' }];
    const answers = await handlers.handle(
      unit,
      batch.map((command) => arrived(command).command),
    );
    expect(reserve.calls).toEqual([['a', 'c']]);
    expect(release.calls).toEqual([['b']]);
    expect(answers.map((answer) => 'name' in answer && answer.name)).toEqual([
      'inventory.stock-reserved',
      'inventory.stock-released',
      'inventory.stock-reserved',
    ]);
  });

  it.each([
    ['a fact of another command', succeed('inventory.stock-secured', {})],
    ['a refusal as success', succeed('inventory.stock-insufficient', { shortages: [] })],
    [
      'a success as refusal',
      refuse('inventory.stock-reserved', {}, { code: 'no', message: 'never' }),
    ],
  ])('may not answer with %s', async (_, answer) => {
    const handlers = new Handlers('inventory', [handler([reserveStock], () => answer).handler]);
    await expect(handlers.handle(unit, [arrived().command])).rejects.toThrow('is no');
  });

  it('may refuse any command by the one name that every saga understands', async () => {
    const overtaken = { code: 'order-cancelled', message: 'It came too late.' };
    const answer = refuse(GENERIC_REPLIES.refused, {}, overtaken);
    const handlers = new Handlers('inventory', [handler([reserveStock], () => answer).handler]);
    await expect(handlers.handle(unit, [arrived().command])).resolves.toEqual([answer]);
    const said = handler([reserveStock], () => succeed(GENERIC_REPLIES.refused, {})).handler;
    const wrong = new Handlers('inventory', [said]).handle(unit, [arrived().command]);
    await expect(wrong).rejects.toThrow('is no success');
  });

  it('must answer every command', async () => {
    const { handler: silent } = handler([reserveStock]);
    const handlers = new Handlers('inventory', [{ ...silent, handle: () => Promise.resolve([]) }]);
    await expect(handlers.handle(unit, [arrived().command])).rejects.toThrow('0 answers');
  });
});
