/**
 * Whether a text can be the id of a connection. It goes into a header and a URL path, so it is printable ASCII and
 * neither `.` nor `..`.
 */
export const isConnectionId = (text: string): boolean => /^(?!\.{1,2}$)[!-~]{1,200}$/.test(text);

/** Whether a text is an id as Maton issues them, a UUID. It needs no look-up. */
export const isMatonId = (text: string): boolean => /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);

/** Whether a text can name a connection, by its id or by the name of its page. */
export const namesConnection = (text: string): boolean =>
  text.length <= 200 && text.trim() !== '' && !/[\p{Cc}\u2028\u2029]/u.test(text);
