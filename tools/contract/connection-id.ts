/**
 * Whether a text can be the id of a connection. It goes into a header and a URL path, so it is printable ASCII and
 * neither `.` nor `..`.
 */
export const isConnectionId = (text: string): boolean => /^(?!\.{1,2}$)[!-~]{1,200}$/.test(text);
