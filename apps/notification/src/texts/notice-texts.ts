/** The texts of the notices: which language, with which values. */
import { join } from 'node:path';
import { SMS_TEMPLATES, TEMPLATES, type Notice, type Template } from '../domain/notice.js';
import { examples } from '../templates/examples.js';
import { Language } from './language.js';
import { TemplateError, readLanguages, type LanguageSources } from './template-folder.js';
import { oneLine, viewOf, type View } from './view.js';

export interface MailText {
  readonly language: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What a text is made of. */
export type TextSource = Pick<Notice, 'template' | 'order' | 'locale'>;

/** What everybody is written to in whose language nobody wrote texts for. */
const FALLBACK = 'en';

export const TEMPLATE_FOLDER = join(import.meta.dirname, '..', 'templates');

interface Known extends LanguageSources {
  readonly compiled: Language;
}

export class NoticeTexts {
  private readonly known: ReadonlyMap<string, Known>;

  /**
   * Reads and compiles everything once, and writes each example, so that a text that is missing or
   * broken is found at the start and not with the first customer who needs it.
   * @throws TemplateError naming the file
   */
  constructor(
    private readonly timeZone: string,
    folder: string = TEMPLATE_FOLDER,
  ) {
    this.known = new Map(
      readLanguages(folder).map((sources) => [
        sources.language,
        { ...sources, compiled: new Language(sources) },
      ]),
    );
    if (!this.known.has(FALLBACK)) {
      throw new TemplateError(`${join(folder, FALLBACK)} is missing: others fall back to it`);
    }
    for (const locale of this.languages) this.writeExamples(locale);
  }

  get languages(): string[] {
    return [...this.known.keys()];
  }

  mail({ template, order, locale }: TextSource): MailText {
    const { compiled, view } = this.prepare(locale, order);
    const subject = this.subjectOf(compiled, template, view);
    const whole = { ...view, subject };
    return {
      language: view.language,
      subject,
      text: compiled.render(template, 'text', whole),
      html: compiled.render(template, 'html', whole),
    };
  }

  /** @throws TemplateError where there is no short text for it */
  sms({ template, order, locale }: TextSource): string {
    const { compiled, view } = this.prepare(locale, order);
    return oneLine(compiled.render(template, 'sms', { ...view, subject: '' }));
  }

  /** Exactly that one, or its language, or English. */
  private prepare(
    locale: string | null,
    order: TextSource['order'],
  ): { compiled: Language; view: View } {
    const own = locale?.slice(0, 2);
    const wishes = [locale ?? FALLBACK, own ?? FALLBACK];
    const language = wishes.find((name) => this.known.has(name)) ?? FALLBACK;
    const { compiled, currencyDisplay, reasons } = this.known.get(language) as Known;
    const isOwn = locale !== null && own === language.slice(0, 2);
    const view = viewOf(order, language, {
      locale: isOwn ? locale : language,
      timeZone: this.timeZone,
      currencyDisplay,
      reasons,
    });
    return { compiled, view };
  }

  private subjectOf(compiled: Language, template: Template, view: View): string {
    const subject = oneLine(compiled.render(template, 'subject', { ...view, subject: '' }));
    if (subject === '') {
      throw new TemplateError(`${view.language}/${template}.subject.hbs makes an empty subject`);
    }
    return subject;
  }

  private writeExamples(locale: string): void {
    for (const template of TEMPLATES) {
      this.mail({ template, locale, order: examples[template] });
    }
    for (const template of SMS_TEMPLATES) {
      this.sms({ template, locale, order: examples[template] });
    }
  }
}
