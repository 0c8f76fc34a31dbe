import { UsageError } from '../../../config/usage-error.js';
import { withoutHidden } from '../../../text/safe-text.js';
import { columnNamed } from '../table/column-name.js';

/** A heading as words in lower case: `ManyChat_SubscriberID` is `manychat subscriber id`. */
const wordsOf = (heading: string): string =>
  withoutHidden(heading)
    .replace(/many\s*chat/gi, 'Manychat')
    .replace(/whats\s*app/gi, 'Whatsapp')
    .replace(/(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu, ' ')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

const setOf = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/));

/** Words of headings that say whose ids a column holds. */
const owners = setOf('manychat subscriber subscribers');
const idWords = setOf('id ids uid psid');
/** Words that may stand beside an owner without `id`. */
const neutral = setOf('manychat mc subscriber contact user follower messenger id ids uid psid in of from the s');
/** Words of other things of a ManyChat account, and of other columns about a subscriber. */
const otherThings = setOf(
  `page account tag tags flow flows field channel bot order list message status owner campaign form ref name email mail
  date count url link external sequence ad ads widget growth tool keyword automation template segment team agent workspace`,
);

const phones = setOf(
  `phone phones tel telephone telefon telefono teléfono telefone téléphone telephon telefoon mobile mobil móvil movil cell
  cellphone celular cellulare handy whatsapp wa sms msisdn numero número номер телефон`,
);
const emails = setOf('email emails correo');
const otherChannels = setOf('ig instagram telegram tiktok');

/** Headings that ManyChat's API uses; other systems use them for their own ids. */
const usual: ReadonlySet<string> = new Set(['id', 'contact id', 'user id', 'psid']);

/** Words of other headings that show that the table comes from another system, which has ids of its own. */
const otherSystems = setOf(
  `crm hubspot salesforce zoho pipedrive freshsales activecampaign mailchimp klaviyo shopify stripe mailerlite convertkit
  kit beehiiv brevo sendinblue intercom omnisend lead leads deal deals lifecycle opportunity`,
);
const otherRecords: ReadonlySet<string> = new Set([
  'record id',
  'account id',
  'account name',
  'account owner',
  'contact owner',
  'customer id',
  'company id',
  'company name',
  'subscriber key',
]);

/** Headings that scrapers of followers use for the ids of a social network, and headings beside them. */
const scraped: ReadonlySet<string> = new Set(['id', 'user id']);
const profiles: ReadonlySet<string> = new Set([
  'username',
  'user name',
  'full name',
  'is private',
  'followers count',
  'follower count',
]);
const networks = setOf('telegram instagram');

const has = (words: readonly string[], set: ReadonlySet<string>): boolean => words.some((word) => set.has(word));

/** The words of a heading, and neighbours as one word: `HubSpot` is `hub`, `spot` and `hubspot`. */
function compoundsOf(heading: string): readonly string[] {
  const words = wordsOf(heading).split(' ');
  return [...words, ...words.slice(1).map((word, index) => `${words[index]}${word}`)];
}

const isPageUid = (heading: string): boolean => /^page ?uid$/.test(wordsOf(heading));

/** Whether a heading names ManyChat, and not only subscribers, which other systems have too. */
const namesManyChat = (heading: string): boolean => isPageUid(heading) || /\b(?:manychat|mc)\b/.test(wordsOf(heading));

/** Whether a heading names ManyChat or subscribers and the ids of something that may be contacts. */
function namesContacts(heading: string): boolean {
  if (isPageUid(heading)) return true;
  const words = wordsOf(heading).split(' ');
  if (words.every((word) => neutral.has(word))) {
    return has(words, owners) || (words.includes('mc') && has(words, idWords));
  }
  return has(words, owners) && has(words, idWords) && !has(words, otherThings);
}

const namesChannel = (heading: string): boolean => {
  const words = compoundsOf(heading);
  return has(words, phones) || has(words, otherChannels);
};

/** Whether a heading says that the column holds ManyChat's contact ids. `pageuid` is what ManyChat's exports say. */
const isOwn = (heading: string): boolean => namesContacts(heading) && !namesChannel(heading);

/** `Subscriber` alone may also say who is one. */
const isBare = (heading: string): boolean => /^subscribers?$/.test(wordsOf(heading));

/** Whether a heading names contact ids and a channel: `WhatsApp Subscriber ID` may mean either's id. */
const isUncertain = (heading: string): boolean =>
  namesContacts(heading) &&
  namesChannel(heading) &&
  /\b(?:manychat|mc|subscriber)(?: (?:contact|user|subscriber))? u?ids?\b/.test(wordsOf(heading));

const isUsual = (heading: string): boolean => usual.has(wordsOf(heading));

const isOfOtherSystem = (heading: string): boolean =>
  otherRecords.has(wordsOf(heading)) || has(compoundsOf(heading), otherSystems);

