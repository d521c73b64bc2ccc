import { useId } from 'react';
import { Problem } from '../api/client.js';

export function ResultField({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>What the step would have answered, as JSON (may be left empty)</label>
      <textarea
        id={id}
        className="code"
        rows={3}
        spellCheck={false}
        value={value}
        placeholder='{"trackingNumber": "…"}'
        onChange={({ target }) => onChange(target.value)}
      />
    </div>
  );
}

/** @throws Problem for what is no object */
export function resultIn(text: string): { result?: Record<string, unknown> } {
  if (text.trim() === '') return {};
  let result: unknown;
  try {
    result = JSON.parse(text);
  } catch (error) {
    throw new Problem(0, 'The answer is no JSON', String(error));
  }
  if (typeof result === 'object' && result !== null && !Array.isArray(result)) {
    return { result: result as Record<string, unknown> };
  }
  throw new Problem(0, 'The answer is no object', 'Write {"name": value, …}.');
}
