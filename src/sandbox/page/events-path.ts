/** The path of the stream of what changes. */
export const eventsPath = '/sandbox/events';
