/** The parcels as the page shows them. */
import type { Cell, PageTable } from '#sandbox';
import type { Refusal, Shipment } from './domain/books.js';
import type { TrackedReturn } from './domain/carrier.js';

export type Shown = Shipment | Refusal | TrackedReturn;

/** @param entries the last ones, oldest first */
export const tableOf = (total: number, entries: readonly Shown[]): PageTable => ({
  columns: [
    ...['parcel', 'tracking number', 'reference', 'status', 'to or from', 'items', 'created'],
    'the van',
  ],
  total,
  rows: entries.toReversed().map(rowOf),
});

const rowOf = (entry: Shown): Cell[] => [
  'shipmentId' in entry ? entry.shipmentId : 'kind' in entry ? entry.parcelId : '',
  'trackingNumber' in entry ? entry.trackingNumber : '',
  entry.reference,
  'code' in entry ? `${entry.status}: ${entry.code}` : entry.status,
  `${entry.address.postalCode} ${entry.address.prefecture} ${entry.address.city}`,
  entry.items.map(({ productId, quantity }) => `${quantity} × ${productId}`).join(', '),
  entry.createdAt,
  'shipmentId' in entry ? buttonsOf(entry) : '',
];

const buttonsOf = ({ shipmentId, status }: Shipment): Cell => {
  const button = (label: string) => ({ label, path: `/sandbox/shipments/${shipmentId}/${label}` });
  switch (status) {
    case 'created':
    case 'pickup_requested':
      return { buttons: [button('collect'), button('deliver'), button('lose')] };
    case 'handed_over':
      return { buttons: [button('deliver'), button('lose')] };
    case 'delivered':
    case 'lost':
    case 'cancelled':
      return '';
  }
};
