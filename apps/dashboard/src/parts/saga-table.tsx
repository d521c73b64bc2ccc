import type { SagaItem } from '../api/types.js';
import { hashOf } from '../pure/route.js';
import { wordOf } from '../pure/tone.js';
import { Badge, Money, Since, State, Wide } from './basics.js';

export function SagaTable({
  items,
  label,
}: {
  readonly items: readonly SagaItem[];
  readonly label: string;
}) {
  return (
    <Wide label={label}>
      <table>
        <thead>
          <tr>
            <th scope="col">Order</th>
            <th scope="col">State</th>
            <th scope="col">Where it is</th>
            <th scope="col">What is amiss</th>
            <th scope="col" className="right">
              Amount
            </th>
            <th scope="col">Began</th>
            <th scope="col">Last change</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <SagaRow key={item.sagaId} item={item} />
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

const SagaRow = ({ item }: { readonly item: SagaItem }) => (
  <tr>
    <th scope="row">
      <a href={hashOf(['sagas', item.sagaId])}>{item.orderId}</a>
      <span className="below">
        {item.definition} v{item.version}
      </span>
    </th>
    <td>
      <Marks of={item} />
    </td>
    <td>
      {item.at.map(({ step, state, since }) => (
        <span key={step} className="line">
          {step} <span className="muted">{wordOf(state).toLowerCase()}</span>{' '}
          {since !== null && <Since at={since} />}
        </span>
      ))}
    </td>
    <td>
      {item.error && (
        <span title={item.error.message}>
          {item.error.code}
          <span className="below clip">{item.error.message}</span>
        </span>
      )}
    </td>
    <td className="right">
      <Money of={item.amount} />
    </td>
    <td>
      <Since at={item.createdAt} />
    </td>
    <td>
      <Since at={item.updatedAt} />
    </td>
  </tr>
);

/** Its state, and whether somebody is needed, or holds it. */
export const Marks = ({ of }: { readonly of: SagaItem }) => (
  <span className="marks">
    <State of={of.state} />
    {of.attention && <Badge tone="bad">Needs a person</Badge>}
    {of.held && <Badge tone="warn">Held</Badge>}
  </span>
);
