import { describe, expect, it } from '@jest/globals';
import { watch, type Progress } from './watch.js';

const saga = (orderId: string, state: string) => ({
  sagaId: orderId,
  orderId,
  state,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
});

describe('watch', () => {
  it('ends when everything that was accepted is settled, and not before all is placed', async () => {
    const accepted = new Set(['a']);
    const shown: Progress[] = [];
    let looks = 0;
    const sagas = await watch({
      patienceMs: 1000,
      intervalMs: 0,
      accepted,
      // The second order is accepted while the first is settled already.
      allPlaced: () => looks >= 2,
      look: () => {
        looks += 1;
        if (looks === 2) accepted.add('b');
        const b = looks >= 4 ? 'compensated' : 'running';
        return Promise.resolve([saga('a', 'completed'), saga('b', b), saga('x', 'running')]);
      },
      show: (progress) => shown.push(progress),
    });
    expect(looks).toBe(4);
    expect(sagas.map(({ orderId }) => orderId)).toEqual(['a', 'b']);
    expect(shown.at(-1)).toEqual({ accepted: 2, completed: 1, compensated: 1 });
  });

  it('gives up when nothing settles any more, counting from the last that did', async () => {
    let clock = 0;
    let looks = 0;
    await watch({
      patienceMs: 100,
      intervalMs: 0,
      accepted: new Set(['a', 'b', 'c']),
      allPlaced: () => true,
      now: () => clock,
      look: () => {
        looks += 1;
        clock += 60;
        const states = ['a', 'b', 'c'].map((id, i) =>
          saga(id, looks > i + 1 ? 'completed' : 'running'),
        );
        return Promise.resolve(
          states.map((one) => (one.orderId === 'c' ? saga('c', 'running') : one)),
        );
      },
      show: () => undefined,
    });
    // Settled at looks 2 and 3; 60 ms a look are past 100 ms with the second look after that.
    expect(looks).toBe(5);
  });
});
