/** The tags of an HTML document in which all text is escaped. */
const tagsIn = (page: string): string[] => page.match(/<[^>]*>/g) ?? [];

/** Tags of a document that could load, run or send something, or lead away from it. */
export const activeTags = (page: string): string[] =>
  tagsIn(page).filter(
    (tag) =>
      /^<(script|img|image|link|iframe|object|embed|base|form|input|use|foreignObject|animate|set)\b/i.test(tag) ||
      /\s(on\w+|src|style|srcset|action|xlink:href)\s*=/i.test(tag) ||
      /\shref\s*=\s*(?!"#)/i.test(tag) ||
      /http-equiv="(?!Content-Security-Policy")/i.test(tag),
  );

/** The text of a document below its head as it is read, each run of white space as one blank. */
export const textOf = (page: string): string =>
  page
    .slice(page.indexOf('<body>'))
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim();
