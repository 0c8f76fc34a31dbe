/**
 * Who reads the failures: the person who runs the server, or can ask them; or a member of a team, whom settings, variables
 * and files of the server do not concern.
 */
export type Reader = 'operator' | 'member';

/** Says in a hint what only the person who runs this server can do, such as changing a setting. */
export const operatorDoes = (action: string, reader: Reader = 'operator'): string =>
  reader === 'operator' ? `The person who runs this server ${action}` : 'Tell the person who runs this server.';

/** Says in a hint that the person who runs this server has decided something, and that no setting is missing. */
export const operatorDecides = (what: string): string => `The person who runs this server decides ${what}.`;
