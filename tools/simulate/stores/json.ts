/** What comes back of a value that was kept as JSON. */
export const asJson = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;
