import type { ReactNode } from 'react';
import type { SagaDetail } from '../api/types.js';
import { Money, Moment, Since } from '../parts/basics.js';
import { Marks } from '../parts/saga-table.js';
import { words } from '../pure/format.js';
import { hashOf } from '../pure/route.js';

export function SagaHead({ saga }: { readonly saga: SagaDetail }) {
  const { orderId, definition, version, sagaId, revision, attributes, amount } = saga;
  return (
    <header className="saga-head">
      <p className="muted">
        <a href={hashOf(['sagas'])}>Sagas</a> / {definition}
      </p>
      <h1>
        {orderId} <Marks of={saga} />
      </h1>
      <dl className="facts">
        <Fact name="Definition">
          <a href={hashOf(['definitions', definition, String(version)])}>
            {definition} v{version}
          </a>
        </Fact>
        {amount && (
          <Fact name="Amount">
            <Money of={amount} />
          </Fact>
        )}
        {Object.entries(attributes).map(([name, value]) => (
          <Fact key={name} name={words(name)}>
            <a href={hashOf(['sagas'], { attribute: `${name}:${value}` })}>{value}</a>
          </Fact>
        ))}
        <Fact name="Began">
          <Moment at={saga.createdAt} />
        </Fact>
        <Fact name="Last change">
          <Since at={saga.updatedAt} />
        </Fact>
        <Fact name="Next timer">{saga.wakeAt === null ? 'none' : <Since at={saga.wakeAt} />}</Fact>
        <Fact name="Revision">
          <span data-testid="revision">{revision}</span>
        </Fact>
        <Fact name="Saga">
          <code>{sagaId}</code>
        </Fact>
      </dl>
      <Why saga={saga} />
    </header>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** What is wrong with it, in the order of how much it matters. */
function Why({ saga }: { readonly saga: SagaDetail }) {
  const { attention, alsoAttention = [], held, cause, cancelRequested } = saga;
  const needed = attention ? [attention, ...alsoAttention] : [];
  return (
    <>
      {needed.map(({ step, code, message }) => (
        <p key={`${step} ${code}`} className="notice bad">
          <strong>A person is needed at {step}:</strong> {message} <code>{code}</code>
        </p>
      ))}
      {held && (
        <p className="notice warn">
          <strong>Held:</strong> {held.message} <code>{held.code}</code>
        </p>
      )}
      {cause && (
        <p className="notice undo">
          <strong>Undone because:</strong> {cause.message} <code>{cause.code}</code>
        </p>
      )}
      {cancelRequested && (
        <p className="notice undo">
          <strong>A cancel waits:</strong> {cancelRequested.message}{' '}
          <code>{cancelRequested.code}</code>
        </p>
      )}
    </>
  );
}
