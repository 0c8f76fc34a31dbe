import { ambiguousTasks } from './ambiguous.js';
import { closedTasks } from './closed.js';
import { everydayTasks } from './everyday.js';
import { impossibleTasks } from './impossible.js';
import { instructionTasks } from './instructions.js';
import { manyTasks } from './many.js';
import type { Task } from './task.js';

export const tasks: readonly Task[] = [
  ...everydayTasks,
  ...ambiguousTasks,
  ...manyTasks,
  ...closedTasks,
  ...impossibleTasks,
  ...instructionTasks,
];
