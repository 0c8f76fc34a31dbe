import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import type { Catalogue } from '../../src/mcp/listing/catalogue.js';
import { pathOf } from '../root.js';

/** How code is bundled, shared with the benchmark's comparison. Names are not minified, so that stack traces can be read. */
export const bundling = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.18',
  minifyWhitespace: true,
  minifySyntax: true,
  // CommonJS packages require modules of Node.js.
  banner: { js: 'const require=name=>process.getBuiltinModule(name);' },
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** Replaces the module that computes the catalogue with its result. */
const precomputed = (catalogue: Catalogue): Plugin => ({
  name: 'precomputed catalogue',
  setup({ onLoad }) {
    // Parsing JSON is faster than evaluating an object literal.
    const text = JSON.stringify(JSON.stringify(catalogue));
    onLoad({ filter: /[\\/]listing[\\/]catalogue\.ts$/ }, () => ({
      contents: `export const catalogue = JSON.parse(${text});`,
      loader: 'js',
    }));
  },
});

/** The path of esbuild's description of the bundle. */
export const metafilePath = pathOf('dist/scripts/package/metafile.json');

/** Bundles the program with the packages it needs; parts that are loaded later get files of their own. */
export async function bundleProgram(catalogue: Catalogue): Promise<Metafile> {
  const { metafile } = await build({
    ...bundling,
    absWorkingDir: pathOf('.'),
    entryPoints: [
      { in: pathOf('src/main.ts'), out: 'manychat-mcp' },
      { in: pathOf('src/cli/library/library.ts'), out: 'library' },
    ],
    outdir: pathOf('dist'),
    splitting: true,
    chunkNames: 'bundle/[name]-[hash]',
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'eof',
    alias: {
      '@modelcontextprotocol/server/_shims': pathOf('scripts/package/sdk-parts.ts'),
      '@opentelemetry/semantic-conventions': pathOf('scripts/package/otel-names.ts'),
      assert: pathOf('scripts/package/asserts.cts'),
      'node:assert': pathOf('scripts/package/asserts.cts'),
      'thread-stream': pathOf('scripts/package/no-threads.ts'),
      worker_threads: pathOf('scripts/package/no-threads.ts'),
    },
    plugins: [precomputed(catalogue)],
    metafile: true,
  });
  return metafile;
}
