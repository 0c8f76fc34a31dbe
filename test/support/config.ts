import { type Config, readConfig } from '../../src/config/config.js';
import { catalogue } from '../../src/mcp/listing/catalogue.js';

/** The configuration that an environment gives, with the tools that exist. */
export const configOf = (environment: Readonly<Record<string, string | undefined>>): Config =>
  readConfig(environment, catalogue.tools);
