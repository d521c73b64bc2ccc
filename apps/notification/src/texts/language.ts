/** The templates of one language, compiled. */
import Handlebars from 'handlebars';
import type { Template } from '../domain/notice.js';
import { TemplateError, type LanguageSources, type Sources } from './template-folder.js';
import type { View } from './view.js';

export type Part = 'subject' | 'text' | 'html' | 'sms';

type Rendering = (view: View & { readonly subject: string }) => string;

/** A name that the view does not have, or a helper that nobody has, fails instead of being left out. */
const STRICT = { strict: true, knownHelpersOnly: true, preventIndent: true };

export class Language {
  private readonly renderings = new Map<string, Rendering>();

  constructor(private readonly sources: LanguageSources) {
    const plain = environment(sources.partials, '.text');
    const markup = environment(sources.partials, '.html');
    for (const [name, source] of sources.templates) {
      const compile = name.endsWith('.html')
        ? markup.compile(source, STRICT)
        : // Plain text knows no entities: `&amp;` in a subject would be read as just that.
          plain.compile(source, { ...STRICT, noEscape: true });
      this.renderings.set(name, (view) => compile(view));
    }
  }

  /** @throws TemplateError naming the file */
  render(template: Template, part: Part, view: View & { readonly subject: string }): string {
    const name = `${template}.${part}`;
    const rendering = this.renderings.get(name);
    const file = `${this.sources.language}/${name}.hbs`;
    if (!rendering) throw new TemplateError(`${file} is missing`);
    try {
      return rendering(view);
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      throw new TemplateError(`${file}: ${said}`, { cause: error });
    }
  }
}

/** Partials that both kinds of text have lie in two files, under one name. */
function environment(partials: Sources, kind: '.text' | '.html'): typeof Handlebars {
  const made = Handlebars.create();
  for (const [name, source] of partials) {
    if (name.endsWith(kind)) made.registerPartial(name.slice(0, -kind.length), source.trimEnd());
  }
  return made;
}
