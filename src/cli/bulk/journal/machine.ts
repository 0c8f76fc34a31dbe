import { readFileSync, readlinkSync } from 'node:fs';
import { uptime } from 'node:os';

/**
 * A computer between two starts. While it stays up, what a killed process wrote to a file is there for the next one;
 * after a power failure only what was synced is.
 */
export interface Machine {
  readonly host: string;
  /** The kernel's own name for this start, or when it was, in seconds since 1970. */
  readonly boot: string | number;
}

/** What the kernel tells of processes; other systems than Linux tell nothing. */
export interface Kernel {
  /** Names this start of this computer. */
  readonly boot?: string | undefined;
  /** Names the pid namespace. A container has its own, in which the same pid is another process. */
  readonly space?: string | undefined;
  /** When a process of this namespace began: a pid is given to another process later. */
  began(pid: number): string | undefined;
}

/** Seconds by which a start that is worked out from the clock and the uptime is off. */
const toleranceSeconds = 5;

function textOf(read: () => string): string | undefined {
  try {
    return read().trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Asks the kernel, on behalf of the process `pid`. */
export function readKernel(pid: number): Kernel {
  // A container may see the /proc of its host, where its pids name other processes.
  const own = textOf(() => readlinkSync('/proc/self')) === String(pid);
  return {
    boot: textOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    space: textOf(() => readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')),
    began(other) {
      const stat = own ? textOf(() => readFileSync(`/proc/${other}/stat`, 'utf8')) : undefined;
      // The name of the program may hold blanks and parentheses. Behind it stand the fields from the third on.
      return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[22 - 3];
    },
  };
}

/** The computer this process runs on. */
export const thisMachine = ({ host, boot }: { host: string } & Kernel): Machine => ({
  host,
  boot: boot ?? Math.round(Date.now() / 1000 - uptime()),
});

/** Whether the computer has been up all the time between the two. */
export function isSameStart(one: Machine, other: Machine): boolean {
  if (typeof one.boot === 'number' && typeof other.boot === 'number') {
    return one.host === other.host && Math.abs(one.boot - other.boot) <= toleranceSeconds;
  }
  return one.boot === other.boot;
}
