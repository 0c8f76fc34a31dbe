/* The last step of `npm run build`: bundles the program and the pages, and collects the licences of the packages in it. */
import { writeFileSync } from 'node:fs';
import { catalogue } from '../../src/mcp/listing/catalogue.js';
import { pathOf } from '../root.js';
import { bundleProgram, metafilePath } from './bundle.js';
import { libraryTypes } from './library-types.js';
import { noticesFile, noticesOf } from './notices.js';
import { bundlePages, pagesMetafilePath } from './pages.js';

const metafile = await bundleProgram(catalogue);
const pages = await bundlePages();
const published = { outputs: { ...metafile.outputs, ...pages.outputs } };
writeFileSync(pathOf('dist/THIRD-PARTY-NOTICES'), noticesFile(noticesOf(published)));
// For tests that examine the bundles; they are not published.
writeFileSync(metafilePath, JSON.stringify(metafile));
writeFileSync(pagesMetafilePath, JSON.stringify(pages));
writeFileSync(pathOf('dist/library.d.ts'), libraryTypes());
