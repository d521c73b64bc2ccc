import { describe, expect, it } from '@jest/globals';
import type { GraphEdge, GraphNode } from '../api/types.js';
import { layoutOf, type Box } from './layout.js';

const node = (step: string, group: number, undo?: string): GraphNode => ({
  ...{ step, kind: 'compensable', group, state: 'done', attempts: 1 },
  ...(undo !== undefined && { compensation: { command: undo } }),
});
const edge = (from: string, to: string, taken = false): GraphEdge => ({ from, to, taken });

const nodes = [
  node('create', 0, 'order.cancel-order'),
  node('reserve', 1, 'inventory.release-stock'),
  node('charge', 1, 'payment.refund-payment'),
  node('ship', 2),
];
const edges = [
  edge('started', 'create', true),
  edge('create', 'reserve', true),
  edge('create', 'charge'),
  edge('charge', 'charge:wait-1'),
  edge('charge:wait-1', 'reserve:undo'),
  edge('charge', 'reserve:undo', true),
  edge('charge', 'reserve:undo'),
  edge('reserve:undo', 'create:undo', true),
  edge('create:undo', 'compensated', true),
  edge('ship', 'ship'),
  edge('ship', 'nowhere'),
];

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe('the layout of a graph', () => {
  const layout = layoutOf(nodes, edges);
  const box = (id: string): Box => {
    const found = layout.boxes.find((one) => one.id === id);
    if (found) return found;
    throw new Error(`no ${id}`);
  };

  it('has each part once, and none upon another', () => {
    expect(layout.boxes.map(({ id }) => id).toSorted()).toEqual(
      [
        ...['started', 'completed', 'compensated', 'create', 'reserve', 'charge', 'ship'],
        ...['create:undo', 'reserve:undo', 'charge:undo', 'charge:wait-1'],
      ].toSorted(),
    );
    for (const a of layout.boxes) {
      for (const b of layout.boxes)
        if (a !== b) expect([a.id, b.id, overlap(a, b)]).toEqual([a.id, b.id, false]);
    }
  });

  it('goes down group by group, with what undoes a step beside it', () => {
    const down = ['started', 'create', 'reserve', 'ship', 'completed'].map((id) => box(id).y);
    expect(down).toEqual(down.toSorted((a, b) => a - b));
    expect(box('reserve').y).toBe(box('charge').y);
    expect(box('reserve:undo').y).toBe(box('reserve').y);
    expect(box('create:undo').x).toBeGreaterThan(box('charge').x);
  });

  it('fits into its frame', () => {
    for (const { x, y, width, height } of layout.boxes) {
      expect(x >= 0 && y >= 0).toBe(true);
      expect(x + width <= layout.width && y + height <= layout.height).toBe(true);
    }
  });

  it('draws one line a way, taken if any of its reasons was, and none to itself or nowhere', () => {
    const ways = layout.lines.map(({ from, to }) => `${from} ${to}`);
    expect(new Set(ways).size).toBe(ways.length);
    expect(layout.lines).toContainEqual(
      expect.objectContaining({ from: 'charge', to: 'reserve:undo', taken: true }),
    );
    expect(ways).not.toContain('ship ship');
    expect(ways.some((way) => way.includes('nowhere'))).toBe(false);
  });

  it('draws what was taken last, and no line into the void', () => {
    const taken = layout.lines.map((line) => line.taken);
    expect(taken).toEqual(taken.toSorted((a, b) => Number(a) - Number(b)));
    for (const { path } of layout.lines) expect(path).toMatch(/^M[\d. -]+C[\d. -]+$/);
  });

  it('of nothing is its ends', () => {
    expect(layoutOf([], []).boxes).toHaveLength(3);
  });
});
