import { asObject } from '../../../../tools/contract/json.js';

/** Letters with a stroke or without a dot, which Unicode does not decompose. */
const plainLetters: Readonly<Record<string, string>> = { ø: 'o', ł: 'l', đ: 'd', ħ: 'h', ı: 'i' };

/** A text as it is compared: without case, accents, hidden characters and the difference between kinds of blanks. */
const comparable = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/[\p{C}\p{Default_Ignorable_Code_Point}]/gu, '')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFKC')
    .replace(/[øłđħı]/g, (letter) => plainLetters[letter] ?? letter)
    .trim();

/** A filter for the items of lists. A flow has an ns beside its name. */
export interface Search {
  /** Whether every word is in the item's name. */
  matches(item: unknown): boolean;
  /** Whether the item has exactly this name. */
  isNamed(item: unknown): boolean;
}

/** Compiles a search; without a text it matches every item. */
export function createSearch(text: unknown): Search {
  const wanted = comparable(typeof text === 'string' ? text : '');
  const words = wanted.split(' ');
  return {
    matches(item) {
      if (wanted === '') return true;
      const { name, ns } = asObject(item);
      const names = comparable([name, ns].map((each) => String(each ?? '')).join(' '));
      return words.every((word) => names.includes(word));
    },
    isNamed(item) {
      const { name, ns } = asObject(item);
      return wanted !== '' && [name, ns].some((each) => typeof each === 'string' && comparable(each) === wanted);
    },
  };
}
