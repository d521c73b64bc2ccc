/** They are dear to make, and there are a few hundred zones. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** @param at epoch ms. @returns `2026-11-30` */
export function dayIn(timeZone: string, at: number): string {
  let format = formats.get(timeZone);
  if (!format) {
    // This language writes dates as ISO 8601 does.
    format = new Intl.DateTimeFormat('sv', {
      ...{ timeZone, calendar: 'iso8601', numberingSystem: 'latn' },
      ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
    });
    formats.set(timeZone, format);
  }
  return format.format(at);
}
