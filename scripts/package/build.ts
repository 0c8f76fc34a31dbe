/* The last step of `npm run build`: the bundled program and the licences of what it holds. */
import { writeFileSync } from 'node:fs';
import { catalogue } from '../../src/mcp/listing/catalogue.js';
import { pathOf } from '../root.js';
import { bundleProgram, metafilePath } from './bundle.js';
import { noticesFile, noticesOf } from './notices.js';

const metafile = await bundleProgram(catalogue);
writeFileSync(pathOf('dist/THIRD-PARTY-NOTICES'), noticesFile(noticesOf(metafile)));
// For the tests, which look into the bundle with it; it is not published.
writeFileSync(metafilePath, JSON.stringify(metafile));
