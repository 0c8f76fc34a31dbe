/** What names a request, as JSON-RPC has it. */
export type FrameId = string | number;

/** What is known of a frame that was not kept. */
export interface ScannedFrame {
  /** The frame's own id; undefined where it has none that can be repeated exactly. */
  readonly id: FrameId | undefined;
  /** Whether it answers a question of this server, and so is not answered itself. */
  readonly isResponse: boolean;
}

/** Reads a frame that comes in pieces. */
export interface FrameScan {
  take(bytes: Uint8Array): void;
  /** What was found, when the frame has ended. */
  result(): ScannedFrame;
}

/** The keys that tell what a frame is; what else it holds is not kept. */
const wanted: ReadonlySet<unknown> = new Set(['id', 'method', 'result', 'error']);

/** Longest key or id that is looked at, in bytes as they are written. */
const maxToken = 1_024;

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

/** Whether a value can name a request in an answer; a number that JavaScript cannot hold would name another one. */
export const isFrameId = (value: unknown): value is FrameId =>
  typeof value === 'string' || (typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER);

/** What a text holds; undefined where it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Finds the id of a frame that is too large to be kept: of the object itself, not of something within it. It goes from
 * byte to byte and keeps no more than one key or id at a time. What is no JSON object has no id.
 */
export function scanFrame(): FrameScan {
  const values = new Map<unknown, unknown>();
  let depth = 0;
  let inString = false;
  let escaped = false;
  let begun = false;
  let failed = false;
  /** The key or value at the first level that is being read. */
  let token = '';
  let key: unknown;

  function keep(byte: number): void {
    if (depth === 1 && token.length <= maxToken) token += String.fromCharCode(byte);
  }

  function endToken(): unknown {
    const text = token.length > maxToken ? '' : Buffer.from(token, 'latin1').toString('utf8');
    token = '';
    return parseJson(text);
  }

  /** Ends a value at the first level; one that goes deeper is not kept whole, and so is none that is looked for. */
  function endValue(): void {
    const whole = endToken();
    if (wanted.has(key)) values.set(key, whole);
    key = undefined;
  }

  function inText(byte: number): void {
    keep(byte);
    if (escaped) escaped = false;
    else if (byte === backslash) escaped = true;
    else if (byte === quote) inString = false;
  }

  function outside(byte: number): void {
    if (isSpace(byte)) return;
    if (depth === 0) {
      // There is one object in a frame.
      failed = begun || byte !== openBrace;
      begun = true;
    }
    if (byte === openBrace || byte === openBracket) {
      // A value that is no text and no number.
      keep(byte);
      depth += 1;
    } else if (byte === closeBrace || byte === closeBracket) {
      if (depth === 1) endValue();
      depth -= 1;
    } else if (depth === 1 && byte === comma) endValue();
    else if (depth === 1 && byte === colon && key === undefined) {
      key = endToken();
    } else {
      keep(byte);
      inString = byte === quote;
    }
  }

  return {
    take(bytes) {
      for (const byte of bytes) {
        if (failed) return;
        if (inString) inText(byte);
        else outside(byte);
      }
    },
    result() {
      const id = failed ? undefined : values.get('id');
      const isResponse = !values.has('method') && (values.has('result') || values.has('error'));
      return { id: isFrameId(id) ? id : undefined, isResponse };
    },
  };
}
