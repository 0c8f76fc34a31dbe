/* Runs tasks with a model, started by npm run evals at the root. */
import { evals } from './runner/command.js';

process.exitCode = await evals({
  args: process.argv.slice(2),
  env: process.env,
  print: (line) => void process.stdout.write(`${line}\n`),
  tell: (line) => void process.stderr.write(`${line}\n`),
  now: Date.now,
});
