/*
 * Runs the tests in a browser: finds Chromium, and installs their package unless it is up to date. Arguments are names of test
 * files. `--record` records the pictures that the tests compare, instead of comparing them.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chromiumVersion, findChromium, noChromium } from './chromium.js';
import { install, run } from './own-package.js';
import { pathOf } from './root.js';

const folder = 'test/browser';
const pictures = pathOf(`${folder}/pictures`);
/** Names the browser with which the pictures were recorded. */
const recordedWith = `${pictures}/recorded-with.json`;

const chromium = findChromium();
if (chromium === undefined) throw new Error(noChromium);
const version = chromiumVersion(chromium);
const { browser }: { browser: string } = JSON.parse(readFileSync(recordedWith, 'utf8'));

const record = process.argv.includes('--record');
const chosen = process.argv.slice(2).filter((argument) => argument !== '--record');
if (record && chosen.length > 0 && version !== browser)
  throw new Error(`the pictures are those of ${browser}; with ${version}, record all of them together`);
if (record && chosen.length === 0) {
  for (const name of readdirSync(pictures)) if (name.endsWith('.png')) rmSync(`${pictures}/${name}`);
  writeFileSync(recordedWith, `${JSON.stringify({ browser: version }, undefined, 2)}\n`);
}

install(folder, 'npm run browser');
process.env.CHROMIUM = chromium;
process.env.PICTURES = record ? 'record' : version === browser ? 'compare' : 'ignore';
run(process.execPath, pathOf('node_modules/typescript/bin/tsc'), '-p', folder);
run(
  process.execPath,
  pathOf('node_modules/vitest/vitest.mjs'),
  'run',
  '--root',
  folder,
  '--silent=passed-only',
  ...chosen,
);
if (!record && version !== browser)
  process.stderr.write(`Pictures were not compared: they were recorded with ${browser}, and this is ${version}.\n`);
