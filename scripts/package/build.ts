/* The last step of `npm run build`: bundles the program, and collects the licences of the packages in it. */
import { writeFileSync } from 'node:fs';
import { catalogue } from '../../src/mcp/listing/catalogue.js';
import { pathOf } from '../root.js';
import { bundleProgram, metafilePath } from './bundle.js';
import { libraryTypes } from './library-types.js';
import { noticesFile, noticesOf } from './notices.js';

const metafile = await bundleProgram(catalogue);
writeFileSync(pathOf('dist/THIRD-PARTY-NOTICES'), noticesFile(noticesOf(metafile)));
// For tests that examine the bundle; it is not published.
writeFileSync(metafilePath, JSON.stringify(metafile));
writeFileSync(pathOf('dist/library.d.ts'), libraryTypes());
