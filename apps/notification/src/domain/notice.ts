/** A notice: recorded once for what it is about, then delivered. */
import { notifyCustomer } from '#contracts';
import type { z } from 'zod';

export type NoticeRequest = z.output<typeof notifyCustomer.payload>;
export type NoticeStatus = 'recorded' | 'sent' | 'refused' | 'failed';

export interface Notice {
  readonly noticeId: string;
  readonly template: NoticeRequest['template'];
  readonly subjectId: string;
  readonly recipient: string;
  readonly data: NoticeRequest['order'];
  readonly status: NoticeStatus;
}

/** The same for whoever asks for it again, whatever command it comes with. */
export const noticeIdOf = ({ template, subjectId }: NoticeRequest): string =>
  `${template}:${subjectId.toLowerCase()}`;

export const newNotice = (request: NoticeRequest): Notice => ({
  noticeId: noticeIdOf(request),
  template: request.template,
  subjectId: request.subjectId.toLowerCase(),
  recipient: request.email,
  data: request.order,
  status: 'recorded',
});
