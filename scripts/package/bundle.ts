import { readFile, rm, writeFile } from 'node:fs/promises';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import type { Catalogue } from '../../src/mcp/listing/catalogue.js';
import { pathOf } from '../root.js';
import { smallModules, together } from './together.js';

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

/** The commands that the Redis client itself takes from its list of all commands, which is half of its code. */
export const redisCommands = ['AUTH', 'CLIENT_SETNAME', 'READONLY'] as const;

/** Leaves of the Redis client what connects to one server: no cluster, no sentinel, and commands as plain words only. */
const redisParts: Plugin = {
  name: 'parts of the Redis client',
  setup({ onLoad }) {
    const commands = redisCommands.map((name) => `${name}:require('./${name}').default`).join();
    onLoad({ filter: /@redis[\\/]client[\\/]dist[\\/]lib[\\/]commands[\\/]index\.js$/ }, () => ({
      contents: `exports.__esModule=true;exports.default={${commands}};`,
      loader: 'js',
    }));
    onLoad({ filter: /@redis[\\/]client[\\/]dist[\\/]index\.js$/ }, () => ({
      contents: `exports.createClient=require('./lib/client').default.create;exports.ErrorReply=require('./lib/errors').ErrorReply;`,
      loader: 'js',
    }));
  },
};

/**
 * Gives HTTP an instance of its own of the SDK's main module, which holds the handler of requests. A module is never
 * divided, so that handler would otherwise be loaded over stdio too. The SDK's classes are in other modules, and stay shared.
 */
const handlerApart: Plugin = {
  name: 'handler of requests apart',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^@modelcontextprotocol\/server$/ }, async ({ importer, kind, resolveDir, pluginData }) => {
      if (pluginData === 'inner' || !/[\\/]src[\\/]mcp[\\/]http[\\/]/.test(importer)) return undefined;
      const found = await resolve('@modelcontextprotocol/server', { importer, kind, resolveDir, pluginData: 'inner' });
      return { ...found, suffix: '?http' };
    });
  },
};

/** The path of esbuild's description of the bundle. */
export const metafilePath = pathOf('dist/scripts/package/metafile.json');

/** Bundles the program with the packages it needs; parts that are loaded later get files of their own. */
export async function bundleProgram(catalogue: Catalogue): Promise<Metafile> {
  const options = {
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
    plugins: [precomputed(catalogue), redisParts, handlerApart],
    metafile: true,
  } as const satisfies BuildOptions;
  const { metafile: modules } = await build({ ...options, write: false });
  const plugins = [...options.plugins, together(smallModules(modules))];
  const { metafile } = await build({ ...options, plugins });
  return withOwnMaps(metafile);
}

/** Removes the source maps of files that are packages for the most part: nobody looks for our errors there. */
async function withOwnMaps({ inputs, outputs }: Metafile): Promise<Metafile> {
  const foreign = Object.entries(outputs).filter(([path, { inputs: parts }]) => {
    const sizes = Object.entries(parts).map(([name, { bytesInOutput }]) => ({ name, bytesInOutput }));
    const bytes = sizes.reduce((sum, each) => sum + each.bytesInOutput, 0);
    const ours = sizes.filter(({ name }) => !name.includes('node_modules/'));
    return path.endsWith('.js') && bytes > 0 && ours.reduce((sum, each) => sum + each.bytesInOutput, 0) < bytes / 20;
  });
  for (const [path] of foreign) {
    const code = await readFile(pathOf(path), 'utf8');
    await writeFile(pathOf(path), code.replace(/\n\/\/# sourceMappingURL=\S+\s*$/, '\n'));
    await rm(pathOf(`${path}.map`));
  }
  const removed = new Set(foreign.map(([path]) => `${path}.map`));
  return { inputs, outputs: Object.fromEntries(Object.entries(outputs).filter(([path]) => !removed.has(path))) };
}
