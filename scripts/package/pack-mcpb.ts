/* The last step of `npm run mcpb`: packs the built program into one file that desktop clients install. */
import { writeFileSync } from 'node:fs';
import { mcpb, mcpbPath } from './mcpb.js';

writeFileSync(mcpbPath, mcpb());
process.stdout.write(`${mcpbPath}\n`);
