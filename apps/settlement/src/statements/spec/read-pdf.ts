import { inflateSync } from 'node:zlib';

export interface ReadPdf {
  readonly pages: number;
  /** What is written in the fonts that every reader has, one text an operator. */
  readonly plain: readonly string[];
  /** All characters that embedded fonts write. */
  readonly embedded: string;
}

/** Enough of PDF to see what our statements say. */
export function readPdf(pdf: Buffer): ReadPdf {
  const text = pdf.toString('latin1');
  const streams = [...text.matchAll(/\/Length (\d+)[^]*?stream\n/g)].map((match) => {
    const from = match.index + match[0].length;
    const packed = pdf.subarray(from, from + Number(match[1]));
    try {
      return inflateSync(packed).toString('latin1');
    } catch {
      return packed.toString('latin1');
    }
  });
  const maps = streams.filter((stream) => stream.includes('begincmap'));
  return {
    pages: [...text.matchAll(/\/Type \/Page\b/g)].length,
    plain: streams.filter((stream) => stream.includes(' TJ')).flatMap(plainOf),
    embedded: maps.map(charactersOf).join(''),
  };
}

const fromHex = (hex: string): string => Buffer.from(hex, 'hex').toString('latin1');

const plainOf = (stream: string): string[] =>
  [...stream.matchAll(/\[([^\]]*)\] TJ/g)].map(([, pieces = '']) =>
    [...pieces.matchAll(/<([0-9a-f]*)>/g)].map(([, hex = '']) => fromHex(hex)).join(''),
  );

/** The first glyph is the one for what is missing. */
function charactersOf(map: string): string {
  const [, list = ''] = /<0000> <[0-9a-f]{4}> \[([^\]]*)\]/.exec(map) ?? [];
  return [...list.matchAll(/<([0-9a-f ]+)>/g)]
    .slice(1)
    .map(([, hex = '']) => Buffer.from(hex.replaceAll(' ', ''), 'hex').swap16().toString('utf16le'))
    .join('');
}
