/** The id of a JSON-RPC request. */
export type FrameId = string | number;

/** What is known of a frame that was too large to keep. */
export interface ScannedFrame {
  /** The frame's own id. Undefined if it has none that a response can repeat exactly. */
  readonly id: FrameId | undefined;
  /** Whether the frame is a response to a request of this server. Responses are not answered. */
  readonly isResponse: boolean;
}

/** Reads a frame in pieces. */
export interface FrameScan {
  push(bytes: Uint8Array): void;
  /** What was found, once the frame has ended. */
  result(): ScannedFrame;
}

/** The keys that identify a frame. All other content is skipped. */
const identifyingKeys: ReadonlySet<unknown> = new Set(['id', 'method', 'result', 'error']);

/** Longest key or id that is read, in bytes as written. */
const maxTokenBytes = 1_024;

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

/** Whether a response can repeat this id. A number beyond the safe integers would be changed by JavaScript. */
export const isFrameId = (value: unknown): value is FrameId =>
  typeof value === 'string' || (typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER);

/** The parsed text, or undefined if it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Finds the id of a frame that is too large to keep. Only the id at the top level counts. The scan goes byte by byte and
 * holds one key or id at a time. Anything but a JSON object has no id.
 */
export function scanFrame(): FrameScan {
  const values = new Map<unknown, unknown>();
  let depth = 0;
  let inString = false;
  let escaped = false;
  let started = false;
  let failed = false;
  /** The key or value at the top level that is being read. */
  let token = '';
  let key: unknown;

  function append(byte: number): void {
    if (depth === 1 && token.length <= maxTokenBytes) token += String.fromCharCode(byte);
  }

  function endToken(): unknown {
    const text = token.length > maxTokenBytes ? '' : Buffer.from(token, 'latin1').toString('utf8');
    token = '';
    return parseJson(text);
  }

  /** Ends a value at the top level. The content of nested values was skipped, so they parse to undefined. */
  function endValue(): void {
    const value = endToken();
    if (identifyingKeys.has(key)) values.set(key, value);
    key = undefined;
  }

  function readInString(byte: number): void {
    append(byte);
    if (escaped) escaped = false;
    else if (byte === backslash) escaped = true;
    else if (byte === quote) inString = false;
  }

  function readOutsideString(byte: number): void {
    if (isSpace(byte)) return;
    if (depth === 0) {
      // A frame is exactly one object.
      failed = started || byte !== openBrace;
      started = true;
    }
    if (byte === openBrace || byte === openBracket) {
      // The bracket stays in the token, so that a nested value is never read as a string or a number.
      append(byte);
      depth += 1;
    } else if (byte === closeBrace || byte === closeBracket) {
      if (depth === 1) endValue();
      depth -= 1;
    } else if (depth === 1 && byte === comma) endValue();
    else if (depth === 1 && byte === colon && key === undefined) {
      key = endToken();
    } else {
      append(byte);
      inString = byte === quote;
    }
  }

  return {
    push(bytes) {
      for (const byte of bytes) {
        if (failed) return;
        if (inString) readInString(byte);
        else readOutsideString(byte);
      }
    },
    result() {
      const id = failed ? undefined : values.get('id');
      const isResponse = !values.has('method') && (values.has('result') || values.has('error'));
      return { id: isFrameId(id) ? id : undefined, isResponse };
    },
  };
}
