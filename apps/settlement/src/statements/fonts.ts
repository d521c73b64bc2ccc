/** Which font can write which part of a name, and what is written where none can. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { create, type Font } from 'fontkit';
import { sfntOf } from './sfnt.js';

/** Latin, Cyrillic and Japanese; the scripts of one typeface come in files of their own. */
const SCRIPTS = ['latin', 'latin-ext', 'cyrillic', 'japanese'] as const;
export type Script = (typeof SCRIPTS)[number];

interface Loaded {
  readonly script: Script;
  readonly sfnt: Buffer;
  readonly has: (codePoint: number) => boolean;
}

/** Part of a text that one font can write. */
export interface Run {
  readonly script: Script;
  readonly text: string;
}

let loaded: readonly Loaded[] | undefined;

/** Read when the first statement is asked for: 4 MB, kept from then on. */
const fonts = (): readonly Loaded[] => (loaded ??= SCRIPTS.map(load));

const here = createRequire(import.meta.url);

function load(script: Script): Loaded {
  const file = `@fontsource/biz-udpgothic/files/biz-udpgothic-${script}-400-normal.woff`;
  const sfnt = sfntOf(readFileSync(here.resolve(file)));
  const font = create(sfnt) as Font;
  return { script, sfnt, has: (codePoint) => font.hasGlyphForCodePoint(codePoint) };
}

export const fontOf = (script: Script): Buffer =>
  (fonts().find((font) => font.script === script) as Loaded).sfnt;

/**
 * A text in parts, each with the font that can write it. A character that none can is written as its
 * code point, `[U+0645]`: a name that is garbled or has holes would not be known for one.
 */
export function runsOf(text: string): Run[] {
  const runs: { script: Script; text: string }[] = [];
  const add = (script: Script, more: string): void => {
    const last = runs.at(-1);
    if (last?.script === script) last.text += more;
    else runs.push({ script, text: more });
  };
  // Composed, so that an accent is part of its letter.
  for (const character of text.normalize('NFC')) {
    const script = scriptOf(character, runs.at(-1)?.script);
    if (script) add(script, character);
    else add('latin', codePointOf(character));
  }
  return runs;
}

/** @param before what the part before is written in, which spaces and digits stay in */
function scriptOf(character: string, before: Script | undefined): Script | undefined {
  // Control characters, and marks that only change others, are nothing that can be seen.
  if (/[\p{C}\p{M}\p{Zl}\p{Zp}]/u.test(character)) return undefined;
  const codePoint = character.codePointAt(0) ?? 0;
  const able = fonts().filter((font) => font.has(codePoint));
  return (able.find(({ script }) => script === before) ?? able[0])?.script;
}

const codePointOf = (character: string): string =>
  `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;

export const isWritable = (text: string): boolean =>
  Array.from(text.normalize('NFC')).every(
    (character) => scriptOf(character, undefined) !== undefined,
  );
