/** Parameters as the provider takes them: `a[b]=1` for what is nested, `a[]=1` for lists. */

type Value = string | number | boolean | undefined | readonly (string | number)[] | object;

export const formOf = (parameters: object): string => {
  const form = new URLSearchParams();
  add(form, parameters, (name) => name);
  return form.toString();
};

const add = (form: URLSearchParams, values: object, nameOf: (name: string) => string): void => {
  for (const [name, value] of Object.entries(values) as [string, Value][]) {
    const full = nameOf(name);
    if (Array.isArray(value)) for (const item of value) form.append(`${full}[]`, String(item));
    else if (typeof value === 'object') add(form, value, (inner) => `${full}[${inner}]`);
    else if (value !== undefined) form.append(full, String(value));
  }
};
