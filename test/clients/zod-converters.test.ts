import { JSONSchemaToZod } from '@dmitryrechkin/json-schema-to-zod';
import * as z from 'zod';
import { asObject } from '../../tools/contract/json.js';
import { describeClient } from './support/matrix.js';
import { type Check, sdkWith } from './support/sdk.js';

interface Parser {
  safeParse(value: unknown): { success: boolean; data?: unknown };
}

const parsing =
  (parser: Parser): Check =>
  (args) => {
    const { success, data } = parser.safeParse(args);
    return success ? asObject(data) : undefined;
  };

describeClient(
  'json-schema-to-zod',
  sdkWith((schema) => parsing(JSONSchemaToZod.convert(schema))),
);
describeClient(
  'zod fromJSONSchema',
  sdkWith((schema) => parsing(z.fromJSONSchema(schema))),
);
