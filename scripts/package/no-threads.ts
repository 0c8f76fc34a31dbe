/* In the place of pino's threads, which would have to be files of their own: this program writes its log itself. */

/** What pino asks of threads. */
export const isMainThread = true;

/** What pino starts for a transport. */
export default class {
  constructor() {
    throw new Error('the log is written without threads');
  }
}
