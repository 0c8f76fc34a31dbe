import { plainReading, type Reading, readingsOf } from './spellings.js';

/** What stands in the place of a secret. */
const redacted = '[redacted]';

/** A secret shorter than this is no key, and may be a part of any word. */
const shortest = 8;

/** Characters by which a part of a secret is recognised, so that one that was cut is not shown either. */
const probeLength = 12;

/** Secrets that are learned while the process runs; older ones are forgotten. */
const mostLearned = 100;

/** ManyChat's key: the number of the page, which is no secret, a colon and the secret itself. */
const manychatKey = /^(\d+:)(.{8,})$/s;

/** One spelling of a secret, and by which part of it that is found. */
interface Needle {
  readonly whole: string;
  readonly probe: string;
  /** Where the probe stands in the whole. */
  readonly at: number;
  /** Whether case makes no difference. */
  readonly folded: boolean;
  /** What goes as well where it stands before the secret. */
  readonly lead: string;
  /** The characters at its ends are made of the secret and of its neighbours, and go as well. */
  readonly ends: boolean;
}

type Kind = Omit<Needle, 'whole' | 'probe' | 'at'>;

/** A probe at the beginning of a spelling. */
const begun = (whole: string, length: number, kind: Kind): Needle => ({
  whole,
  probe: whole.slice(0, length),
  at: 0,
  ...kind,
});

/** A probe at the beginning, at the end and every few characters of a spelling. */
function needlesOf(whole: string, length: number, kind: Kind): Needle[] {
  if (whole.length <= length) return [begun(whole, length, kind)];
  const places = new Set([whole.length - length]);
  for (let at = 0; at + length <= whole.length; at += length) places.add(at);
  return [...places].map((at) => ({ whole, probe: whole.slice(at, at + length), at, ...kind }));
}

