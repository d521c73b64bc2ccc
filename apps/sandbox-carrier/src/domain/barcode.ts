/** Code 39, as far as tracking numbers need it: nine bars and gaps a character, three of them wide. */

const CODES: Readonly<Record<string, string>> = {
  '0': 'nnnwwnwnn',
  '1': 'wnnwnnnnw',
  '2': 'nnwwnnnnw',
  '3': 'wnwwnnnnn',
  '4': 'nnnwwnnnw',
  '5': 'wnnwwnnnn',
  '6': 'nnwwwnnnn',
  '7': 'nnnwnnwnw',
  '8': 'wnnwnnwnn',
  '9': 'nnwwnnwnn',
  A: 'wnnnnwnnw',
  B: 'nnwnnwnnw',
  C: 'wnwnnwnnn',
  D: 'nnnnwwnnw',
  E: 'wnnnwwnnn',
  F: 'nnwnwwnnn',
  K: 'wnnnnnnww',
  R: 'wnnnnnwwn',
  T: 'nnnnwnwwn',
};
/** Begins and ends every code. */
const STAR = 'nwnnwnwnn';

const NARROW = 1;
const WIDE = 3;

export interface Bar {
  readonly x: number;
  readonly width: number;
}

/** @throws Error for a character that no tracking number has */
export const barcodeOf = (
  text: string,
): { readonly bars: readonly Bar[]; readonly width: number } => {
  const codes = [STAR, ...Array.from(text, codeOf), STAR];
  const bars: Bar[] = [];
  let x = 0;
  for (const code of codes) {
    for (const [index, kind] of Array.from(code).entries()) {
      const width = kind === 'w' ? WIDE : NARROW;
      // bars and gaps take turns, a bar first
      if (index % 2 === 0) bars.push({ x, width });
      x += width;
    }
    x += NARROW;
  }
  return { bars, width: x - NARROW };
};

const codeOf = (character: string): string => {
  const code = CODES[character];
  if (code === undefined) throw new Error(`no bars for ${character}`);
  return code;
};
