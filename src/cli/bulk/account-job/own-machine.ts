import type { Shell } from '../../shell/shell.js';
import type { LockOwner } from '../journal/lock-holder.js';
import { type Kernel, type Machine, readKernel, thisMachine } from '../journal/machine.js';

/** This process, as a lock records it. */
export const ownProcess = ({ process }: Shell): LockOwner & Kernel => ({ ...process, ...readKernel(process.pid) });

/** The machine of this process, as a journal records it. */
export const ownMachine = (shell: Shell): Machine => thisMachine(ownProcess(shell));
