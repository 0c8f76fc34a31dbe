import { describe, expect, test } from 'vitest';
import { cleanContact } from '../../tools/values/addresses/contact.js';
import { cleanEmail, emailProblem, emailSpellings, isSameEmail } from '../../tools/values/addresses/email.js';
import { asWritten, trimmed } from '../../tools/values/addresses/marks.js';
import { brazilianVariant, internationalDigits } from '../../tools/values/addresses/phone.js';

test.each([
  ['5521976372196', '552176372196'],
  ['552176372196', '5521976372196'],
  // Landlines begin with 2 to 5.
  ['551134567890', undefined],
  ['5511934567890', undefined],
  ['34976372196', undefined],
])("the other form of Brazil's %s is %s", (digits, variant) => {
  expect(brazilianVariant(digits)).toBe(variant);
});

describe('an email address', () => {
  test('is read without marks and blanks around it, and asked for in lower case too', () => {
    expect(cleanEmail('\u200b MARIA@Exam\u00adple.com\u2069\n')).toBe('MARIA@Example.com');
    expect(emailSpellings('MARIA@Example.com')).toEqual(['MARIA@Example.com', 'maria@example.com']);
    expect(emailSpellings('maria@example.com')).toEqual(['maria@example.com']);
    expect(isSameEmail(' Maria@example.COM', 'MARIA@example.com')).toBe(true);
    expect(isSameEmail(undefined, 'maria@example.com')).toBe(false);
  });

  test.each([
    'mailto:maria@example.com',
    'MAILTO:maria@example.com',
    '"maria@example.com"',
    "'maria@example.com'",
    '“maria@example.com”',
    '="maria@example.com"',
    'maria@example.com.',
    'maria@example.com;',
    '"maria@example.com",',
    '<maria@example.com>',
    '<mailto:maria@example.com>',
    'Maria <maria@example.com>',
    '"García, Maria" <maria@example.com>;',
  ])('%j is read as the address alone', (written) => {
    expect([cleanEmail(written), emailProblem(cleanEmail(written))]).toEqual(['maria@example.com', undefined]);
  });

  test.each(["o'brien@example.com", 'a+b@example.com', 'maría@ejemplo.es', 'a.b_c-d@mail.example.co.uk'])(
    '%j is as it was written',
    (written) => {
      expect([cleanEmail(written), emailProblem(written)]).toEqual([written, undefined]);
    },
  );

  test('is the same with letters and accents in one character or in two', () => {
    expect(isSameEmail('mari\u0301a@example.com', 'mar\u00eda@example.com')).toBe(true);
    expect(isSameEmail('MARI\u0301A@example.com', 'mar\u00eda@example.com')).toBe(true);
    expect(isSameEmail('maria@example.com', 'mar\u00eda@example.com')).toBe(false);
    expect(emailSpellings('mari\u0301a@example.com')).toEqual(['mari\u0301a@example.com', 'mar\u00eda@example.com']);
  });

  test.each([
    '',
    'maria',
    '@example.com',
    'a@example.com b@example.com',
    'a@example.com,b@example.com',
    'a@example.com <b@example.com>',
    'M <a@example.com> <b@example.com>',
    'mailto:maria@example.com?subject=Hi',
    'ma"ria@example.com',
    '"maria"@example.com',
    'maria@.example.com',
    'maria@example..com',
    'email:maria@example.com',
    'maria@example.com (home)',
    `${'a'.repeat(320)}@example.com`,
  ])('%j is refused', (written) => {
    expect(emailProblem(cleanEmail(written))).toMatch(/^must /);
  });
});

test.each([
  ['\u202a+34 600\u2011111\u2011222\u202c', '+34600111222'],
  ['0034600111222', '+34600111222'],
  ['34 600 111 222', '34 600 111 222'],
  ['user:24958501110451908', '24958501110451908'],
  ['123 456', '123 456'],
  [' maria@example.com\u200b', 'maria@example.com'],
  ['Maria \u200eGarcia', 'Maria Garcia'],
  ['\u202bنیک\u200cپور\u202c', 'نیک\u200cپور'],
])('the contact %j of a prompt is cleaned to %j', (text, cleaned) => {
  expect(cleanContact(text)).toBe(cleaned);
});

test('a text loses what shows nothing at its ends, and takes no time', () => {
  expect(trimmed('\u{e0001} \u202a a b\u200b😀\ufeff\u{e0001}\n')).toBe('a b\u200b😀');
  expect(trimmed('\u{e0001}')).toBe('');
  const before = performance.now();
  trimmed(`1${' \u200b'.repeat(200_000)}x`);
  cleanContact(`1${' '.repeat(200_000)}x`);
  expect(performance.now() - before).toBeLessThan(500);
});

test('a quoted text shows what cannot be seen', () => {
  expect(asWritten('\u202a+34\u00a0600"\u2028\u202c')).toBe('"\\u{202a}+34\\u{a0}600\\"\\u{2028}\\u{202c}"');
  expect(asWritten('1'.repeat(100))).toBe(`"${'1'.repeat(60)}…"`);
  expect(internationalDigits({ digits: '34600111222', form: 'bare' })).toBe('34600111222');
});
