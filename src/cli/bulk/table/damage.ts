import { trimmed } from '../../../../tools/values/addresses/marks.js';
import { mojibakeIn } from './text/mojibake.js';

/** Error values of spreadsheets, in the languages in which they are written. */
const errorValues = new Set(
  `#N/A #N/D #N/D! #N/B #NV #Н/Д #YOK #I/T #SAKNAS! #PUUTTUU! #NEDOSTUPNÝ #HIÁNYZIK
  #REF! #¡REF! #BEZUG! #RIF! #ССЫЛКА! #ССЫЛ! #ADR! #VERW! #BAŞV! #REFERENS! #VIITTAUS! #ODKAZ! #HIV!
  #VALUE! #¡VALOR! #VALOR! #WERT! #VALEUR! #VALORE! #ЗНАЧ! #ARG! #WAARDE! #DEĞER! #VÄRDEFEL! #ARVO! #HODNOTA! #ÉRTÉK!
  #NAME? #¿NOMBRE? #NOM? #NOME? #ИМЯ? #NAZWA? #NAAM? #AD? #NAMN? #NIMI? #NÁZEV? #NÉV?
  #NUM! #¡NUM! #NÚM! #ZAHL! #NOMBRE! #ЧИСЛО! #LICZBA! #GETAL! #SAYI! #OGILTIGT! #LUKU! #ČÍSLO! #SZÁM!
  #DIV/0! #¡DIV/0! #ДЕЛ/0! #DZIEL/0! #DEEL/0! #SAYI/0! #DIVISION/0! #JAKO/0! #DĚLENÍ_NULOU! #ZÉRÓOSZTÓ!
  #NULL! #¡NULO! #NULO! #NUL! #NULLO! #ПУСТО! #ZERO! #LEEG! #BOŞ!
  #SPILL! #CALC! #FIELD! #BLOCKED! #CONNECT! #BUSY! #UNKNOWN! #EXTERNAL! #PYTHON! #TIMEOUT! #GETTING_DATA #DATA! #MACRO?
  #ÜBERLAUF! #DESBORDAMIENTO! #PROPAGATION! #KALK! #ERROR!  Loading...
  `.split(/\s+/),
);

/** How programs write that there is no value; some are words, which the contacts may read in another form. */
const noValues: ReadonlyMap<string, string | undefined> = new Map([
  ['None', 'none'],
  ['NULL', 'Null'],
  ['null', 'Null'],
  ['nan', 'Nan'],
  ['NaN', 'Nan'],
  ['undefined', 'Undefined'],
  ...['NaT', '<NA>', '<null>', '<NULL>', '(null)', '(NULL)', '[NULL]', '<nil>'].map((each): [string, undefined] => [
    each,
    undefined,
  ]),
]);

function noValueOf(cell: string): string {
  const otherForm = noValues.get(cell);
  const orElse = otherForm === undefined ? '' : `, or write "${otherForm}" if the word itself is meant`;
  return `is how a program writes that there is no value: leave the cell empty${orElse}`;
}

/** A number with an exponent, which a spreadsheet makes of long numbers. `12E5` may be somebody's code, and is not one. */
const rounded = /^[+-]?\d(?:[.,]\d*E[+-]?|E[+-])\d{1,3}$/i;

/** What a spreadsheet or an export made of a value that is lost; undefined if the cell is sound. */
export function damageOf(cell: string): string | undefined {
  if (rounded.test(cell)) return 'is a number that a spreadsheet rounded: import its column as text';
  if (noValues.has(cell)) return noValueOf(cell);
  if (/[^ -~]/.test(cell)) return textDamageOf(cell);
  return /^[#EL[]/.test(cell) ? errorOf(cell) : undefined;
}

/** What a program shows where there is no value. */
function errorOf(cell: string): string | undefined {
  if (/^#{3,}$/.test(cell))
    return 'is what a spreadsheet shows of a date that there is not, or of a column that is too narrow: widen it and export again';
  if (errorValues.has(cell) || /^Err:\d{3}$/.test(cell) || cell === '[object Object]') {
    return 'is an error value, not a value: correct it in the spreadsheet';
  }
  return undefined;
}

const maxShown = 12;
const shown = (text: string): string => `"${text.length > maxShown ? `${text.slice(0, maxShown)}…` : text}"`;

/** What a wrong encoding made of a text with other than ASCII characters. */
function textDamageOf(cell: string): string | undefined {
  if (cell.includes('\uFFFD')) {
    return 'has lost characters (\uFFFD), as a program read it in the wrong encoding: export it again, as UTF-8, from where it is right';
  }
  const misread = mojibakeIn(cell);
  if (misread === undefined) return errorOf(cell);
  const { written, meant } = misread;
  return `has ${shown(written)} for ${shown(meant)}, as a program read UTF-8 in another encoding: export it again, as "CSV UTF-8", from where it is right`;
}

/** An id as a number that was calculated with, or is formatted: it cannot be known which digits are lost. */
const calculated =
  /^[+-]?\d+(?:[.,]\d+)?E[+-]?\d+$|^\d+[.,]\d*$|^\d{1,3}(?:[.,'\u2019\u00a0\u202f ]\d{3})+(?:[.,]\d+)?$/i;

/** What a spreadsheet made of an id; undefined if it left the id as it was. */
export function idDamageOf(cell: string): string | undefined {
  if (!calculated.test(cell)) return damageOf(cell);
  return 'is a number that a spreadsheet may have rounded: import the column of ids as text, from the original export';
}

/** An id without what spreadsheets put around a text: an apostrophe before it, or quotes. */
export function idText(cell: string): string {
  const id = trimmed(cell);
  return /^\d*$/.test(id) ? id : trimmed(/^'?"?([^"']*)"?$/.exec(id)?.[1] ?? id);
}

/** A cell inside a sentence. */
export const shownCell = (cell: string): string => `"${cell.length > 40 ? `${cell.slice(0, 40)}…` : cell}"`;
