/** Characters that no shell interprets. A backslash separates folders on Windows and is interpreted elsewhere. */
const plain = { posix: /^[\w./:=-]+$/, win32: /^[\w./:=\\-]+$/ };

/**
 * A word of a command as a person types it, quoted if a shell would change it: for cmd and PowerShell on Windows, for bash,
 * zsh and fish elsewhere.
 */
export function shellWord(text: string, platform: string): string {
  const isWindows = platform === 'win32';
  if (plain[isWindows ? 'win32' : 'posix'].test(text)) return text;
  return isWindows ? `"${text.replaceAll('"', '\\"')}"` : `'${text.replaceAll("'", "'\\''")}'`;
}
