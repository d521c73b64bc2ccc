import { dead, pending, refuse, succeed, type Answer } from '#participant';
import type { ReturnParcel } from '../domain/return-parcel.js';

/** A return parcel's state as the answer that the saga reads. */
export function returnAnswer({ status, trackingNumber, problemCode }: ReturnParcel): Answer {
  const code = problemCode ?? 'unknown';
  switch (status) {
    case 'awaited':
      return pending({ code: 'goods-awaited', message: 'The goods are on their way back.' });
    case 'received':
      return succeed('shipping.return-received', { trackingNumber });
    case 'lost':
      return refuse(
        'shipping.return-not-received',
        { code },
        { code, message: 'The goods never arrived.' },
      );
    case 'failed':
      return dead({ code: 'carrier-rejected', message: `The carrier will not do this: ${code}` });
  }
}
