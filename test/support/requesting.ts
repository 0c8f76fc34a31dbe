import { declarations } from '../../tools/index.js';

/** The tools that make requests, or need none: those for messages need an account that hears its contacts. */
export const requesting = declarations.filter(({ api }) => api !== 'inbox');
