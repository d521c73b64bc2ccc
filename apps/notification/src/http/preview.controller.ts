import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { ProblemException, TextField } from '#platform';
import { TEMPLATES, isSmsTemplate, type Template } from '../domain/notice.js';
import { examples } from '../templates/examples.js';
import { NoticeTexts } from '../texts/notice-texts.js';
import { PREVIEW_POLICY, listPage, noticePage } from './preview.page.js';

class NoticeParams {
  @TextField({ max: 5 })
  locale!: string;

  @TextField({ max: 64 })
  template!: string;
}

const HTML = 'text/html; charset=utf-8';
const POLICY = 'Content-Security-Policy';

/** What customers are sent, with examples: for those who write the texts. */
@ApiExcludeController()
@Controller('notices/preview')
export class PreviewController {
  constructor(private readonly texts: NoticeTexts) {}

  @Get()
  @Header('Content-Type', HTML)
  @Header(POLICY, PREVIEW_POLICY)
  all(): string {
    const listed = TEMPLATES.map((template) => ({
      template,
      channels: ['mail', ...(isSmsTemplate(template) ? ['SMS'] : [])],
    }));
    return listPage(listed, this.texts.languages);
  }

  @Get(':locale/:template')
  @Header('Content-Type', HTML)
  @Header(POLICY, PREVIEW_POLICY)
  one(@Param() { locale, template }: NoticeParams): string {
    if (!this.texts.languages.includes(locale) || !isTemplate(template)) {
      throw new ProblemException(404, 'No such notice', `There is no ${template} in ${locale}.`);
    }
    const source = { template, locale, order: examples[template] };
    const sms = isSmsTemplate(template) ? this.texts.sms(source) : undefined;
    return noticePage(`${template}, ${locale}`, { ...this.texts.mail(source), sms });
  }
}

const isTemplate = (text: string): text is Template =>
  (TEMPLATES as readonly string[]).includes(text);
