import { randomUUID } from 'node:crypto';
import { type Kernel, readKernel } from './machine.js';

/** This process, as a lock file names it. */
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** Whether a process runs on this machine. */
  runs(pid: number): boolean;
}

/** This process with what the kernel says about it. */
export const withKernel = (process: LockOwner): LockOwner & Kernel => ({ ...process, ...readKernel(process.pid) });

/** The process named by a lock file. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  readonly boot?: string | undefined;
  readonly pidNamespace?: string | undefined;
  readonly startedAt?: string | undefined;
}

/** Parses a lock file; undefined if its process ended before writing it. Version 0.1.0 wrote pid and host only. */
export function parseHolder(text: string): LockHolder | undefined {
  const [, pid, host = '', suffix = ''] = /^(\d+) (.*?)(?: (token=\S*))?\n$/.exec(text) ?? [];
  if (pid === undefined) return undefined;
  const facts = new URLSearchParams(suffix);
  const fact = (name: string): string | undefined => facts.get(name) ?? undefined;
  return {
    pid: Number(pid),
    host,
    boot: fact('boot'),
    pidNamespace: fact('space'),
    startedAt: fact('began'),
  };
}

/** The text of a new lock file. Facts follow the host, so that 0.1.0 sees a lock of another computer and respects it. */
export function lockText({ pid, host, boot, pidNamespace, startOf }: LockOwner & Kernel): string {
  const facts = Object.entries({ boot, space: pidNamespace, began: startOf(pid) }).filter(
    ([, value]) => value !== undefined,
  );
  const suffix = [['token', randomUUID()], ...facts].map(
    ([name, value]) => `${name}=${encodeURIComponent(String(value))}`,
  );
  return `${pid} ${host} ${suffix.join('&')}\n`;
}

/**
 * Whether the process of a lock is alive. `unclear` if its pid has no meaning here: in another pid namespace it is another
 * process, and the same host name may belong to another boot or container.
 */
export function stateOf(holder: LockHolder, self: LockOwner & Kernel): 'alive' | 'ended' | 'unclear' {
  const { pid, host, boot, pidNamespace, startedAt } = holder;
  if (boot === undefined || self.boot === undefined) return host !== self.host || self.runs(pid) ? 'alive' : 'ended';
  if (boot !== self.boot) return host === self.host ? 'unclear' : 'alive';
  if (pidNamespace !== self.pidNamespace) return 'unclear';
  if (!self.runs(pid)) return 'ended';
  const currentStart = self.startOf(pid);
  return startedAt === undefined || currentStart === undefined || startedAt === currentStart ? 'alive' : 'ended';
}
