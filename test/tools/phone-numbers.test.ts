import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  internationalDigits,
  isSamePhone,
  parsePhone,
  phoneIn,
  phoneSpellings,
  phoneText,
  readableText,
} from '../../tools/values/addresses/phone.js';

const seed = 20_261_126;
const textOf = (text: string): string | undefined => {
  const phone = phoneIn(text);
  return phone && phoneText(phone);
};
const spellings = (text: string) => {
  const phone = phoneIn(text);
  return phone === undefined ? [] : phoneSpellings(phone).map(({ text }) => text);
};

describe('a phone number', () => {
  test.each([
    ['+34 600-111-222', '+34600111222'],
    ['+34 (600) 111.222', '+34600111222'],
    ['(+34) 600 111 222', '+34600111222'],
    ['(0034) 600 111 222', '+34600111222'],
    ['+1 (202) 555-0123', '+12025550123'],
    ['\u202a+34\u00a0600\u2011111\u2013222\u202c', '+34600111222'],
    ['\u200e+34 600\u2009111\u202f222\u2069', '+34600111222'],
    ['\ufeff+3\u200b4600\u2060111222\u00a0', '+34600111222'],
    ['＋３４（６００）１１１－２２２', '+34600111222'],
    ['+٣٤٦٠٠١١١٢٢٢', '+34600111222'],
    ['+۳۴۶۰۰۱۱۱۲۲۲', '+34600111222'],
    ['tel:+34-600-111-222', '+34600111222'],
    ['whatsapp:+34600111222', '+34600111222'],
    ["'+34600111222", '+34600111222'],
    ['\t0034 600 111 222\n', '+34600111222'],
    ['+33.6.12.34.56.78', '+33612345678'],
    ['+49.1701234567', '+491701234567'],
    ['34.600.111.222', '+34600111222'],
    ['34600111222', '+34600111222'],
    ['1-202-555-0123', '+12025550123'],
    ['(202) 555-0123', '2025550123'],
    ['202.555.0123', '2025550123'],
    ['0600 111 222', '0600111222'],
    // Exports, links, labels, quotes and stops around a number.
    ['p:+34600111222', '+34600111222'],
    ['https://wa.me/34600111222', '+34600111222'],
    ['wa.me/34600111222', '+34600111222'],
    ['https://api.whatsapp.com/send?phone=34600111222', '+34600111222'],
    ['"+34600111222"', '+34600111222'],
    ['="+34600111222"', '+34600111222'],
    ['“+34 600 111 222”', '+34600111222'],
    ["'+34600111222'", '+34600111222'],
    ['"+34600111222";', '+34600111222'],
    ['+34600111222;', '+34600111222'],
    ['+34 600 111 222.', '+34600111222'],
    ['Tel. +34 600 111 222', '+34600111222'],
    ['Tel.: +34 600 111 222', '+34600111222'],
    ['WhatsApp: (202) 555-0123', '2025550123'],
    // Separators after + or 00.
    ['+49 151/23456789', '+4915123456789'],
    ['0049 151/23456789', '+4915123456789'],
    ['+32/470.12.34.56', '+32470123456'],
    ['+43/664/1234567', '+436641234567'],
    ['+34 600·111·222', '+34600111222'],
    ['+34\t600\t111\t222', '+34600111222'],
    ['+1 [202] 555-0123', '+12025550123'],
    // Longer than most numbers of the country.
    ['+31 97 010 512 345', '+3197010512345'],
  ])('%j is %j', (written, read) => {
    expect(textOf(written)).toBe(read);
  });

  test.each([
    // More than a number.
    '+34 600 111 222 ext. 5',
    '+34600111222 x12',
    '+34600111222x12',
    '+34 600 111 222 5',
    '+34 600 111 222 (2)',
    '+34 600 111 222 (mobile)',
    '+34 600 111 222 (12)',
    '+34600111222²',
    '+34600111222¹²',
    '+34600111222[1]',
    '+34600111222*',
    '+34600111222₁₂',
    '+34 600 111 222 ①',
    '3️⃣4600111222',
    '+𝟛𝟜600111222',
    '+1 202 555 0123 456',
    '+34 600 111 222 33',
    '+34 600 111 222 - 12',
    '+34600111222\u200b3',
    '+34600111222\u200e33',
    '+1(34)600111222',
    '+44 20 7946 0958 12',
    // Other prefixes.
    '001 44 20 7946 0958',
    '0011 34 600 111 222',
    '0011 44 1234567',
    // Two numbers.
    '600111222/600111333',
    '+34600111222/33',
    '+49 30 123456/78',
    '+34 600111222/600111',
    '+34600111222 / +34600111333',
    '34600111\n222',
    '34600111\t222',
    '600111222, 600111333',
    '600111222;600111333',
    '600111222 600111333',
    // Decimal and scientific numbers.
    '2025550123.0',
    '2025550123.00',
    '+2025550123.0',
    '34600111222.5',
    '34600.111222',
    '+34 600111222.0',
    '3.4600111222E+10',
    '3,46E+10',
    '2.02555E9',
    '34,600,111,222',
    // No number.
    'wa.me/0034600111222',
    'wa.me/message/34600111222',
    'Fax: +34600111222',
    '600 111 222--3',
    '34+600111222',
    '++34600111222',
    '+0034600111222',
    '+',
    '-34600111222',
    '+34',
    '1234567890123456',
    'seven',
    '(600111222)',
    '(600111222',
  ])('%j is refused', (written) => {
    expect(parsePhone(written)).toHaveProperty('problem');
  });

  test.each([
    ['3.4600111222E+10', /scientific notation/],
    ['2025550123.0', /decimal number/],
    ['+44 (0)7700 900123', /^holds \(0\) .* as it is dialled from abroad \(Italy keeps the 0/],
    ['+39 (06) 12345678', /Italy keeps the 0/],
    ['+378 (0549) 882 000', /Italy keeps the 0/],
    ['+34 600 111 222 5', /: the last group has one digit \(5\)/],
    ['+34 600 111 222 - 12', /: the last group \(12\) stands apart/],
    ['+34600111222 x12', /: "x" is no part of a number$/],
    ['+34 600 111 222 33', /: a number with \+34 has at most 9 digits after it$/],
    ['001 44 20 7946 0958', /: a number with \+1 has at most 10 digits after it$/],
    ['0011 34 600 111 222', /: write \+ in place of 0011$/],
    ['+12', /: it has 2 digits, and a number has 7 to 15$/],
  ])('%j is refused with its reason', (written, words) => {
    expect(parsePhone(written)).toEqual({ problem: expect.stringMatching(words) });
  });

  test.each([
    ['+34600111222', ['+34600111222', '34600111222']],
    ['0034600111222', ['+34600111222', '34600111222']],
    ['34600111222', ['+34600111222', '34600111222']],
    ['2025550123', ['2025550123']],
    ['0600111222', ['0600111222']],
    ['600111222', ['600111222']],
    // Not numbers of the North American plan: the area code or the exchange begins with 0 or 1.
    ['11987654321', ['11987654321']],
    ['12021550123', ['12021550123']],
    ['120255501234', ['120255501234']],
    ['12025550123', ['+12025550123', '12025550123']],
    ['+5521976372196', ['+5521976372196', '5521976372196', '+552176372196', '552176372196']],
  ])('%s is asked for as %j', (written, asked) => {
    expect(spellings(written)).toEqual(asked);
  });

  test.each([
    ['(51) 99123-4567', '51991234567'],
    ['51 99123-4567', '51991234567'],
    ['51 9 9123-4567', '51991234567'],
    ['(66) 99234-5678', '66992345678'],
    ['(33) 98765-4321', '33987654321'],
    ['813-1234-5678', '81312345678'],
    ['130 6234 5678', '13062345678'],
    ['1512 3456789', '15123456789'],
    ['8 (912) 345-67-89', '89123456789'],
    ['89123456789', '89123456789'],
    ['0 (912) 345-67-89', '09123456789'],
    ['[51] 991234567', '51991234567'],
    ['34 600 111 222 33', '3460011122233'],
  ])('%j is written as a national number, and asked for as %s', (written, asked) => {
    expect(spellings(written)).toEqual([asked]);
    const phone = phoneIn(written);
    const again = phone && phoneIn(readableText(phone));
    expect(again && [phoneSpellings(again), internationalDigits(again)]).toEqual([
      [{ text: asked, certain: true }],
      undefined,
    ]);
  });

  test.each([
    '34 600 111 222',
    '34-600-111-222',
    '1-202-555-0123',
    '1 (202) 555-0123',
    '55 (11) 98765-4321',
    '7 912 345-67-89',
    '351 912 345 678',
    '34600111222',
    '51991234567',
  ])('%j has a country code', (written) => {
    expect(textOf(written)).toBe(`+${written.replace(/\D/g, '')}`);
  });

  test('has no country code that is not assigned', () => {
    for (const code of [
      '80',
      '83',
      '85',
      '87',
      '89',
      '99',
      '210',
      '214',
      '259',
      '384',
      '801',
      '969',
      '999',
      '0',
      '37',
    ]) {
      expect([code, textOf(`${code} 6234 567 890`)]).toEqual([code, `${code}6234567890`]);
    }
    for (const code of ['20', '34', '44', '212', '351', '420', '598', '886', '998']) {
      expect([code, textOf(`${code} 6234 56789`)]).toEqual([code, textOf(`+${code}623456789`) ?? `${code}623456789`]);
    }
  });

  test('without + is not certain if it can be a national number', () => {
    const phone = phoneIn('+2025550123');
    expect(phone && phoneSpellings(phone)).toEqual([
      { text: '+2025550123', certain: true },
      { text: '2025550123', certain: false },
    ]);
  });

  test.each([
    ['+34 600 111 222', '+34600111222', true],
    ['34600111222', '+34600111222', false],
    ['+2025550123', '2025550123', false],
    ['2025550123', '2025550123', true],
    [null, '+34600111222', false],
    ['+346001112223', '+34600111222', false],
  ])('stored as %j is the same as %s: %s', (stored, asked, same) => {
    expect(isSamePhone(stored, asked)).toBe(same);
  });

  test('is the same in each spelling', () => {
    const digits = fc.tuple(fc.constantFrom('49', '86', '62', '852', '971', '593'), fc.stringMatching(/^\d{9,11}$/));
    const marks = fc.array(fc.constantFrom('', '', '', ' ', '-', '\u2011', ' - ', '\u200e', '\u00a0', '\u2060'), {
      minLength: 15,
      maxLength: 15,
    });
    const prefix = fc.constantFrom('+', '00', '', '\u202a+', '+ ', '\u00a0+\u200e', 'tel:+', "'");
    fc.assert(
      fc.property(digits, marks, prefix, ([code, rest], between, start) => {
        const number = `${code}${rest}`;
        const hasPrefix = /[+0]/.test(start);
        // Without + the first group is the country code. Nothing separates the last five digits.
        const after = (at: number) => {
          if (at >= number.length - 5 || (!hasPrefix && at < code.length - 1)) return '';
          return !hasPrefix && at === code.length - 1 ? ' ' : between[at];
        };
        const written = [...number].map((digit, at) => `${digit}${after(at)}`).join('');
        expect(spellings(start + written)).toEqual(spellings(`+${number}`));
      }),
      { seed },
    );
  });

  test('is never read as another one: the digits are those that were written', () => {
    const signs = fc.constantFrom(...'0123456789+ -.()/x,²E\u200e\u00a0');
    const written = fc.array(signs, { minLength: 6, maxLength: 24 }).map((each) => each.join(''));
    fc.assert(
      fc.property(written, (text) => {
        const phone = phoneIn(text);
        if (phone === undefined) return;
        expect(text.replace(/\D/g, '').replace(/^00/, '')).toBe(phone.digits);
        expect(text).not.toMatch(/[x²E]|,\S*\d/);
        expect(/^\D*(\+|00)/.test(text) || !/[/]/.test(text)).toBe(true);
        if (/^\D*\d+\)/.test(text) && !/^\D*00/.test(text) && !text.includes('+')) expect(phone.form).toBe('national');
        if (!/^\D*(\+|00)/.test(text) && phone.digits.length <= 10) expect(phoneText(phone)).toBe(phone.digits);
      }),
      { seed, numRuns: 5_000 },
    );
  });

  test('takes no time, however it is written', () => {
    for (const text of [
      `+${'1'.repeat(59)}`,
      `+1${' 1'.repeat(29)}`,
      '('.repeat(60),
      `+1${' '.repeat(58)}`,
      '1 - '.repeat(15),
    ]) {
      const before = performance.now();
      parsePhone(text);
      parsePhone(text.repeat(10_000));
      expect(performance.now() - before).toBeLessThan(200);
    }
  });
});