const isOfProfile = (heading: string): boolean => profiles.has(wordsOf(heading)) || has(compoundsOf(heading), networks);

/** The heading that shows that the ids of a column may be those of another system. */
function foreignColumn(name: string, columns: readonly string[]): string | undefined {
  if (namesManyChat(name)) return undefined;
  const foreign = columns.find(isOfOtherSystem);
  return foreign ?? (scraped.has(wordsOf(name)) ? columns.find(isOfProfile) : undefined);
}

const isOfChannel = (heading: string): boolean =>
  /^(?:ig ?uid|(?:ig|instagram|telegram|tik ?tok) (?:user )?u?id)$/.test(wordsOf(heading)) ||
  (namesContacts(heading) && has(compoundsOf(heading), otherChannels) && !isUncertain(heading));

const networkOf = (heading: string): string => {
  const words = compoundsOf(heading);
  if (words.includes('telegram')) return 'Telegram';
  return words.includes('tiktok') ? 'TikTok' : 'Instagram';
};

const needed = "a column with ManyChat's contact ids is needed";

/** Whether the name of a column says that it holds emails. */
export const isEmailColumn = (name: string): boolean => has(compoundsOf(name), emails);

/** Whether the name of a column says that it holds phone numbers. */
export const isPhoneColumn = (name: string): boolean => has(compoundsOf(name), phones);

/** Why a column cannot hold contact ids, by its name; undefined if it can. */
function unsuitable(name: string): string | undefined {
  if (isOwn(name) || isUncertain(name)) return undefined;
  if (isOfChannel(name))
    return `the column "${name}" holds ${networkOf(name)}'s ids, which ManyChat's API does not take: ${needed}`;
  if (isPhoneColumn(name)) {
    return `the column "${name}" holds phone numbers by its name, and a phone number may be the id of another contact: ${needed}. If it holds them, rename it`;
  }
  if (isEmailColumn(name)) return `the column "${name}" holds emails by its name: ${needed}, or --match-email`;
  return undefined;
}

const listed = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

function requestedColumn(requested: string, columns: readonly string[]): string {
  const exact = columnNamed(requested, columns);
  const words = wordsOf(requested);
  const alike = exact === undefined ? columns.filter((name) => words !== '' && wordsOf(name) === words) : [exact];
  const [name, ...others] = alike;
  if (name === undefined) {
    throw new UsageError(
      `the table lacks a column "${requested}"; it has ${columns.join(', ')}. Name it with --id-column`,
    );
  }
  if (others.length > 0) {
    throw new UsageError(`--id-column "${requested}" could be ${listed(alike)}: name the column exactly`);
  }
  const problem = unsuitable(name);
  if (problem !== undefined) throw new UsageError(problem);
  return name;
}

/** The columns that may hold the ids: those that say so, else those with a usual name. */
function candidatesOf(columns: readonly string[]): readonly string[] {
  const owned = columns.filter((column) => isOwn(column) && !isBare(column));
  const uncertain = columns.filter(isUncertain);
  const candidates = [...(owned.length > 0 ? owned : columns.filter(isUsual)), ...uncertain];
  return candidates.length > 0 ? candidates : columns.filter(isBare);
}

/**
 * The column of contact ids: the requested one, else the only one whose heading names ManyChat or subscribers, else the
 * only one with a usual name.
 * @throws UsageError if there is none, or if it is uncertain which it is.
 */
export function idColumnOf(requested: string | undefined, columns: readonly string[]): string {
  if (requested !== undefined) return requestedColumn(requested, columns);
  const candidates = candidatesOf(columns);
  const [name, ...others] = candidates;
  if (name === undefined) {
    const alike = columns.find((column) => isOfChannel(column) || namesContacts(column));
    const problem =
      alike === undefined
        ? `the table lacks a column of contact ids (subscriber_id, id, contact_id, user_id, psid or pageuid); it has ${columns.join(', ')}. Name it with --id-column; emails, phones and names are not ids, but --match-email and --match-phone find contacts by them`
        : unsuitable(alike);
    throw new UsageError(problem ?? needed);
  }
  if (others.length > 0) {
    for (const each of candidates) columnNamed(each, columns);
    throw new UsageError(`the contact ids could be in ${listed(candidates)}: name the column with --id-column`);
  }
  const remedy = `if they are ManyChat's contact ids, pass --id-column "${name}"`;
  if (isUncertain(name)) {
    throw new UsageError(`the column "${name}" may hold phone numbers or the ids of another service: ${remedy}`);
  }
  const foreign = foreignColumn(name, columns);
  if (foreign !== undefined) {
    const sign = foreign === name ? 'by its name' : `as there is a column "${foreign}"`;
    throw new UsageError(`the column "${name}" may hold the ids of another system, ${sign}: ${remedy}`);
  }
  return name;
}
