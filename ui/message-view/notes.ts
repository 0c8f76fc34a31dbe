import {
  callbackData,
  partProblem,
  partWarning,
  placeholderIn,
  placeholderWarning,
} from '../../tools/message/channel-rules.js';
import type { Channel } from '../../tools/message/channels.js';
import { type Link, safeLink } from './links.js';
import { type Note, type Severity, severities } from './view-model.js';

/** How content is read. */
export interface ReadingOptions {
  readonly channel?: Channel;
  /** Whether a text that is too long is sent in several messages, as manychat_send_text does; otherwise it is refused. */
  readonly splitTexts?: boolean;
  /** Whether more of the content is to come: nothing is said to be missing. */
  readonly isPartial?: boolean;
  /** Whether the contact wrote it: the rules for content do not hold. */
  readonly isFromContact?: boolean;
}

/** How a part of content is read. */
export interface PartOptions extends ReadingOptions {
  /** Whether its channel does not support what it is in: nothing more is said about what is not documented. */
  readonly isInUnsupported?: boolean;
}

/** Collects what is to be noted about a part of content. */
export interface Notes {
  readonly channel: Channel;
  readonly options: PartOptions;
  add(severity: Severity, text: string): void;
  /** Notes a problem that more of the content may solve, unless more is to come. */
  incomplete(text: string): void;
  /** Notes what the channel makes of a part, and returns how severe that is. */
  support(part: string): Severity | undefined;
  /** Reads an address, which must be a web address. */
  address(value: unknown, key: string): Link;
  /** Notes the first `{{field}}` in a part. */
  literal(part: unknown): void;
  list(): readonly Note[];
  /** The worst severity so far. */
  worst(): Severity | undefined;
}

const shop = 'https://example.com/shop';

const placeholderOf = (part: unknown): string | undefined => {
  try {
    return placeholderIn(
      JSON.stringify(part, (key, value: unknown) => (callbackData.has(key) ? undefined : value)) ?? '',
    );
  } catch {
    return undefined;
  }
};

export function collectNotes(channel: Channel, options: PartOptions): Notes {
  const notes: Note[] = [];
  const { isPartial = false, isFromContact = false } = options;
  const add = (severity: Severity, text: string): void => {
    if (!isFromContact && !notes.some((note) => note.text === text)) notes.push({ severity, text });
  };
  const incomplete = (text: string): void => {
    if (!isPartial) add('invalid', text);
  };
  return {
    channel,
    options,
    add,
    incomplete,
    support(part) {
      if (isFromContact) return undefined;
      const problem = partProblem(channel, part);
      if (problem !== undefined) add('unsupported', problem);
      const isInUnsupported =
        options.isInUnsupported === true || notes.some(({ severity }) => severity === 'unsupported');
      const warning = isInUnsupported ? undefined : partWarning(channel, part);
      if (warning !== undefined) add('undocumented', warning);
      return problem !== undefined ? 'unsupported' : warning !== undefined ? 'undocumented' : undefined;
    },
    address(value, key) {
      const link = safeLink(value ?? '');
      if ('refused' in link && link.text !== '') incomplete(`\`${key}\` must be a full web address, e.g. ${shop}`);
      return link;
    },
    literal(part) {
      const placeholder = placeholderOf(part);
      if (placeholder !== undefined) add('literal', placeholderWarning(placeholder));
    },
    list: () => notes,
    worst: () => severities.find((severity) => notes.some((note) => note.severity === severity)),
  };
}

/** The most items of a list that are drawn. */
const drawnItems = 50;

/** The items of a list that are drawn, and a note if ManyChat takes fewer. */
export function itemsOf(list: readonly unknown[], most: number, what: string, notes: Notes): readonly unknown[] {
  if (list.length > most) notes.add('invalid', `takes at most ${most} ${what}; has ${list.length}`);
  if (list.length > drawnItems) notes.add('invalid', `the first ${drawnItems} are drawn`);
  return list.slice(0, drawnItems);
}