/** What of a secret's base64 does not depend on what stands before and behind it, `skipped` bytes into a triple. */
function base64Core(bytes: Buffer, skipped: number): string {
  const coded = Buffer.concat([Buffer.alloc(skipped), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const first = skipped === 0 ? 0 : skipped + 1;
  const complete = Math.floor(((bytes.length + skipped) * 8) / 6);
  return coded.slice(first, complete);
}

/** Every spelling in which a secret is looked for. */
function spellingsOf(given: string): Needle[] {
  const [, lead = '', secret = given] = manychatKey.exec(given) ?? [];
  const bytes = Buffer.from(secret);
  const texts = new Set(readingsOf(secret).map(({ lower }) => lower));
  const cores = [0, 1, 2].map((skipped) => base64Core(bytes, skipped));
  const urlCores = cores.map((core) => core.replaceAll('+', '-').replaceAll('/', '_'));
  return [
    ...[...texts].flatMap((text) => needlesOf(text, probeLength, { folded: true, lead, ends: false })),
    begun(bytes.toString('hex'), 2 * probeLength, { folded: true, lead: '', ends: false }),
    ...[...new Set([...cores, ...urlCores])].map((core) => begun(core, 16, { folded: false, lead: '', ends: true })),
  ].filter(({ whole }) => whole.length >= shortest);
}

type Span = readonly [from: number, to: number];

/** The part of a text around a probe that is the secret's. */
function spanAround({ whole, probe, at, lead, ends }: Needle, text: string, found: number): Span {
  let [from, to] = [found, found + probe.length];
  for (let place = at; place > 0 && from > 0 && text[from - 1] === whole[place - 1]; place -= 1) from -= 1;
  for (let place = at + probe.length; place < whole.length && text[to] === whole[place]; place += 1) to += 1;
  if (lead !== '' && text.endsWith(lead, from)) from -= lead.length;
  if (!ends) return [from, to];
  if (/[\w+/-]/.test(text[from - 1] ?? '')) from -= 1;
  return [from, to + (/^[\w+/-]?={0,2}/.exec(text.slice(to, to + 3))?.[0].length ?? 0)];
}

const occursIn = (needles: readonly Needle[], { kept, lower }: Pick<Reading, 'kept' | 'lower'>): boolean =>
  needles.some(({ probe, folded }) => (folded ? lower : kept).includes(probe));

/** The places of a text where any of the spellings stands, in order and without overlaps. */
function placesIn(needles: readonly Needle[], text: string): Span[] {
  const places: Span[] = [];
  for (const reading of readingsOf(text)) {
    for (const needle of needles) {
      const read = needle.folded ? reading.lower : reading.kept;
      for (let found = read.indexOf(needle.probe); found >= 0; ) {
        const [from, to] = spanAround(needle, read, found);
        places.push([reading.from(from), reading.to(to - 1)]);
        found = read.indexOf(needle.probe, Math.max(to, found + 1));
      }
    }
  }
  return places.toSorted(([one], [other]) => one - other);
}

function without(needles: readonly Needle[], text: string): string {
  if (text.length < shortest || needles.length === 0) return text;
  const plain = plainReading(text);
  if (plain !== undefined && !occursIn(needles, plain)) return text;
  let [told, end] = ['', 0];
  for (const [from, to] of placesIn(needles, text)) {
    if (from >= end) told += text.slice(end, from) + redacted;
    end = Math.max(end, to);
  }
  return end === 0 ? text : told + text.slice(end);
}

/** A one-time link lets whoever has it connect an account: its token has one of these names, or stands in its path. */
const linkTokens: readonly RegExp[] = [
  /(session[_-]?token(?:%25|%3D|25|3D|[^\w%])*)([^\s"'&<>\\]+)/gi,
  /((?<![a-z])[a-z_-]{0,20}token(?:=|%(?:25)*3D))([^\s"'&<>\\]+)/gi,
  /("[a-z_-]{0,20}token"\s{0,4}:\s{0,4}")([^"\\]+)/gi,
  /(\/connect\/|%2Fconnect%2F)([^\s"'&<>\\/?#%]{8,})/gi,
];

/** A text without the tokens of links, whatever those are. */
const withoutLinkTokens = (text: string): string =>
  /token|connect/i.test(text)
    ? linkTokens.reduce(
        (told, pattern) =>
          told.replace(pattern, (whole, name: string, token: string) =>
            token.startsWith(redacted.slice(0, -1)) ? whole : `${name}${redacted}`,
          ),
        text,
      )
    : text;

/** Takes secrets out of texts. */
export interface Redactor {
  /** The text without the keys and passwords that are set. */
  withoutKeys(text: string): string;
  /** The text without those and without the tokens that were learned. */
  withoutSecrets(text: string): string;
  /** The text without all that, and without what looks like the token of a link that connects an account. */
  forFailure(text: string): string;
  /** Whether a key or password that is set stands in the text. */
  holdsKey(text: string): boolean;
  /** Takes a token, or the key of a sandbox, for a secret from now on. */
  learn(kind: 'key' | 'token', secret: string): void;
}

/** Creates what takes these secrets, and those that are learned later, out of texts. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const compiled = (some: Iterable<string>): Needle[] =>
    [...new Set(some)].filter((secret) => secret.length >= shortest).flatMap(spellingsOf);
  let keys = compiled(secrets);
  const tokens = new Map<string, readonly Needle[]>();
  let all = keys;
  const withoutKeys = (text: string): string => without(keys, text);
  const withoutSecrets = (text: string): string => without(all, text);
  return {
    withoutKeys,
    withoutSecrets,
    // By their names first: one of the secrets may be a part of a name.
    forFailure: (text) => withoutSecrets(withoutLinkTokens(text)),
    holdsKey: (text) => withoutKeys(text) !== text,
    learn(kind, secret) {
      if (secret.length < shortest) return;
      if (kind === 'key') keys = [...keys, ...compiled([secret])];
      else if (!tokens.has(secret)) tokens.set(secret, compiled([secret]));
      const [oldest] = tokens.keys();
      if (tokens.size > mostLearned && oldest !== undefined) tokens.delete(oldest);
      all = [...keys, ...[...tokens.values()].flat()];
    },
  };
}
