import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Marks what goes through the client, so that it comes back unchanged or not at all. */
export interface Seal {
  seal(value: unknown): string;
  /** What was sealed; undefined for anything else. */
  open(sealed: unknown): unknown;
}

/** Creates a seal that only this process can make. */
export function createSeal(): Seal {
  const key = randomBytes(32);
  const markOf = (text: string): string => createHmac('sha256', key).update(text).digest('base64url');
  return {
    seal(value) {
      const text = Buffer.from(JSON.stringify(value)).toString('base64url');
      return `${text}.${markOf(text)}`;
    },
    open(sealed) {
      if (typeof sealed !== 'string') return undefined;
      const [text = '', mark = ''] = sealed.split('.');
      const expected = Buffer.from(markOf(text));
      const given = Buffer.from(mark);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    },
  };
}
