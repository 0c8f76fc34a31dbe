import { randomUUID } from 'node:crypto';
import type { Kernel } from './machine.js';

/** The process a lock file names, and whether it may still run: of another machine nobody here can tell. */
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** Whether a process of this machine runs. */
  runs(pid: number): boolean;
}

/** A process as its lock file names it. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly boot?: string | undefined;
  readonly space?: string | undefined;
  readonly began?: string | undefined;
}

/** Who has the lock; undefined where its owner did not live to write it. Up to 0.1.0 it told pid and host only. */
export function holderOf(text: string): Holder | undefined {
  const [, pid, host = '', more = ''] = /^(\d+) (.*?)(?: (token=\S*))?\n$/.exec(text) ?? [];
  if (pid === undefined) return undefined;
  const facts = new URLSearchParams(more);
  const fact = (name: string): string | undefined => facts.get(name) ?? undefined;
  return { pid: Number(pid), host, boot: fact('boot'), space: fact('space'), began: fact('began') };
}

/** The line of a new lock. Behind the host, so that 0.1.0 takes it for a lock of another computer and keeps off. */
export function lineOf({ pid, host, boot, space, began }: LockOwner & Kernel): string {
  const facts = Object.entries({ boot, space, began: began(pid) }).filter(([, value]) => value !== undefined);
  const more = [['token', randomUUID()], ...facts].map(
    ([name, value]) => `${name}=${encodeURIComponent(String(value))}`,
  );
  return `${pid} ${host} ${more.join('&')}\n`;
}

/**
 * Whether a process lives. `unclear` where its pid tells nothing here: in another pid namespace it names another process,
 * and the same name of a host may be that of another start or container.
 */
export function stateOf(holder: Holder, self: LockOwner & Kernel): 'lives' | 'ended' | 'unclear' {
  const { pid, host, boot, space, began } = holder;
  if (boot === undefined || self.boot === undefined) return host !== self.host || self.runs(pid) ? 'lives' : 'ended';
  if (boot !== self.boot) return host === self.host ? 'unclear' : 'lives';
  if (space !== self.space) return 'unclear';
  if (!self.runs(pid)) return 'ended';
  const now = self.began(pid);
  return began === undefined || now === undefined || began === now ? 'lives' : 'ended';
}
