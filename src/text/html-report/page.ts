import { type Html, html } from './markup.js';

/** The programs that write reports. */
export type ReportWriter = 'bulk' | 'evals';

/** The begin of a document, which names its writer. */
const opening = (writer: ReportWriter): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="generator" content="manychat-mcp ${writer}">`;

/** Whether a file that begins with this text is a report of this writer, which may be replaced by a newer one. */
export const isReportOf = (writer: ReportWriter, text: string): boolean => text.startsWith(String(opening(writer)));

/** No script, address, picture or font: a report is one file, and shows nothing else. */
const head = html`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>
:root {
  --text: #1c2024; --quiet: #5b6470; --back: #ffffff; --panel: #f4f5f7; --line: #d5d9de;
  --good: #1b7f4f; --bad: #c62f36; --doubt: #d48806; --rest: #b3bac2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e8eaed; --quiet: #a3abb5; --back: #16181b; --panel: #202428; --line: #3a4047;
    --good: #4cc38a; --bad: #ff7b7f; --doubt: #f0b849; --rest: #5a626b;
  }
}
@media print {
  :root {
    color-scheme: light;
    --text: #000000; --quiet: #444444; --back: #ffffff; --panel: #ffffff; --line: #999999;
    --good: #1b7f4f; --bad: #c62f36; --doubt: #d48806; --rest: #b3bac2;
  }
  tr, li, figure > svg { break-inside: avoid; }
  h1, h2, h3 { break-after: avoid; }
  details:not([open]) { display: none; }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.25rem 1rem 3rem; max-width: 46rem;
  font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); overflow-wrap: anywhere;
}
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p { margin: .35rem 0; }
code { font: .9em ui-monospace, monospace; white-space: nowrap; }
.quiet, figcaption, .axis { color: var(--quiet); font-size: .875rem; }
.account { border-top: 1px solid var(--line); margin-top: 2.5rem; }
.good { fill: var(--good); } .bad { fill: var(--bad); } .doubt { fill: var(--doubt); } .rest { fill: var(--rest); }
svg { print-color-adjust: exact; forced-color-adjust: none; }
.swatch { width: .75em; height: .75em; display: inline-block; }
.shares { display: block; width: 100%; height: 1.25rem; margin: .75rem 0; }
.columns { display: block; width: 100%; height: 10rem; border-bottom: 1px solid var(--quiet); }
.axis { display: flex; justify-content: space-between; gap: 1rem; margin: .15rem 0 .5rem; }
figure { margin: 0; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 0 0 .75rem; padding: 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--quiet); font-size: .875rem; }
th, td { padding: .35rem .5rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
th { font-weight: 600; } tbody th { font-weight: 400; }
.total > * { font-weight: 600; }
.wide { overflow-x: auto; } .wide th, .wide td { overflow-wrap: normal; } .wide td { white-space: nowrap; }
.wide:focus-visible, summary:focus-visible, a:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
.wide th:first-child { min-width: 7rem; overflow-wrap: anywhere; }
.reasons { list-style: none; margin: 0; padding: 0; }
.reasons > li { background: var(--panel); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; margin: .75rem 0; }
.reasons h3 { margin: 0 0 .25rem; }
.reasons ul { margin: .35rem 0; padding-left: 1.25rem; }
details { margin-top: .75rem; } summary { cursor: pointer; color: var(--quiet); font-size: .875rem; }
a { color: inherit; }
</style>`;

/** A whole report. */
export const reportPage = (writer: ReportWriter, title: string, body: Html): string =>
  String(html`${opening(writer)}
${head}
<title>${title}</title>
</head>
<body>
${body}
</body>
</html>
`);
