import { escapeHtml } from '#sandbox';
import { barcodeOf } from './barcode.js';
import type { Shipment } from './books.js';

const BAR_HEIGHT = 60;
const MARGIN = 20;
const SCALE = 2;

/** What is stuck on the parcel: to whom, and the number as text and as bars. */
export const labelOf = ({ address, trackingNumber, reference }: Shipment): string => {
  const { bars, width } = barcodeOf(trackingNumber);
  const { line1, city, prefecture, postalCode, country } = address;
  const lines = [line1, `${postalCode} ${city}`, [prefecture, country].filter(Boolean).join(', ')];
  const texts = lines.map(
    (line, index) => `<text x="${MARGIN}" y="${40 + 24 * index}">${escapeHtml(line)}</text>`,
  );
  const drawn = bars.map(
    (bar) =>
      `<rect x="${MARGIN + bar.x * SCALE}" y="120" width="${bar.width * SCALE}" height="${BAR_HEIGHT}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width * SCALE + 2 * MARGIN}" height="250"`,
    ` font-family="monospace" font-size="16">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...texts,
    ...drawn,
    `<text x="${MARGIN}" y="205">${escapeHtml(trackingNumber)}</text>`,
    `<text x="${MARGIN}" y="230" font-size="11">${escapeHtml(reference)}</text>`,
    `</svg>`,
  ].join('\n');
};
