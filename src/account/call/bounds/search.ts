import { asObject } from '../../../../tools/contract/json.js';

/** Letters that Unicode does not decompose, and the sigma that ends a word. */
const plainLetters: Readonly<Record<string, string>> = {
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ħ: 'h',
  ı: 'i',
  æ: 'ae',
  œ: 'oe',
  ς: 'σ',
};

/** A text as it is compared: without case, accents, styles, hidden characters and the difference between kinds of blanks. */
const comparable = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
    .replace(/\s+/g, ' ')
    .replace(/\p{C}/gu, '')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFKC')
    .replace(/[øłđħıæœς]/g, (letter) => plainLetters[letter] ?? letter)
    .trim();

/** A filter for the items of lists. A flow has an ns beside its name. */
export interface Search {
  /** Whether every word is in the item's name, or in that of what holds it. */
  matches(item: unknown, holder?: unknown): boolean;
  /** Whether the item has exactly this name. */
  isNamed(item: unknown): boolean;
}

/** Compiles a search; without a text it matches every item. */
export function createSearch(text: unknown): Search {
  const wanted = comparable(typeof text === 'string' ? text : '');
  const words = wanted.split(' ');
  return {
    matches(item, holder) {
      if (wanted === '') return true;
      const { name, ns } = asObject(item);
      const names = comparable([name, ns, asObject(holder).name].map((each) => String(each ?? '')).join(' '));
      return words.every((word) => names.includes(word));
    },
    isNamed(item) {
      const { name, ns } = asObject(item);
      return wanted !== '' && [name, ns].some((each) => typeof each === 'string' && comparable(each) === wanted);
    },
  };
}
