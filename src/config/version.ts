/** This program's version, as package.json has it. */
export const version = '0.1.0';

/** How this program names itself to the servers it calls. */
export const userAgent = `manychat-mcp/${version}`;

/** The oldest Node.js that runs it, as package.json has it. */
export const oldestNode = '20.18.1';
