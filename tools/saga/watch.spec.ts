import { describe, expect, it, jest } from '@jest/globals';
import { CommandProblem, EXIT } from './exit-status.js';
import { patiently } from './watch.js';

const away = () => new CommandProblem(EXIT.unreachable, 'away.');

describe('patience', () => {
  it('waits for an orchestrator that comes back, and says so once', async () => {
    const told = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    let calls = 0;
    const read = () => {
      calls += 1;
      return calls < 4 ? Promise.reject(away()) : Promise.resolve('here');
    };
    expect(await patiently(read, 1)).toBe('here');
    expect(told.mock.calls).toEqual([['away. Watching goes on when it is back.\n']]);
    told.mockRestore();
  });

  it('has an end, and is for nothing else', async () => {
    await expect(patiently(() => Promise.reject(away()), 1, 0)).rejects.toMatchObject({
      status: 6,
    });
    const refused = new CommandProblem(EXIT.noAccess, 'no');
    await expect(patiently(() => Promise.reject(refused), 1)).rejects.toBe(refused);
  });
});
