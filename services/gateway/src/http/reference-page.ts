import type { AnyRoute } from './http-route.ts';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const shown = (text: string) => text.replace(/[&<>"]/g, (one) => escapes[one] ?? one);

/** A page that lists every route: no script, nothing from elsewhere, readable without either. */
export function referencePage(routes: readonly AnyRoute[]): string {
  const tags = [...new Set(routes.map(({ tag }) => tag))];
  const sections = tags.map((tag) => {
    const rows = routes
      .filter((route) => route.tag === tag)
      .map(
        ({ method, path, summary, description = '', scope, operationId }) =>
          `<tr id="${operationId}"><td><code>${method}</code></td><td><code>${shown(path)}</code></td><td>${shown(summary)}${
            description === '' ? '' : `<br><small>${shown(description)}</small>`
          }</td><td><code>${scope ?? 'any key'}</code></td></tr>`,
      );
    return `<section><h2>${shown(tag)}</h2><table><thead><tr><th scope="col">method</th><th scope="col">path</th><th scope="col">does</th><th scope="col">scope</th></tr></thead><tbody>${rows.join('')}</tbody></table></section>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Patchbay: HTTP reference</title><style>${style}</style></head>
<body><main><h1>Patchbay over HTTP</h1>
<p>The whole of it, for machines: <a href="/openapi.json">OpenAPI 3.1</a>. Send an API key with each request:
<code>Authorization: Bearer pbk_…</code>.</p>
${sections.join('\n')}</main></body></html>`;
}

const style = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{margin:0}main{max-width:70rem;margin:0 auto;padding:1rem}
section{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid color-mix(in srgb,currentColor 20%,transparent)}
code{font:.9em ui-monospace,monospace}tr:target{background:color-mix(in srgb,currentColor 10%,transparent)}`;
