import { setMaxListeners } from 'node:events';

/** A signal that fires with the first of several others. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  /** Removes the listeners from the other signals. */
  unlink(): void;
}

/**
 * Links signals. Unlike with AbortSignal.any, nothing stays behind on long-lived signals after `unlink`: in Node.js 20
 * each use of `any` leaves memory on them.
 */
export function linkSignals(...signals: readonly AbortSignal[]): LinkedSignal {
  const linked = new AbortController();
  const fire = ({ target }: Event): void => linked.abort(target instanceof AbortSignal ? target.reason : undefined);
  const unlink = (): void => {
    for (const signal of signals) signal.removeEventListener('abort', fire);
  };
  const fired = signals.find(({ aborted }) => aborted);
  if (fired !== undefined) linked.abort(fired.reason);
  else for (const signal of signals) signal.addEventListener('abort', fire, { once: true });
  // Many calls may listen to one signal of their caller, and a job has many requests that listen to its own.
  setMaxListeners(0, linked.signal, ...signals);
  return { signal: linked.signal, unlink };
}

/** Waits for a promise, or rejects with the signal's reason on abort. */
export function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
