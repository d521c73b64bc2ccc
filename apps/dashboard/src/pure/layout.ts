/**
 * Where the parts of a definition's graph lie: steps in the left column, one row a group, top to bottom;
 * beside each the compensation that undoes it, bottom to top; between them what waits for a better input.
 */
import type { GraphEdge, GraphNode } from '../api/types.js';

export interface Box {
  readonly id: string;
  readonly kind: 'end' | 'step' | 'undo' | 'wait';
  readonly label: string;
  /** Of a step or a compensation. */
  readonly node?: GraphNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Line {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly taken: boolean;
  /** For `<path d>`. */
  readonly path: string;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
}

const STEP = { width: 168, height: 46 };
const END = { width: 120, height: 32 };
const WAIT = { width: 76, height: 30 };
const GAP = 20;
const ROW = 84;
const BETWEEN = 128;
const MARGIN = 12;

export function layoutOf(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Layout {
  const groups = groupsOf(nodes);
  const widest = Math.max(1, ...groups.map((group) => group.length));
  const forward = widest * STEP.width + (widest - 1) * GAP;
  const back = MARGIN + forward + BETWEEN;
  const rowY = (row: number): number => MARGIN + row * ROW;
  const boxes = [
    end('started', MARGIN + (STEP.width - END.width) / 2, rowY(0)),
    end('completed', MARGIN + (STEP.width - END.width) / 2, rowY(groups.length + 1)),
    end('compensated', back + (STEP.width - END.width) / 2, rowY(0)),
    ...groups.flatMap((group, index) => {
      const y = rowY(index + 1);
      const undone = group.filter(({ compensation }) => compensation);
      return [
        ...group.map((node, at) => stepBox(node, MARGIN + at * (STEP.width + GAP), y)),
        ...undone.map((node, at) => undoBox(node, back + at * (STEP.width + GAP), y)),
      ];
    }),
  ];
  const waits = waitsOf(edges).map((id) => waitBox(id, boxes, MARGIN + forward));
  return drawn([...boxes, ...waits], edges);
}

function drawn(boxes: readonly Box[], edges: readonly GraphEdge[]): Layout {
  const byId = new Map(boxes.map((box) => [box.id, box]));
  // two answers may lead the same way: one line, taken if one of them was
  const merged = new Map<string, Required<GraphEdge>>();
  for (const edge of edges) {
    const key = `${edge.from} ${edge.to}`;
    const known = merged.get(key);
    merged.set(key, { ...edge, taken: edge.taken === true || known?.taken === true });
  }
  const lines = [...merged.entries()].flatMap(([id, { from, to, taken }]) => {
    const [start, goal] = [byId.get(from), byId.get(to)];
    return start && goal && from !== to
      ? [{ id, from, to, taken, path: pathBetween(start, goal) }]
      : [];
  });
  return {
    width: Math.max(...boxes.map(({ x, width }) => x + width)) + MARGIN,
    height: Math.max(...boxes.map(({ y, height }) => y + height)) + MARGIN,
    boxes,
    // those that were taken last, on top of the others
    lines: lines.toSorted((a, b) => Number(a.taken) - Number(b.taken)),
  };
}

function groupsOf(nodes: readonly GraphNode[]): GraphNode[][] {
  const groups: GraphNode[][] = [];
  for (const node of nodes) (groups[node.group] ??= []).push(node);
  return groups.filter(Boolean);
}

const end = (id: string, x: number, y: number): Box => ({
  ...{ id, kind: 'end', label: id, x, y: y + (STEP.height - END.height) / 2 },
  ...END,
});

const stepBox = (node: GraphNode, x: number, y: number): Box => ({
  ...{ id: node.step, kind: 'step', label: node.step, node, x, y },
  ...STEP,
});

const undoBox = (node: GraphNode, x: number, y: number): Box => ({
  ...{ id: `${node.step}:undo`, kind: 'undo', node, x, y },
  ...{ label: node.compensation?.command.replace(/^[^.]*\./, '') ?? '' },
  ...STEP,
});

const waitsOf = (edges: readonly GraphEdge[]): string[] => [
  ...new Set(edges.map(({ to }) => to).filter((id) => /:wait-\d+$/.test(id))),
];

function waitBox(id: string, boxes: readonly Box[], left: number): Box {
  const step = boxes.find((box) => box.id === id.replace(/:wait-\d+$/, ''));
  return {
    ...{ id, kind: 'wait', label: 'waits' },
    ...{
      x: left + (BETWEEN - WAIT.width) / 2,
      y: (step?.y ?? 0) + (STEP.height - WAIT.height) / 2,
    },
    ...WAIT,
  };
}

/** Straight where one lies below or above the other, else a curve from side to side. */
function pathBetween(from: Box, to: Box): string {
  const [fromX, toX] = [middle(from), middle(to)];
  const isSameSide = (from.kind === 'undo') === (to.kind === 'undo' || to.id === 'compensated');
  const isSideways = from.kind === 'wait' || to.kind === 'wait';
  if (isSameSide && !isSideways) {
    const isDown = to.y > from.y;
    const [fromY, toY] = isDown ? [from.y + from.height, to.y] : [from.y, to.y + to.height];
    const half = (fromY + toY) / 2;
    return `M${fromX} ${fromY}C${fromX} ${half} ${toX} ${half} ${toX} ${toY}`;
  }
  const isRight = toX > fromX;
  const [startX, goalX] = isRight ? [from.x + from.width, to.x] : [from.x, to.x + to.width];
  // there and back again: not on one line
  const shift = isRight ? -4 : 4;
  const [startY, goalY] = [from.y + from.height / 2 + shift, to.y + to.height / 2 + shift];
  const half = (startX + goalX) / 2;
  return `M${startX} ${startY}C${half} ${startY} ${half} ${goalY} ${goalX} ${goalY}`;
}

const middle = ({ x, width }: Box): number => x + width / 2;
