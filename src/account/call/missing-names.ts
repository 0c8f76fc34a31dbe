import type { CallError } from '../../../tools/contract/failure.js';
import { oneLine } from '../../../tools/contract/quoted.js';
import { type ReferenceKind, referencesIn } from '../../../tools/contract/reference.js';
import { aboutContact } from '../../../tools/workflows/for-each/stop-rules.js';
import type { EndpointCall } from './call-context.js';

/** A sentence that says that a thing of a kind does not exist, without its name and without quotes. */
const missing =
  /^(?:(?:the|a|an|this) )?(?:(?:specified|given) )?(?:(?:custom|bot|user|otn|one-time notification) )?(tag|field|topic)(?: with (?:(?:the|this) )?(?:(?:same|given) )?(?:name|id))?(?: (?:was|is))? (?:not found|does not exist|doesn.?t exist)\.?$/i;

/** Parts of a refusal that say nothing of their own: its heading, and where in the input it applies. */
const neutral =
  /^(?:validation error|wrong dynamic message format)\.?$|^(?:data|content|fields|actions|[\w-]+[._[][\w.[\]-]*)$/i;

const quotes = /["'`“”‘’«»]/g;

/** The kind of thing that a part says is missing: `tag`, `field` or `topic`. */
const missingIn = (part: string): string | undefined =>
  missing.exec(oneLine(part.replace(quotes, '')).trim())?.[1]?.toLowerCase();

/**
 * The kinds of things of which ManyChat says, for certain, that one with a name in the call does not exist. Only then can
 * the call be made again with another name: a refusal for another reason would be repeated, and what is called a refusal
 * of a send can have been delivered. So a send must be refused for nothing else.
 */
export function missingKinds({ failure, outcome }: CallError, { endpoint, input }: EndpointCall): Set<ReferenceKind> {
  const { http_status: status, source, performed, message, details = [] } = failure;
  const isAnswer = outcome === 'refused' && source === 'manychat' && performed === 'no';
  if (!isAnswer || (status !== 200 && status !== 400) || aboutContact(message)) return new Set();
  const references = referencesIn(endpoint, input);
  const withoutNames = (text: string): string =>
    references.reduce((rest, { name }) => (name === '' ? rest : rest.replaceAll(name, '')), text);
  const partsOf = (text: string): string[] => text.split(/[:;]\s+/).filter((part) => part.trim() !== '');
  const read = (text: string): (string | undefined)[] =>
    partsOf(text).map((part) => (neutral.test(part.trim()) ? '' : missingIn(part)));
  const found = [message, ...details].flatMap((text) => {
    const asIs = read(text);
    return asIs.includes(undefined) ? read(withoutNames(text)) : asIs;
  });
  if (endpoint.effect === 'send' && found.includes(undefined)) return new Set();
  const words = new Set(found);
  const isMissing = (kind: ReferenceKind): boolean => words.has(kind.split(' ').at(-1) ?? kind);
  return new Set(references.map(({ kind }) => kind).filter(isMissing));
}
