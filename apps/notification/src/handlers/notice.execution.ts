import { inSpan, type SpanStart } from '#platform';
import type { Notice, Outcome } from '../domain/notice.js';
import { RefusedError } from '../provider/refused-error.js';
import type { NoticeChannel } from './notice.channel.js';

/** Hands a notice to its provider, outside of any transaction. */
export class NoticeExecution {
  constructor(
    private readonly channel: Pick<NoticeChannel, 'deliver'>,
    private readonly find: (noticeId: string) => Promise<Notice | undefined>,
  ) {}

  /** @throws what the channel throws, to be tried again */
  async execute(noticeId: string): Promise<Outcome> {
    const notice = await this.find(noticeId);
    if (notice?.status !== 'recorded') return { kind: 'unchanged' };
    try {
      await inSpan(
        notice.traceparent,
        () => delivering(notice),
        () => this.channel.deliver(notice),
      );
      return { kind: 'sent' };
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      return { kind: 'undeliverable', code: error.code, message: error.message };
    }
  }
}

const delivering = ({ noticeId, template, channel }: Notice): SpanStart => ({
  name: `deliver ${channel}`,
  kind: 'client',
  attributes: { 'notice.id': noticeId, 'notice.template': template, 'notice.channel': channel },
});
