import { plainReading, type Reading, readingsOf } from './spellings.js';

/** Replaces a secret. */
const redacted = '[redacted]';

/** Shorter values are not treated as secrets: they can be a part of any word. */
const minSecretLength = 8;

/** Characters by which a part of a secret is recognised, so that a secret that was cut is found too. */
const probeLength = 12;

/** Of the tokens that are learned while the process runs, the oldest are dropped beyond this. */
const maxTokens = 100;

/** A ManyChat key: the page id, which is no secret, a colon, and the secret. */
const manychatKey = /^(\d+:)(.{8,})$/s;

/** One spelling of a secret, and the part of it (the probe) that is searched for. */
interface Needle {
  readonly whole: string;
  readonly probe: string;
  /** Index of the probe in the whole. */
  readonly at: number;
  /** Whether case is ignored. */
  readonly ignoreCase: boolean;
  /** Text that is removed too where it precedes the secret. */
  readonly prefix: string;
  /** Whether the characters at both ends are removed too: in base64 they mix the secret with its neighbours. */
  readonly withNeighbours: boolean;
}

type Kind = Omit<Needle, 'whole' | 'probe' | 'at'>;

/** A needle whose probe is the beginning of a spelling. */
const prefixNeedle = (whole: string, length: number, kind: Kind): Needle => ({
  whole,
  probe: whole.slice(0, length),
  at: 0,
  ...kind,
});

/** Needles with probes at the beginning, at the end and every few characters of a spelling. */
function needlesOf(whole: string, length: number, kind: Kind): Needle[] {
  if (whole.length <= length) return [prefixNeedle(whole, length, kind)];
  const places = new Set([whole.length - length]);
  for (let at = 0; at + length <= whole.length; at += length) places.add(at);
  return [...places].map((at) => ({ whole, probe: whole.slice(at, at + length), at, ...kind }));
}

