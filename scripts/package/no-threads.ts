/* Replaces the worker threads of pino, which would need files of their own. This program writes its log without them. */

export const isMainThread = true;

export default class {
  constructor() {
    throw new Error('this program has no worker threads');
  }
}
