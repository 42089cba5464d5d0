// A whole page: nothing in it is fetched, and only the one script that was written here may run (Content Security Policy).
import { html, Markup } from "./markup.js";
import { STYLE } from "./style.js";

export interface PageShell {
  readonly title: string;
  /** What stands at the very top, beside the name. */
  readonly top: Markup;
  readonly body: Markup;
  readonly script: PageScript | undefined;
  /** What the script works on: put into the page as JSON. */
  readonly data: unknown;
  /** Where the script may get more from; the report asks nobody. */
  readonly connect: "'none'" | "'self'";
  /** What the page has beside the style of all. */
  readonly style?: string;
}

export interface PageScript {
  readonly text: string;
  /** SHA-256 of the text in base64. */
  readonly sha256: string;
}

/** The live page says it in its header too. */
export function pagePolicy(script: PageScript | undefined, connect: PageShell["connect"]): string {
  const scripts = script === undefined ? "'none'" : `'sha256-${script.sha256}'`;
  return `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src ${scripts}; connect-src ${connect}; base-uri 'none'; form-action 'none'`;
}

export function renderShell({ title, top, body, script, data, connect, style }: PageShell): string {
  const policy = pagePolicy(script, connect);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Markup(STYLE + (style ?? ""))}</style>
</head>
<body>
<a class="skip-link" href="#main">To the content</a>
<header class="top"><span class="brand">Earshot</span> ${top}<span class="spring"></span><button type="button" class="js-only" data-theme-button aria-label="light or dark">◐</button></header>
<main id="main" tabindex="-1">
${body}
</main>
${
  script === undefined
    ? undefined
    : html`<script type="application/json" id="data">${new Markup(scriptJson(data))}</script>
<script>${new Markup(script.text)}</script>`
}
</body>
</html>
`;
  return page.text;
}

/** JSON that cannot end the script element that it stands in. */
export function scriptJson(data: unknown): string {
  return JSON.stringify(data).replace(/[<>\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