/** The part of a secret's base64 that does not depend on its neighbours, `skipped` bytes into a triple. */
function base64Core(bytes: Buffer, skipped: number): string {
  const coded = Buffer.concat([Buffer.alloc(skipped), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const first = skipped === 0 ? 0 : skipped + 1;
  const complete = Math.floor(((bytes.length + skipped) * 8) / 6);
  return coded.slice(first, complete);
}

/** Every spelling in which a secret is searched for. */
function spellingsOf(key: string): Needle[] {
  const [, prefix = '', secret = key] = manychatKey.exec(key) ?? [];
  const bytes = Buffer.from(secret);
  const texts = new Set(readingsOf(secret).map(({ lower }) => lower));
  const cores = [0, 1, 2].map((skipped) => base64Core(bytes, skipped));
  const urlCores = cores.map((core) => core.replaceAll('+', '-').replaceAll('/', '_'));
  return [
    ...[...texts].flatMap((text) => needlesOf(text, probeLength, { ignoreCase: true, prefix, withNeighbours: false })),
    prefixNeedle(bytes.toString('hex'), 2 * probeLength, { ignoreCase: true, prefix: '', withNeighbours: false }),
    ...[...new Set([...cores, ...urlCores])].map((core) =>
      prefixNeedle(core, 16, { ignoreCase: false, prefix: '', withNeighbours: true }),
    ),
  ].filter(({ whole }) => whole.length >= minSecretLength);
}

type Span = readonly [from: number, to: number];

/** Grows the found probe to all of the secret in the text. */
function spanAround({ whole, probe, at, prefix, withNeighbours }: Needle, text: string, found: number): Span {
  let [from, to] = [found, found + probe.length];
  for (let place = at; place > 0 && from > 0 && text[from - 1] === whole[place - 1]; place -= 1) from -= 1;
  for (let place = at + probe.length; place < whole.length && text[to] === whole[place]; place += 1) to += 1;
  if (prefix !== '' && text.endsWith(prefix, from)) from -= prefix.length;
  if (!withNeighbours) return [from, to];
  if (/[\w+/-]/.test(text[from - 1] ?? '')) from -= 1;
  return [from, to + (/^[\w+/-]?={0,2}/.exec(text.slice(to, to + 3))?.[0].length ?? 0)];
}

const occursIn = (needles: readonly Needle[], { kept, lower }: Pick<Reading, 'kept' | 'lower'>): boolean =>
  needles.some(({ probe, ignoreCase }) => (ignoreCase ? lower : kept).includes(probe));

/** The spans of a text that contain a secret, ordered by their start. */
function spansIn(needles: readonly Needle[], text: string): Span[] {
  const spans: Span[] = [];
  for (const reading of readingsOf(text)) {
    for (const needle of needles) {
      const read = needle.ignoreCase ? reading.lower : reading.kept;
      for (let found = read.indexOf(needle.probe); found >= 0; ) {
        const [from, to] = spanAround(needle, read, found);
        spans.push([reading.from(from), reading.to(to - 1)]);
        found = read.indexOf(needle.probe, Math.max(to, found + 1));
      }
    }
  }
  return spans.toSorted(([one], [other]) => one - other);
}

function without(needles: readonly Needle[], text: string): string {
  if (text.length < minSecretLength || needles.length === 0) return text;
  const plain = plainReading(text);
  if (plain !== undefined && !occursIn(needles, plain)) return text;
  let [result, end] = ['', 0];
  for (const [from, to] of spansIn(needles, text)) {
    if (from >= end) result += text.slice(end, from) + redacted;
    end = Math.max(end, to);
  }
  return end === 0 ? text : result + text.slice(end);
}

/** One-time links, with which anyone can connect an account. The token has one of these names, or is in the path. */
const linkTokens: readonly RegExp[] = [
  /(session[_-]?token(?:%25|%3D|25|3D|[^\w%])*)([^\s"'&<>\\]+)/gi,
  /((?<![a-z])[a-z_-]{0,20}token(?:=|%(?:25)*3D))([^\s"'&<>\\]+)/gi,
  /("[a-z_-]{0,20}token"\s{0,4}:\s{0,4}")([^"\\]+)/gi,
  /(\/connect\/|%2Fconnect%2F)([^\s"'&<>\\/?#%]{8,})/gi,
];

/** Removes everything that looks like the token of a link. */
const withoutLinkTokens = (text: string): string =>
  /token|connect/i.test(text)
    ? linkTokens.reduce(
        (result, pattern) =>
          result.replace(pattern, (whole, name: string, token: string) =>
            token.startsWith(redacted.slice(0, -1)) ? whole : `${name}${redacted}`,
          ),
        text,
      )
    : text;

/** Removes secrets from texts. */
export interface Redactor {
  /** Removes keys and passwords. */
  withoutKeys(text: string): string;
  /** Removes keys, passwords and the learned tokens. */
  withoutSecrets(text: string): string;
  /** Removes all of these, and everything that looks like the token of a one-time link. */
  forFailure(text: string): string;
  /** Whether the text contains a key or password. */
  holdsKey(text: string): boolean;
  /** Adds a secret. Keys are kept for good, tokens until too many newer ones are known. */
  learn(kind: 'key' | 'token', secret: string): void;
}

/** Creates a redactor that knows these keys and passwords. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const compiled = (some: Iterable<string>): Needle[] =>
    [...some].filter((secret) => secret.length >= minSecretLength).flatMap(spellingsOf);
  const known = new Set(secrets);
  let keys = compiled(known);
  const tokens = new Map<string, readonly Needle[]>();
  let all = keys;
  const withoutKeys = (text: string): string => without(keys, text);
  const withoutSecrets = (text: string): string => without(all, text);
  return {
    withoutKeys,
    withoutSecrets,
    // Links first: a secret can be a part of the name by which a token is recognised.
    forFailure: (text) => withoutSecrets(withoutLinkTokens(text)),
    holdsKey: (text) => withoutKeys(text) !== text,
    learn(kind, secret) {
      if (secret.length < minSecretLength) return;
      if (kind === 'key') {
        if (known.has(secret)) return;
        known.add(secret);
        keys = [...keys, ...compiled([secret])];
      } else if (!tokens.has(secret)) tokens.set(secret, compiled([secret]));
      const [oldest] = tokens.keys();
      if (tokens.size > maxTokens && oldest !== undefined) tokens.delete(oldest);
      all = [...keys, ...[...tokens.values()].flat()];
    },
  };
}
