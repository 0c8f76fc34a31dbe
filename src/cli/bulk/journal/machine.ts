import { readFileSync, readlinkSync } from 'node:fs';
import { uptime } from 'node:os';

/**
 * A computer between two boots. While it is up, what a killed process wrote to a file is there for the next one; after a
 * power failure only what was synced is.
 */
export interface Machine {
  readonly host: string;
  /** The kernel's id of this boot, or the time of the boot in seconds since 1970. */
  readonly boot: string | number;
}

/** Where and when a run begins. */
export interface RunStart extends Machine {
  /** In milliseconds since 1970. Journals of older versions have no times. */
  readonly at?: number;
}

/** What the kernel says about processes. Only Linux does. */
export interface Kernel {
  /** Id of this boot. */
  readonly boot?: string | undefined;
  /** Id of the pid namespace. A container has its own, where the same pid is another process. */
  readonly pidNamespace?: string | undefined;
  /** When a process of this namespace started, which distinguishes it from a later process with the same pid. */
  startOf(pid: number): string | undefined;
}

/** How far a boot time computed from the clock and the uptime may be off. */
const toleranceSeconds = 5;

function readOrUndefined(read: () => string): string | undefined {
  try {
    return read().trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Reads the kernel's information from /proc, on behalf of the process `pid`. */
export function readKernel(pid: number): Kernel {
  // A container may see the /proc of its host, where its pids belong to other processes.
  const isOwnProc = readOrUndefined(() => readlinkSync('/proc/self')) === String(pid);
  return {
    boot: readOrUndefined(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    pidNamespace: readOrUndefined(() => readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')),
    startOf(other) {
      const stat = isOwnProc ? readOrUndefined(() => readFileSync(`/proc/${other}/stat`, 'utf8')) : undefined;
      // Field 22 is the start time. The name, field 2, may contain spaces and parentheses; the rest begins with field 3.
      return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[22 - 3];
    },
  };
}

/** The computer this process runs on. */
export const thisMachine = ({ host, boot }: { host: string } & Kernel): Machine => ({
  host,
  boot: boot ?? Math.round(Date.now() / 1000 - uptime()),
});

/** Whether both are the same boot of the same computer. */
export function isSameStart(one: Machine, other: Machine): boolean {
  if (typeof one.boot === 'number' && typeof other.boot === 'number') {
    return one.host === other.host && Math.abs(one.boot - other.boot) <= toleranceSeconds;
  }
  return one.boot === other.boot;
}
