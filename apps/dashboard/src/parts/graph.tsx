/** A definition as it is laid out, with the way that a saga took through it lit up. */
import { useMemo } from 'react';
import type { GraphEdge, GraphNode } from '../api/types.js';
import { layoutOf, type Box } from '../pure/layout.js';
import { toneOf, wordOf } from '../pure/tone.js';

interface Drawn {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly label: string;
  /** The state of the saga whose run it is; none for a definition. */
  readonly run?: string;
}

export function Graph({ nodes, edges, label, run }: Drawn) {
  const layout = useMemo(() => layoutOf(nodes, edges), [nodes, edges]);
  return (
    <div className="wide graph" role="region" aria-label={label} tabIndex={0}>
      <svg
        role="img"
        aria-label={run === undefined ? `${label}, as a diagram` : summaryOf(nodes, run)}
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        width={layout.width}
        height={layout.height}
      >
        <defs>
          <Arrow id="arrow" className="tip" />
          <Arrow id="arrow-taken" className="tip taken" />
        </defs>
        {layout.lines.map(({ id, path, taken }) => (
          <path
            key={id}
            d={path}
            className={taken ? 'link taken' : 'link'}
            markerEnd={taken ? 'url(#arrow-taken)' : 'url(#arrow)'}
          />
        ))}
        {layout.boxes.map((box) => (
          <Part key={box.id} box={box} run={run} />
        ))}
      </svg>
    </div>
  );
}

const Arrow = ({ id, className }: { readonly id: string; readonly className: string }) => (
  <marker
    id={id}
    viewBox="0 0 8 8"
    refX="7"
    refY="4"
    markerWidth="7"
    markerHeight="7"
    orient="auto"
  >
    <path d="M0 0L8 4L0 8z" className={className} />
  </marker>
);

function Part({ box, run }: { readonly box: Box; readonly run: string | undefined }) {
  const { x, y, width, height, kind, label, node } = box;
  const state = stateOf(box, run);
  const note = noteOf(box, state);
  const middle = x + width / 2;
  return (
    <g className={`part ${kind} is-${state === undefined ? 'plain' : toneOf(state)}`}>
      <rect x={x} y={y} width={width} height={height} rx={kind === 'end' ? height / 2 : 7} />
      {node?.kind === 'pivot' && kind === 'step' && (
        <rect x={x + 3} y={y + 3} width={width - 6} height={height - 6} rx={5} className="inner" />
      )}
      <text x={middle} y={y + height / 2 + (note === undefined ? 4 : -3)} className="name">
        {label}
      </text>
      {note !== undefined && (
        <text x={middle} y={y + height / 2 + 13} className="note">
          {note}
        </text>
      )}
    </g>
  );
}

function stateOf({ kind, id, node }: Box, run: string | undefined): string | undefined {
  if (run === undefined) return undefined;
  if (kind === 'step') return node?.state;
  if (kind === 'undo') return undoState(node?.compensation?.state);
  if (kind === 'end' && (id === run || (id === 'started' && run !== 'awaiting-start')))
    return 'done';
  return undefined;
}

const undoState = (state: string | undefined): string | undefined =>
  state === 'done' ? 'undone' : state === 'failed' ? 'failed' : state && 'undoing';

function noteOf({ kind, node }: Box, state: string | undefined): string | undefined {
  if (kind !== 'step' && kind !== 'undo') return undefined;
  if (state === undefined) return kind === 'step' ? node?.kind : 'compensation';
  const attempts = kind === 'step' ? node?.attempts : node?.compensation?.attempts;
  const times = attempts !== undefined && attempts > 1 ? ` · ${attempts} times` : '';
  return `${wordOf(state)}${times}`;
}

/** What the picture says, for those who do not see it. */
const summaryOf = (nodes: readonly GraphNode[], run: string): string =>
  `The saga is ${wordOf(run).toLowerCase()}. ` +
  nodes.map(({ step, state }) => `${step}: ${wordOf(state).toLowerCase()}`).join('; ');
