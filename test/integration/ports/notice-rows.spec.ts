/** The contract of notification's rows: a notice is recorded once, and one that was sent stays sent. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { migrations } from '#migrations/notification';
import type { Tx } from '#messaging';
import { barrierTable } from '#participant';
import type {
  NewNotice,
  Notice,
  NoticeCause,
} from '../../../apps/notification/src/domain/notice.js';
import {
  postgresNoticeRows,
  type NoticeRows,
} from '../../../apps/notification/src/persistence/notice-rows.js';
import type { SettledNotice } from '../../../apps/notification/src/persistence/settle-notices.js';
import { SimNoticeRows } from '../../../tools/simulate/stores/notice-rows.js';
import { crossed, inOrder, second, SIDES, type Side } from './sides.js';

jest.setTimeout(60_000);

const subject = (no: number) => `019aa0c5-7d5c-7000-8000-00000000000${no}`;
const id = (no: number) => `order-confirmed:${subject(no)}`;
const notice = (no: number, change: Partial<NewNotice> = {}): NewNotice => ({
  noticeId: id(no),
  template: 'order-confirmed',
  channel: 'email',
  subjectId: subject(no),
  recipient: 'c@example.com',
  locale: null,
  order: {
    orderId: subject(no),
    totalAmount: Number.MAX_SAFE_INTEGER,
    currency: 'JPY',
    items: [{ productId: 'p\u0000"', quantity: 1, unitPrice: 5 }],
  },
  status: 'recorded',
  cause: { id: 'm', type: 't', key: 'k' } as unknown as NoticeCause,
  ...change,
});
const found = (recorded: NewNotice): Notice => {
  const { cause: _, ...rest } = recorded;
  return rest;
};
const problem = { code: '550', message: 'no such user' };
const sent = (no: number): SettledNotice => ({ noticeId: id(no), status: 'sent', problem: null });
const undeliverable = (no: number): SettledNotice => ({
  noticeId: id(no),
  status: 'undeliverable',
  problem,
});

describe.each(SIDES)('the rows of notices on %s', (_name, open) => {
  let side: Side;
  let rows: NoticeRows;

  beforeEach(async () => {
    side = await open({ migrations, tables: [barrierTable] });
    rows = side.postgres ? postgresNoticeRows : new SimNoticeRows();
  });
  afterEach(() => side.close());

  const find = async (no: number) => (await rows.findNotices(side.session, [id(no)])).get(id(no));
  const record = (...all: NewNotice[]) => side.transaction((tx) => rows.recordNotices(tx, all));
  const settle = (...all: SettledNotice[]) => side.transaction((tx) => rows.settleNotices(tx, all));

  it('gives back what was recorded without its cause, and nothing for unknown ids', async () => {
    const recorded = await record(notice(2), notice(1));
    expect(new Set(recorded)).toEqual(new Set([id(1), id(2)]));
    const notices = await rows.findNotices(side.session, [id(2), id(9), id(1), id(2)]);
    expect(notices).toEqual(
      new Map([
        [id(1), found(notice(1))],
        [id(2), found(notice(2))],
      ]),
    );
  });

  it('keeps JSON without gaps, and ids of subjects in lower case', async () => {
    const order = { ...notice(1).order, trackingNumber: undefined } as NewNotice['order'];
    await record(notice(1, { order, subjectId: subject(1).toUpperCase() }));
    const kept = await find(1);
    expect(kept).toStrictEqual(found(notice(1)));
  });

  it('keeps a short message with its number and its language', async () => {
    const sms = notice(1, { channel: 'sms', recipient: '+81312345678', locale: 'ja-JP' });
    await record(sms);
    await expect(find(1)).resolves.toEqual(found(sms));
    await expect(settle(undeliverable(1))).resolves.toMatchObject([
      { channel: 'sms', recipient: '+81312345678', locale: 'ja-JP' },
    ]);
  });

  it('records a notice once, and says which are new', async () => {
    await record(notice(1));
    await settle(sent(1));
    const again = notice(1, { recipient: 'other@example.com' });
    await expect(record(notice(2), again)).resolves.toEqual([id(2)]);
    await expect(record(notice(3), notice(3, { recipient: 'x@example.com' }))).resolves.toEqual([
      id(3),
    ]);
    await expect(find(1)).resolves.toEqual(found(notice(1, { status: 'sent' })));
    await expect(find(3)).resolves.toMatchObject({ recipient: 'c@example.com' });
  });

  it.each([
    ['commit', []],
    ['rollback', [id(1)]],
  ] as const)('lets a second one that records it wait for the %s', async (end, expected) => {
    let recorded: string[] | undefined;
    const first = (tx: Tx) => rows.recordNotices(tx, [notice(1)]);
    const then = async (tx: Tx) => {
      recorded = await rows.recordNotices(tx, [notice(1)]);
    };
    await expect(second(side, first, then, end)).resolves.toEqual(['first ends', 'second has it']);
    expect(recorded).toEqual(expected);
  });

  it('lets one that records it wait for who settles it', async () => {
    await record(notice(1));
    let recorded: string[] | undefined;
    const first = (tx: Tx) => rows.settleNotices(tx, [sent(1)]);
    const then = async (tx: Tx) => {
      recorded = await rows.recordNotices(tx, [notice(1)]);
    };
    await expect(second(side, first, then)).resolves.toEqual(['first ends', 'second has it']);
    expect(recorded).toEqual([]);
  });

  it('settles notices, and gives back those that cannot be delivered', async () => {
    await record(notice(1), notice(2), notice(3));
    await expect(settle(undeliverable(2), sent(1), sent(9))).resolves.toEqual([
      { ...notice(2, { status: 'undeliverable' }), problem },
    ]);
    await expect(find(1)).resolves.toEqual(found(notice(1, { status: 'sent' })));
    await expect(find(2)).resolves.toEqual(found(notice(2, { status: 'undeliverable' })));
    await expect(find(3)).resolves.toEqual(found(notice(3)));
  });

  it('leaves one that was sent as it is, and lets one that was undeliverable be sent', async () => {
    await record(notice(1), notice(2));
    await settle(sent(1), undeliverable(2));
    await expect(settle(undeliverable(1))).resolves.toEqual([]);
    await expect(find(1)).resolves.toMatchObject({ status: 'sent' });
    const other = { code: 'given-up', message: '9 tries' };
    await expect(settle({ ...undeliverable(2), problem: other })).resolves.toMatchObject([
      { noticeId: id(2), problem: other },
    ]);
    await expect(settle(sent(2))).resolves.toEqual([]);
    await expect(find(2)).resolves.toMatchObject({ status: 'sent' });
  });

  it.each([
    ['commit', 0],
    ['rollback', 1],
  ] as const)('settles after who settles the same, and obeys its %s', async (end, expected) => {
    await record(notice(1));
    let given: unknown[] | undefined;
    const first = async (tx: Tx) => {
      await rows.settleNotices(tx, [sent(1)]);
      // Who does not lock does not wait, and sees what is committed.
      expect((await find(1))?.status).toBe('recorded');
    };
    const then = async (tx: Tx) => {
      given = await rows.settleNotices(tx, [undeliverable(1)]);
    };
    await expect(second(side, first, then, end)).resolves.toEqual(['first ends', 'second has it']);
    expect(given).toHaveLength(expected);
    await expect(find(1)).resolves.toMatchObject({
      status: end === 'commit' ? 'sent' : 'undeliverable',
    });
  });

  it('waits also for a notice that was sent, whoever has it', async () => {
    await record(notice(1));
    await settle(sent(1));
    const settleIt = (tx: Tx) => rows.settleNotices(tx, [sent(1)]);
    await expect(second(side, settleIt, settleIt)).resolves.toHaveLength(2);
  });

  it('ends two that wait for each other by failing one of them', async () => {
    await record(notice(1), notice(2));
    const failed = await crossed(side, (tx, no) => rows.settleNotices(tx, [sent(no)]));
    expect(failed).toMatchObject([{ code: '40P01' }]);
    await expect(find(1)).resolves.toMatchObject({ status: 'sent' });
    await expect(find(2)).resolves.toMatchObject({ status: 'sent' });
  });

  it('takes its locks in the order of the ids, whatever order it is asked in', async () => {
    await record(notice(2));
    await record(notice(1));
    const ends = await inOrder(side, (tx, nos) => rows.settleNotices(tx, nos.map(sent)));
    expect(ends).toEqual(['first ends', 'second has it']);
  });

  it('takes empty lists', async () => {
    await side.transaction(async (tx) => {
      await expect(rows.findNotices(tx, [])).resolves.toEqual(new Map());
      await expect(rows.recordNotices(tx, [])).resolves.toEqual([]);
      await expect(rows.settleNotices(tx, [])).resolves.toEqual([]);
    });
  });
});
