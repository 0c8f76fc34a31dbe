import type { Document } from '../../src/store/shared-store.js';

/** A document with a number. */
export const counter = (key: string): Document<number> => ({
  key,
  parse: (written) => (typeof written === 'number' ? written : undefined),
});

export const visits = counter('visits');
