/** The most characters that are read as JSON text. */
const maxLength = 1_000_000;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** What ends the start of a JSON text so that it parses, and where a shorter start ends that may parse better. */
interface Start {
  readonly closers: string;
  readonly cuts: readonly number[];
  readonly isInString: boolean;
}

function startOf(text: string): Start {
  const open: string[] = [];
  const cuts: number[] = [];
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (isInString) {
      if (character === '\\') index += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '{' || character === '[') {
      cuts.push(index + 1);
      open.push(character === '{' ? '}' : ']');
    } else if (character === '}' || character === ']') open.pop();
    else if (character === ',') cuts.push(index);
  }
  return { closers: open.reverse().join(''), cuts, isInString };
}

/** A text without the escape at its end that is not complete. */
const withoutHalfEscape = (text: string): string => text.replace(/(?<=(?:^|[^\\])(?:\\\\)*)\\(?:u[\da-f]{0,3})?$/i, '');

/**
 * The value of a JSON text, also of one that is not complete yet, as while a model writes it: what was begun is ended, and
 * what has no value yet is left out. Undefined if the text is no object or list.
 */
export function readJsonText(text: string): unknown {
  const trimmed = text.trim();
  if (!/^[[{]/.test(trimmed) || trimmed.length > maxLength) return undefined;
  const complete = parsed(trimmed);
  if (complete !== undefined) return complete;
  const { closers, cuts, isInString } = startOf(trimmed);
  const ended = isInString ? parsed(`${withoutHalfEscape(trimmed)}"${closers}`) : parsed(trimmed + closers);
  if (ended !== undefined) return ended;
  for (const at of cuts.slice(-3).reverse()) {
    const start = trimmed.slice(0, at);
    const value = parsed(start + startOf(start).closers);
    if (value !== undefined) return value;
  }
  return undefined;
}
