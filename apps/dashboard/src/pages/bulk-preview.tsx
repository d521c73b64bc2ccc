/** What a bulk action would do, as it was when its sagas were frozen. */
import type { ReactNode } from 'react';
import type { BulkAction } from '../api/bulk-types.js';
import { Empty, Nothing, Panel, State } from '../parts/basics.js';
import { wordsOf } from '../pure/actions.js';
import { formatMoney, formatNumber } from '../pure/format.js';

export function BulkPreview({ of }: { readonly of: BulkAction }) {
  const { count, refused, value, steps, participants } = of.preview;
  const tried = refused.reduce((left, one) => left - one.count, count);
  return (
    <Panel title="What it does" aside={<span className="muted">as it was when it was made</span>}>
      <p>{wordsOf(of).meaning}</p>
      <dl className="facts">
        <div>
          <dt>Sagas found</dt>
          <dd className="number">{formatNumber(count)}</dd>
        </div>
        <div>
          <dt>It is done to</dt>
          <dd className="number">{formatNumber(tried)}</dd>
        </div>
        <div>
          <dt>Worth</dt>
          <dd className="number">
            {value.length === 0 && <Nothing />}
            {value.map(({ currency, amount }) => formatMoney(amount, currency)).join(' + ')}
          </dd>
        </div>
      </dl>
      <div className="columns">
        <Counted title="Where they are">
          {steps.map(({ step, state, count: n }) => (
            <Row key={`${step} ${state}`} count={n}>
              {step} <State of={state} />
            </Row>
          ))}
        </Counted>
        <Counted title="Whom it writes to">
          {participants.map(({ participant, count: n }) => (
            <Row key={participant} count={n}>
              {participant}
            </Row>
          ))}
        </Counted>
        <Counted title="What is refused, and not tried">
          {refused.map(({ why, count: n }) => (
            <Row key={why} count={n}>
              {why}
            </Row>
          ))}
        </Counted>
      </div>
    </Panel>
  );
}

const Counted = ({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ReactNode[];
}) => (
  <section aria-label={title}>
    <h3>{title}</h3>
    {children.length === 0 ? <Empty>None.</Empty> : <ul className="counted">{children}</ul>}
  </section>
);

const Row = ({ count, children }: { readonly count: number; readonly children: ReactNode }) => (
  <li>
    <span className="number">{formatNumber(count)}</span> <span>{children}</span>
  </li>
);
