import { describe, expect, test } from 'vitest';
import { mojibakeIn } from '../../../src/cli/bulk/table/text/mojibake.js';

const names = [
  'Hüttner',
  'José',
  'ESPAÑA',
  'Łódź, Ąćęłńóśźż',
  'Žižek',
  'și țară',
  'Şükrü Ağaoğlu İstanbul ışık',
  'Иван',
  'Νίκος',
  'שלום',
  'مرحبا',
  '日本語',
  'Don’t',
  'say “hi” – now…',
  '20 €',
  'voilà, à la carte',
  'MALMÖ',
  'Mª Carmen, nº 5, 25°',
  'Hi 😀',
  'I ❤ you ✅',
];

/** A text whose UTF-8 was read in another encoding. */
const misread = (text: string, encoding: string): string => new TextDecoder(encoding).decode(Buffer.from(text));

describe('UTF-8 that was read in another encoding is found', () => {
  test.each(names)('%s as Windows-1252', (name) => {
    expect(mojibakeIn(misread(name, 'windows-1252'))).toBeDefined();
  });

  test.each(names)('%s as Latin-1', (name) => {
    expect(mojibakeIn(Buffer.from(name).toString('latin1'))).toBeDefined();
  });

  test.each(['Hüttner', 'José', 'Óscar', 'Ramón', 'Don’t'])('%s as Mac Roman', (name) => {
    expect(mojibakeIn(misread(name, 'macintosh'))).toBeDefined();
  });

  test('twice over', () => {
    expect(mojibakeIn(misread(misread('Hüttner', 'windows-1252'), 'windows-1252'))).toBeDefined();
  });

  test('beside sound letters', () => {
    expect(mojibakeIn('Jürgen HÃ¼ttner')).toEqual({ written: 'Ã¼', meant: 'ü' });
  });

  test.each([
    ['voilÃ', 'Ã', 'à'],
    ['voilÃ  Ana', 'Ã', 'à'],
    ['â€œhiâ€', 'â€œ', '“'],
    ['hiâ€?', 'â€', '”'],
  ])('after characters were lost from it: %s', (text, written, meant) => {
    expect(mojibakeIn(text)).toEqual({ written, meant });
  });
});

describe('a text that is meant so is left alone', () => {
  test.each([
    ...names,
    'ROMÂNIA, CÂND, ÎNTR-O',
    'CHÂU Á, ẤN ĐỘ, NGUYỄN VÂN',
    'MAÇÃ, IRMÃ, AMANHÃ',
    '“MINHA IRMÃ”',
    '«NESCAFÉ®», CAFÉ™, SMÅ®',
    'So ein “Spaß”, Spaß… und „Spaß“',
    'voilà\u00a0» et «\u00a0déjà\u00a0»',
    '“café…”, là’…',
    'AUJOURD’HUI É’S',
    'LA RISPOSTA È… “È”',
    'KESÄ… ja “SÄÄ”',
    'QUÉ»',
    '√2, √π ≈ 1,77; ‚so‘',
    '«Où êtes-vous\u00a0?»',
    'Ð, Þ, æ, ð – íslenska',
    '100\u00a0€, 2\u00a0×\u00a0½',
  ])('%s', (text) => {
    expect(mojibakeIn(text)).toBeUndefined();
  });
});
