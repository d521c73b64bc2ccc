/** Promises attacked here: every text is there, in both languages, and says what it must and no more. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMS_TEMPLATES, TEMPLATES, type NoticeOrder, type Template } from '../domain/notice.js';
import { examples } from '../templates/examples.js';
import { NoticeTexts, TEMPLATE_FOLDER } from './notice-texts.js';

const texts = new NoticeTexts('Asia/Tokyo');
const mail = (template: Template, locale: string | null, order: Partial<NoticeOrder> = {}) =>
  texts.mail({ template, locale, order: { ...examples[template], ...order } });

const JAPANESE = /[\u3040-\u30ff]/;

describe.each(['en', 'ja'])('the notices in %s', (locale) => {
  it.each(TEMPLATES)('have %s, with its order in every part', (template) => {
    const { language, subject, text, html } = mail(template, locale);
    expect(language).toBe(locale);
    for (const part of [subject, text, html]) {
      expect(part).toContain(examples[template].orderId);
      expect(part).not.toMatch(/undefined|null|NaN|\{\{|\[object/);
      expect(JAPANESE.test(part)).toBe(locale === 'ja');
    }
    expect(subject).not.toMatch(/[\r\n]/);
    expect(text).not.toMatch(/&amp;|&quot;|&lt;|<\/?p>/);
    expect(html).toMatch(new RegExp(`^<!doctype html>\n<html lang="${locale}">`));
    expect(html.match(/<p/g)?.length).toBe(html.match(/<\/p>/g)?.length);
  });

  it.each(SMS_TEMPLATES)('have a short message of one line for %s', (template) => {
    const text = texts.sms({ template, locale, order: examples[template] });
    expect(text).toMatch(/TRK4711|FT-2026-0042/);
    expect(text).not.toMatch(/[\r\n]|undefined|&amp;/);
    expect(text.length).toBeLessThan(140);
  });
});

describe('a mail', () => {
  it('says how to pay: how much, with what, until when, and where that is written', () => {
    const { text } = mail('payment-created', 'en');
    expect(text).toContain('by bank transfer');
    expect(text).toContain('Amount: ¥3,960\n');
    expect(text).toContain('Reference: FT-2026-0042\n');
    expect(text).toMatch(/Pay by: December 3, 2026 at 11:59 PM GMT\+9\n/);
    expect(text).toContain('https://pay.example.com/instructions/42?lang=ja&step=1\n');
    const { text: japanese, html } = mail('payment-created', 'ja');
    expect(japanese).toContain('お支払い金額：3,960円\n');
    expect(japanese).toMatch(/お支払い期限：2026年12月3日 23:59 JST\n/);
    expect(html).toContain('href="https://pay.example.com/instructions/42?lang&#x3D;ja&amp;step');
  });

  it('says so when it is paid in a shop', () => {
    const { instructions } = examples['payment-created'];
    const inShop = { ...instructions, method: 'convenience_store' } as never;
    expect(mail('payment-created', 'en', { instructions: inShop }).text).toContain('at the till');
    expect(mail('payment-created', 'ja', { instructions: inShop }).text).toContain('受付番号');
  });

  it('links to web pages only, and shows a time that is none as it came', () => {
    const odd = { url: 'javascript:alert(1)', payBy: 'soon\r\nBcc: x', reference: 'r' };
    const instructions = { ...odd, method: 'bank_transfer' } as const;
    const { html, text } = mail('payment-created', 'en', { instructions });
    expect(html).not.toContain('javascript');
    expect(text).toContain('Pay by: soon Bcc: x\n');
  });

  it('names the lines of an order, its total and where the parcel is', () => {
    const { text } = mail('order-confirmed', 'en');
    expect(text).toContain('2 x 85123A  ¥1,480 each\n');
    expect(text).toContain('Total: ¥3,960\n');
    expect(text).toContain('Tracking number: TRK4711\n');
    const without = mail('order-confirmed', 'en', { trackingNumber: undefined });
    expect(without.text).not.toContain('Tracking');
    expect(without.html).not.toContain('Tracking');
  });

  it('names goods that came back and what is given back for them', () => {
    const { subject, text } = mail('return-refunded', 'en');
    expect(subject).toMatch(/^Your return of order .* is complete$/);
    expect(text).toContain('Refunded: ¥1,480\n');
    expect(mail('refund-completed', 'ja').text).toContain('ご返金額の合計：1,480円');
  });

  it('tells a reason in the language of its reader, and none that it has no words for', () => {
    expect(mail('order-cancelled', 'ja').text).toContain('理由：ご注文の商品の在庫が不足');
    expect(mail('payment-failed', 'en').text).toContain('Reason: Your card was declined.');
    for (const reasonCode of ['db_down', 'constructor']) {
      expect(mail('order-cancelled', 'en', { reasonCode }).text).not.toContain('Reason');
    }
  });

  it('offers another card after a declined one, if the order waits for it, and nothing else', () => {
    for (const part of ['text', 'html'] as const) {
      expect(mail('payment-failed', 'en')[part]).toContain(
        'If your order still waits for a payment, you can pay with another card.',
      );
      expect(mail('payment-failed', 'ja')[part]).toContain(
        'お支払い待ちの場合は、別のカードでお支払いいただけます',
      );
    }
  });

  it('shows every value as text in HTML', () => {
    const { html, text } = mail('order-confirmed', 'en', {
      trackingNumber: '<script>"x"</script>',
    });
    expect(html).not.toContain('<script>');
    expect(html).toContain('&lt;script&gt;&quot;x&quot;');
    expect(html).toContain('tea &amp; &quot;cakes&quot; &lt;6&gt;');
    expect(text).toContain('tea & "cakes" <6>');
  });

  it('gives no value a line of its own making, in text, subject or short message', () => {
    const productId = 'p\r\nTotal: ¥0\u2028Total: ¥0\u0085\u202egnihton';
    const items = [{ productId, quantity: 1, unitPrice: 1 }];
    const { text } = mail('order-confirmed', 'en', { items });
    expect(text.match(/^Total:/gm)).toHaveLength(1);
    expect(text).not.toMatch(/[\u2028\u0085\u202e\r]/);
    const orderId = 'o\r\nBcc: everybody@example.com';
    expect(mail('order-confirmed', 'en', { orderId }).subject).not.toMatch(/[\r\n]/);
    const order = { ...examples['order-shipped'], trackingNumber: 'T\nCall +81' };
    expect(texts.sms({ template: 'order-shipped', locale: 'en', order })).not.toContain('\n');
  });
});

describe('the language of a mail', () => {
  it.each([
    ['ja', 'ja'],
    ['ja-JP', 'ja'],
    ['en-GB', 'en'],
    ['fr-CA', 'en'],
    [null, 'en'],
  ])('for a reader of %s is %s', (locale, language) => {
    expect(mail('order-created', locale).language).toBe(language);
  });

  it('is written as where the reader is, but never in a mix of two', () => {
    expect(mail('payment-created', 'en-GB').text).toContain('Pay by: 3 December 2026');
    expect(mail('payment-created', 'fr-FR').text).toContain('Pay by: December 3, 2026');
  });
});

describe('a folder of templates', () => {
  let folder: string;
  const load = () => new NoticeTexts('UTC', folder);
  const change = async (file: string, edit: (text: string) => string) => {
    const path = join(folder, file);
    await writeFile(path, edit(await readFile(path, 'utf8')));
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'templates-'));
    await cp(TEMPLATE_FOLDER, folder, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.each([
    'en/order-paid.subject.hbs',
    'ja/order-created.html.hbs',
    'ja/order-shipped.sms.hbs',
    'ja/_footer.text.hbs',
    'ja/language.json',
    '_layout.html.hbs',
  ])('without %s is refused by that name', async (file) => {
    await rm(join(folder, file));
    expect(load).toThrow(file);
  });

  it.each([
    ['does not close', 'en/order-paid.html.hbs', '{{#if total}}'],
    ['asks for what there is not', 'ja/order-paid.text.hbs', '{{price}}'],
    ['calls what there is not', 'ja/payment-created.sms.hbs', '{{upper total}}'],
    ['includes what there is not', 'en/order-created.html.hbs', '{{> header}}'],
  ])('with a template that %s is refused by its name', async (_what, file, addition) => {
    await change(file, (text) => text + addition);
    expect(load).toThrow(file);
  });

  it('with an empty subject, a misspelt file or a bad language file is refused', async () => {
    await change('en/order-paid.subject.hbs', () => ' \n');
    expect(load).toThrow('en/order-paid.subject.hbs');
    await change('en/order-paid.subject.hbs', () => 'paid');
    await writeFile(join(folder, 'ja', 'order-shiped.sms.hbs'), 'x');
    expect(load).toThrow('order-shiped.sms.hbs');
    await rm(join(folder, 'ja', 'order-shiped.sms.hbs'));
    await change('ja/language.json', (text) => text.replace('"name"', '"long"'));
    expect(load).toThrow('ja/language.json');
  });

  it('without English is refused, because the others fall back to it', async () => {
    await rm(join(folder, 'en'), { recursive: true });
    expect(load).toThrow('en is missing');
  });

  it('takes another language as a folder more', async () => {
    await cp(join(folder, 'en'), join(folder, 'de-CH'), { recursive: true });
    await change('de-CH/order-paid.subject.hbs', () => 'Bezahlt: {{total}}\n');
    const order = examples['order-paid'];
    const { language, subject } = load().mail({ template: 'order-paid', locale: 'de-CH', order });
    expect([language, subject]).toEqual(['de-CH', expect.stringMatching(/^Bezahlt: /)]);
  });
});
