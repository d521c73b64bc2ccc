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
  min = 1,
  isRequired = false,
}: Named & {
  readonly type?: 'text' | 'number' | 'datetime-local';
  readonly hint?: string;
  readonly list?: readonly string[];
  /** Of a number. */
  readonly min?: number;
  readonly isRequired?: boolean;
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
        min={type === 'number' ? min : undefined}
        required={isRequired}
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

/** One of a few, where each choice changes what else is asked. */
export function SelectBox({
  name,
  label,
  value,
  of,
  onChange,
  isRequired = false,
}: Named & {
  readonly of: readonly Option[];
  readonly onChange: (value: string) => void;
  readonly isRequired?: boolean;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        {...{ id, name, value }}
        required={isRequired}
        onChange={({ target }) => onChange(target.value)}
      >
        {of.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
