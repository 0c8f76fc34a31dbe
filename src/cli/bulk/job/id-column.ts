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
  'page account tag tags flow flows field channel bot order list message status owner campaign form ref name email mail date count url link external',
);

const phones = setOf(
  `phone phones tel telephone telefon telefono teléfono telefone téléphone telephon telefoon mobile mobil móvil movil cell
  cellphone celular cellulare handy whatsapp wa sms msisdn numero número номер телефон`,
);
const emails = setOf('email emails correo');

/** Headings that ManyChat's API uses; other systems use them for their own ids. */
const usual: ReadonlySet<string> = new Set(['id', 'contact id', 'user id', 'psid']);

/** Words of other headings that show that the table comes from another system, which has ids of its own. */
const otherSystems = setOf(
  'crm hubspot salesforce zoho pipedrive freshsales activecampaign mailchimp klaviyo shopify stripe lead leads deal deals lifecycle opportunity',
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
]);

const has = (words: readonly string[], set: ReadonlySet<string>): boolean => words.some((word) => set.has(word));

/** Whether a heading says that the column holds ManyChat's contact ids. `pageuid` is what ManyChat's exports say. */
function isOwn(heading: string): boolean {
  const text = wordsOf(heading);
  if (/^page ?uid$/.test(text)) return true;
  const words = text.split(' ');
  if (words.every((word) => neutral.has(word))) {
    return has(words, owners) || (words.includes('mc') && has(words, idWords));
  }
  return has(words, owners) && has(words, idWords) && !has(words, otherThings);
}

const isUsual = (heading: string): boolean => usual.has(wordsOf(heading));

const isOfOtherSystem = (heading: string): boolean => {
  const text = wordsOf(heading);
  return otherRecords.has(text) || has(text.split(' '), otherSystems);
};

const isInstagram = (heading: string): boolean =>
  /^(?:ig ?uid|(?:ig|instagram) (?:user )?u?id)$/.test(wordsOf(heading));

const needed = "a column with ManyChat's contact ids is needed";

/** Why a column cannot hold contact ids, by its name; undefined if it can. */
function unsuitable(name: string): string | undefined {
  if (isOwn(name)) return undefined;
  if (isInstagram(name))
    return `the column "${name}" holds Instagram's ids, which ManyChat's API does not take: ${needed}`;
  const words = wordsOf(name).split(' ');
  if (has(words, phones)) {
    return `the column "${name}" holds phone numbers by its name, and a phone number may be the id of another contact: ${needed}. If it holds them, rename it`;
  }
  if (has(words, emails)) return `the column "${name}" holds emails by its name: ${needed}`;
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

/**
 * The column of contact ids: the requested one, else the only one whose heading names ManyChat or subscribers, else the
 * only one with a usual name.
 * @throws UsageError if there is none, or if it is uncertain which it is.
 */
export function idColumnOf(requested: string | undefined, columns: readonly string[]): string {
  if (requested !== undefined) return requestedColumn(requested, columns);
  const owned = columns.filter(isOwn);
  const candidates = owned.length > 0 ? owned : columns.filter(isUsual);
  const [name, ...others] = candidates;
  if (name === undefined) {
    const instagram = columns.find(isInstagram);
    const problem =
      instagram === undefined
        ? `the table lacks a column of contact ids (subscriber_id, id, contact_id, user_id, psid or pageuid); it has ${columns.join(', ')}. Name it with --id-column; emails, phones and names are not ids`
        : unsuitable(instagram);
    throw new UsageError(problem ?? needed);
  }
  if (others.length > 0) {
    for (const each of candidates) columnNamed(each, columns);
    throw new UsageError(`the contact ids could be in ${listed(candidates)}: name the column with --id-column`);
  }
  const foreign = owned.length > 0 ? undefined : columns.find(isOfOtherSystem);
  if (foreign !== undefined) {
    throw new UsageError(
      `the column "${name}" may hold the ids of another system, as there is a column "${foreign}": if they are ManyChat's contact ids, pass --id-column "${name}"`,
    );
  }
  return name;
}
