import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import type { Catalogue } from '../../src/mcp/listing/catalogue.js';
import { pathOf } from '../root.js';

/** How code becomes a bundle: ours, and what it is compared with. Names stay, so that stack traces can be read. */
export const bundling = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.18',
  minifyWhitespace: true,
  minifySyntax: true,
  // What CommonJS packages require of Node.js.
  banner: { js: 'const require=name=>process.getBuiltinModule(name);' },
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** The catalogue as what it comes to, in the place of the file that computes it. */
const computed = (catalogue: Catalogue): Plugin => ({
  name: 'computed catalogue',
  setup({ onLoad }) {
    // A text to be parsed is read faster than an object that is written out.
    const text = JSON.stringify(JSON.stringify(catalogue));
    onLoad({ filter: /[\\/]listing[\\/]catalogue\.ts$/ }, () => ({
      contents: `export const catalogue = JSON.parse(${text});`,
      loader: 'js',
    }));
  },
});

/** Where the build leaves what esbuild tells of the bundle. */
export const metafilePath = pathOf('dist/scripts/package/metafile.json');

/** Bundles the program with the packages it runs on, a file for each part that is loaded on its own. */
export async function bundleProgram(catalogue: Catalogue): Promise<Metafile> {
  const { metafile } = await build({
    ...bundling,
    absWorkingDir: pathOf('.'),
    entryPoints: [{ in: pathOf('src/main.ts'), out: 'manychat-mcp' }],
    outdir: pathOf('dist'),
    splitting: true,
    chunkNames: 'bundle/[name]-[hash]',
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'eof',
    alias: {
      '@modelcontextprotocol/server/_shims': pathOf('scripts/package/sdk-parts.ts'),
      assert: pathOf('scripts/package/asserts.cts'),
      'node:assert': pathOf('scripts/package/asserts.cts'),
      'thread-stream': pathOf('scripts/package/no-threads.ts'),
      worker_threads: pathOf('scripts/package/no-threads.ts'),
    },
    plugins: [computed(catalogue)],
    metafile: true,
  });
  return metafile;
}
