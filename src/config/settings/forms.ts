import * as z from 'zod';
import { isLoopback } from '../address.js';

/** What a setting needs beside its schema. */
export interface SettingText {
  /** The command-line flag. Keys have none, because other users can read argument lists; addresses have none either. */
  readonly flag?: string;
  /** The placeholder of the flag's value; absent for a flag that takes none. */
  readonly value?: string;
  /** The flag can be repeated, and its values add up. */
  readonly list?: true;
  /** It concerns a server over HTTP: its flag is one of `serve`, and no client that starts this program sets it. */
  readonly serving?: true;
  /** It concerns what ManyChat calls: its flag is one of `serve` and `listen`. */
  readonly inbound?: true;
  /** The setting narrows what the server may do, so an unreplaced placeholder is an error and not "not set". */
  readonly restricts?: true;
  readonly description: string;
  /** What the flag does, for the help text, which is to be read at a glance; absent where the description is as short. */
  readonly summary?: string;
}

/** The texts of the settings, by their schemas. */
export const texts = z.registry<SettingText>();

export const httpAddress = (defaultAddress: string) =>
  z
    .string()
    .default(defaultAddress)
    .transform((text, context): URL => {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      const problem =
        url === undefined || !['http:', 'https:'].includes(url.protocol)
          ? `must be an address like ${defaultAddress}`
          : url.protocol === 'http:' && !isLoopback(url.hostname)
            ? 'must use https, because a key is sent to it (plain http is for loopback only)'
            : url.username !== '' || url.password !== '' || /[?#]/.test(text)
              ? 'must not contain a user, a query or a fragment'
              : undefined;
      if (url === undefined || problem !== undefined) {
        context.addIssue({ code: 'custom', message: problem ?? 'must be an address' });
        return z.NEVER;
      }
      return url;
    });

const trueWords = ['1', 'true', 'yes', 'on'];
const falseWords = ['0', 'false', 'no', 'off'];

export const onOff = () =>
  z
    .string()
    .default('false')
    .transform((text, context): boolean => {
      const word = text.toLowerCase();
      if (!trueWords.includes(word) && !falseWords.includes(word)) {
        context.addIssue({ code: 'custom', message: `must be one of ${[...trueWords, ...falseWords].join(', ')}` });
      }
      return trueWords.includes(word);
    });

export const nameList = () =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    )
    .optional();

export const oneOf = <const Choices extends readonly string[]>(choices: Choices, defaultChoice: Choices[number]) =>
  z.enum(choices, { error: `must be one of ${choices.join(', ')}` }).default(defaultChoice);

export const milliseconds = (least: number, most: number, defaultValue: number) =>
  z.coerce
    .number({ error: 'must be a number of milliseconds' })
    .int({ error: 'must be a whole number of milliseconds' })
    .min(least, { error: `must be at least ${least} (milliseconds)` })
    .max(most, { error: `must be at most ${most} (milliseconds)` })
    .default(defaultValue);

/**
 * The address of a proxy as HTTP_PROXY holds it, with or without `http://`. It is set for all programs of a machine, so one
 * that we cannot use is refused where it would be used, and not here.
 */
export const proxyAddress = z
  .string()
  .transform((text) => (text.includes('://') ? text : `http://${text}`))
  .optional();
