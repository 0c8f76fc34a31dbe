/**
 * Says in a hint what only the person who runs this server can do, such as changing a setting. The wording is decided
 * here alone, so that it can come to depend on who reads the hint.
 */
export const operatorDoes = (action: string): string => `The person who runs this server ${action}`;
