import { mkdirSync, writeFileSync } from 'node:fs';
import { build, type Metafile } from 'esbuild';
import { pathOf } from '../root.js';

interface Page {
  readonly name: 'inbox' | 'message-preview' | 'subscribers';
  readonly title: string;
  /** The module that draws it. */
  readonly entry: string;
}

/** The pages that are built. */
export const pages: readonly Page[] = [
  { name: 'inbox', title: 'Sandbox inbox', entry: 'ui/inbox/main.tsx' },
  { name: 'message-preview', title: 'Message preview', entry: 'ui/preview/main.tsx' },
  { name: 'subscribers', title: 'Contacts', entry: 'ui/subscribers/main.tsx' },
];

/** The path of a built page. */
export const pagePath = ({ name }: Pick<Page, 'name'>): string => pathOf(`dist/pages/${name}.html`);

/** The path of esbuild's description of the pages. */
export const pagesMetafilePath = pathOf('dist/scripts/package/pages-metafile.json');

/** One file: a page may load nothing, and hosts allow one inline script. */
const documentOf = (title: string, style: string, script: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><title>${title}</title><link rel="icon" href="data:,"><style>${style}</style></head><body><script>${script}</script></body></html>\n`;

/** Bundles a page into one HTML file, without writing it. */
export async function bundlePage({ title, entry }: Omit<Page, 'name'>): Promise<{ html: string; metafile: Metafile }> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: pathOf('.'),
    entryPoints: [pathOf(entry)],
    outdir: pathOf('dist/pages'),
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: ['chrome120', 'firefox121', 'safari17'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  });
  const textOf = (extension: string): string =>
    outputFiles.find(({ path }) => path.endsWith(extension))?.text.trim() ?? '';
  return { html: documentOf(title, textOf('.css'), textOf('.js')), metafile };
}

async function writePage(page: Page): Promise<Metafile> {
  const { html, metafile } = await bundlePage(page);
  writeFileSync(pagePath(page), html);
  return metafile;
}

/** Bundles the browser code into one file a page. */
export async function bundlePages(): Promise<Metafile> {
  mkdirSync(pathOf('dist/pages'), { recursive: true });
  const all = await Promise.all(pages.map(writePage));
  return {
    inputs: Object.assign({}, ...all.map(({ inputs }) => inputs)),
    outputs: Object.assign({}, ...all.map(({ outputs }) => outputs)),
  };
}
