import type { DeadLetter } from '../api/types.js';
import { Badge, Empty, Since, State, Wide } from '../parts/basics.js';
import { hashOf } from '../pure/route.js';

interface Shown {
  readonly items: readonly DeadLetter[];
  readonly chosen: ReadonlySet<string>;
  readonly toggle: (id: string) => void;
  readonly all: boolean;
  readonly toggleAll: () => void;
}

export const LetterTable = ({ items, chosen, toggle, all, toggleAll }: Shown) => (
  <Wide label="Dead letters, latest death first">
    <table>
      <thead>
        <tr>
          <td>
            <input
              type="checkbox"
              aria-label="All open ones of this page"
              checked={all}
              onChange={toggleAll}
            />
          </td>
          <th scope="col">Message</th>
          <th scope="col">Topic</th>
          <th scope="col">Why it died</th>
          <th scope="col">Died</th>
          <th scope="col">Status</th>
        </tr>
      </thead>
      <tbody>
        {items.map((letter) => (
          <LetterRow
            key={letter.id}
            of={letter}
            isChosen={chosen.has(letter.id)}
            onToggle={() => toggle(letter.id)}
          />
        ))}
      </tbody>
    </table>
  </Wide>
);

interface Row {
  readonly of: DeadLetter;
  readonly isChosen: boolean;
  readonly onToggle: () => void;
}

const LetterRow = ({ of, isChosen, onToggle }: Row) => (
  <tr>
    <td>
      {of.status === 'open' && (
        <input
          type="checkbox"
          aria-label={`Choose ${of.type ?? 'the message'} with key ${of.key ?? 'none'}`}
          checked={isChosen}
          onChange={onToggle}
        />
      )}
    </td>
    <th scope="row">
      <a href={hashOf(['dead-letters', of.id])}>{of.type ?? 'a message without a type'}</a>
      <span className="below">{of.key ?? 'no key'}</span>
    </th>
    <td>{of.topic}</td>
    <td>
      {of.code}
      <span className="below clip">{of.message}</span>
    </td>
    <td>
      <Since at={of.diedAt} />
    </td>
    <td>
      <span className="marks">
        <State of={of.status} />
        {of.notRedrivable !== undefined && <Badge tone="off">not to be redriven</Badge>}
      </span>
    </td>
  </tr>
);

export const NoLetters = ({ isFiltered }: { readonly isFiltered: boolean }) => (
  <Empty>
    {isFiltered
      ? 'No dead letter is like that.'
      : 'There is none: every message that came was handled.'}
  </Empty>
);
