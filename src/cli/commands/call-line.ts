/** An id as part of a command to copy; an unusual id is left out, because a shell would interpret it. */
export const idInCommand = (id: string): string => (/^[\w-]{1,200}$/.test(id) ? id : 'ID');

/**
 * The command that calls a tool about one connection.
 * @param program the words that start this program.
 */
export const callLine = (program: string, tool: string, id: string): string =>
  `${program} call ${tool} connection_id=${idInCommand(id)}`;
