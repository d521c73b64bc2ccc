import { useId } from 'react';

interface Named {
  readonly name: string;
  readonly label: string;
  readonly value: string;
}

/** Fields are read from their form when it is sent. `key` by value: another address, another field. */
export function TextBox({
  name,
  label,
  value,
  type = 'text',
  hint,
  list,
}: Named & {
  readonly type?: 'text' | 'number' | 'datetime-local';
  readonly hint?: string;
  readonly list?: readonly string[];
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        key={value}
        name={name}
        type={type}
        defaultValue={value}
        placeholder={hint}
        autoComplete="off"
        spellCheck={false}
        list={list && `${id}-list`}
        min={type === 'number' ? 1 : undefined}
      />
      {list && (
        <datalist id={`${id}-list`}>
          {list.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </div>
  );
}

export type Option = readonly [value: string, label: string];

export function ChoiceBox({ name, label, value, of }: Named & { readonly of: readonly Option[] }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} key={value} name={name} defaultValue={value}>
        <option value="">Any</option>
        {of.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
