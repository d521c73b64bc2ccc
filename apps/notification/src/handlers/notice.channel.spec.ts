import { describe, expect, it } from '@jest/globals';
import { NotNowError } from '#participant';
import { OutboundError } from '#platform';
import type { Notice } from '../domain/notice.js';
import type { Mail } from '../provider/mail-sender.js';
import { HttpSmsSender } from '../provider/http-sms.sender.js';
import { SmsRefusedError, type Sms } from '../provider/sms-sender.js';
import { examples } from '../templates/examples.js';
import { NoticeTexts } from '../texts/notice-texts.js';
import { mailChannel, smsChannel } from './notice.channel.js';

const texts = new NoticeTexts('UTC');
const notice: Notice = {
  noticeId: 'order-shipped:o-1',
  template: 'order-shipped',
  channel: 'email',
  subjectId: 'o-1',
  recipient: 'kim@example.com',
  locale: 'ja-JP',
  status: 'recorded',
  order: { ...examples['order-shipped'], orderId: 'o-1' },
};
const mailSettings = {
  MAIL_CONNECTIONS: 5,
  MAIL_TIMEOUT_MS: 10,
  MAIL_ATTEMPTS: 3,
  MAIL_BACKOFF_MS: 1,
  MAIL_BACKOFF_MAX_MS: 1,
};
const smsSettings = {
  SMS_CONNECTIONS: 5,
  SMS_TIMEOUT_MS: 10,
  SMS_ATTEMPTS: 3,
  SMS_BACKOFF_MS: 1,
  SMS_BACKOFF_MAX_MS: 1,
};

describe('a notice as a mail', () => {
  it('has two texts, its language, its kind and the same Message-ID at every try', async () => {
    const sent: Mail[] = [];
    const send = (mail: Mail) => Promise.resolve(void sent.push(mail));
    const channel = mailChannel({ send }, texts, mailSettings);
    await channel.deliver(notice);
    await channel.deliver(notice);
    expect(sent[1]).toEqual(sent[0]);
    expect(sent[0]).toEqual({
      to: 'kim@example.com',
      subject: '【発送のお知らせ】ご注文番号 o-1',
      text: expect.stringContaining('お問い合わせ番号：TRK4711'),
      html: expect.stringContaining('<html lang="ja">'),
      messageId: '<order-shipped.o-1@saga.example.com>',
      headers: { 'Content-Language': 'ja', 'X-Notice': 'order-shipped', 'X-Order-Id': 'o-1' },
    });
  });
});

describe('a notice as a short message', () => {
  const sms: Notice = {
    ...notice,
    noticeId: 'order-shipped:o-1:sms',
    channel: 'sms',
    recipient: '+81312345678',
  };

  it('goes to the number, under its own key', async () => {
    const sent: Sms[] = [];
    const send = (one: Sms) => Promise.resolve(void sent.push(one));
    await smsChannel({ send }, texts, smsSettings).deliver(sms);
    expect(sent).toEqual([
      {
        to: '+81312345678',
        text: '商品を発送いたしました。お問い合わせ番号：TRK4711',
        key: 'order-shipped:o-1:sms',
      },
    ]);
  });

  it('does not count as tried while the circuit breaker is open', async () => {
    const open = new OutboundError('sms', 'breaker-open', '', 5);
    const channel = smsChannel({ send: () => Promise.reject(open) }, texts, smsSettings);
    await expect(channel.deliver(sms)).rejects.toBeInstanceOf(NotNowError);
  });

  it.each([
    [422, { code: 'unreachable_number', message: 'nobody' }, 'unreachable_number'],
    [404, '<html>', 'http_404'],
  ])('is refused with a %i, by the code that came with it', async (status, body, code) => {
    const sender = new HttpSmsSender({ request: () => Promise.resolve({ status, body }) });
    const error = await sender.send({ to: '+1', text: 't', key: 'k' }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(SmsRefusedError);
    expect(error).toMatchObject({ code });
  });
});
