/** How many sagas are at each step now. */
import { Badge, Empty, Panel } from '../parts/basics.js';
import type { Flow, FlowStep } from '../pure/flow.js';
import { formatDuration, formatNumber } from '../pure/format.js';
import { hashOf } from '../pure/route.js';
import { toneOf, wordOf } from '../pure/tone.js';

interface Shown {
  readonly flows: readonly Flow[];
  readonly isComplete: boolean;
  readonly isKnown: boolean;
}

export function Flows(shown: Shown) {
  const { flows } = shown;
  return (
    <Panel title="Sagas on their way" aside={<span className="muted">{noteOf(shown)}</span>}>
      {flows.length === 0 && <Empty>There is no definition and no saga yet.</Empty>}
      {flows.map((flow) => (
        <FlowRow key={flow.definition} flow={flow} />
      ))}
    </Panel>
  );
}

/** Beside the title, where it moves nothing when it goes. */
function noteOf({ isComplete, isKnown }: Shown): string {
  if (!isKnown) return 'Where they are is not known yet.';
  return isComplete ? '' : 'There are more than were looked at: these are the newest.';
}

const FlowRow = ({ flow }: { readonly flow: Flow }) => (
  <section className="flow" aria-label={flow.definition}>
    <h3>
      <a href={hashOf(['sagas'], { definition: flow.definition })}>{flow.definition}</a>
      <span className="muted">
        {formatNumber(flow.live)} in flight
        {flow.compensating > 0 && `, ${formatNumber(flow.compensating)} being undone`}
      </span>
      {flow.attention > 0 && <Badge tone="bad">{formatNumber(flow.attention)} need a person</Badge>}
    </h3>
    <ol>
      {flow.steps.map((step) => (
        <StepBox key={step.step} definition={flow.definition} of={step} />
      ))}
    </ol>
  </section>
);

const StepBox = ({ definition, of }: { readonly definition: string; readonly of: FlowStep }) => (
  <li className={of.counts.length > 0 ? 'busy' : ''}>
    <a href={hashOf(['sagas'], { definition, step: of.step })}>{of.step}</a>
    <span className="counts">
      {of.counts.map(({ state, count }) => (
        <Badge key={state} tone={toneOf(state)}>
          {formatNumber(count)} {wordOf(state).toLowerCase()}
        </Badge>
      ))}
    </span>
    <span className="muted small">
      {of.time
        ? `${formatDuration(of.time.p50Ms)} · p99 ${formatDuration(of.time.p99Ms)}`
        : 'no times yet'}
    </span>
  </li>
);
