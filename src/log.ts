import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from './config.js';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** A log of JSON lines to stderr, since stdout belongs to the protocol; it holds no arguments, results or keys. */
export function createLog(
  level: Config['logLevel'],
  destination: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}
