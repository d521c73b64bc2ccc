/** The templates as they lie in a folder: `<locale>/<template>.<part>.hbs`, and what they share. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SMS_TEMPLATES, TEMPLATES } from '../domain/notice.js';

/** How a language writes, beside its templates. */
const languageFile = z.strictObject({
  currencyDisplay: z.enum(['symbol', 'name', 'code']),
  reasons: z.record(z.string(), z.string()),
});

/** By name without `.hbs`: `order-created.text`. */
export type Sources = ReadonlyMap<string, string>;

export interface LanguageSources extends z.output<typeof languageFile> {
  readonly language: string;
  readonly templates: Sources;
  /** By name without the underscore that marks their files: `items.html`. */
  readonly partials: Sources;
}

/** A template is missing, unknown or broken: the service does not start. The text names its file. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

const LANGUAGE = /^[a-z]{2}(-[A-Z]{2})?$/;
const SETTINGS_FILE = 'language.json';

/** The parts that every language has. */
const PARTS = [
  ...TEMPLATES.flatMap((template) => ['subject', 'text', 'html'].map((p) => `${template}.${p}`)),
  ...SMS_TEMPLATES.map((template) => `${template}.sms`),
];
const PARTIALS = ['items.text', 'items.html', 'footer.text', 'footer.html'];
const SHARED_PARTIALS = ['layout.text', 'layout.html'];

/** @throws TemplateError */
export function readLanguages(folder: string): LanguageSources[] {
  const shared = new Map(SHARED_PARTIALS.map((name) => [name, read(folder, `_${name}.hbs`)]));
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && LANGUAGE.test(entry.name))
    .map(({ name: language }) => {
      const place = join(folder, language);
      refuseUnknown(place);
      return {
        ...readSettings(place),
        language,
        templates: new Map(PARTS.map((name) => [name, read(place, `${name}.hbs`)])),
        partials: new Map([
          ...shared,
          ...PARTIALS.map((name) => [name, read(place, `_${name}.hbs`)] as const),
        ]),
      };
    });
}

/** A name that is nearly right would be a text that is never sent. */
function refuseUnknown(place: string): void {
  const known = new Set([
    SETTINGS_FILE,
    ...PARTS.map((name) => `${name}.hbs`),
    ...PARTIALS.map((name) => `_${name}.hbs`),
  ]);
  const unknown = readdirSync(place).find((file) => !known.has(file));
  if (unknown !== undefined) {
    throw new TemplateError(`${join(place, unknown)} is the file of no template`);
  }
}

function readSettings(place: string): z.output<typeof languageFile> {
  try {
    return languageFile.parse(JSON.parse(read(place, SETTINGS_FILE)));
  } catch (error) {
    if (error instanceof TemplateError) throw error;
    throw new TemplateError(`${join(place, SETTINGS_FILE)} is not as it must be`, { cause: error });
  }
}

function read(place: string, file: string): string {
  try {
    return readFileSync(join(place, file), 'utf8');
  } catch (error) {
    throw new TemplateError(`${join(place, file)} is missing, or cannot be read`, { cause: error });
  }
}
