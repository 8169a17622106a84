import { codeSpansOf, documentsOf, fencesOf } from './markdown-code.mjs';
import { shellCommandsOf } from './shell-commands.mjs';

export const name = 'requests in documents';

const reference = 'docs/reference/http.md';
/** What the gateway serves beside its table of routes, and the other servers that documents speak of. */
const others =
  /^\/(graphql|mcp|openapi\.json|reference|livez|readyz|console\/.*|hooks\/.*|_sandbox\/.*|\.well-known\/.*|_connect\/.*|connect\/.*)$/;

/**
 * Requests that no route of ours takes: of `curl` to the gateway where `npm start` has it the method, the path and the query's names, and of code in
 * sentences such as `GET /v1/tools` the method and the path. The routes are those of docs/reference/http.md, which a test of the
 * gateway holds against its table.
 * @param {import('./repository.mjs').Repository} repository
 */
export function findings(repository) {
  const routes = routesOf(repository.read(reference));
  return documentsOf(repository)
    .filter((file) => file !== reference)
    .flatMap((file) => {
      const text = repository.read(file);
      const typed = fencesOf(text).flatMap((fence) => (fence.language === 'sh' ? curlsOf(fence) : []));
      const named = codeSpansOf(text).flatMap(({ text: span, line }) => {
        const [, method, target] = /^(GET|POST|PUT|PATCH|DELETE) (\/(?:v1|voice)\/[^ ]*|\/metrics)$/.exec(span) ?? [];
        return method === undefined ? [] : [{ method, target, line }];
      });
      return [...typed, ...named].flatMap((request) => {
        const fault = faultOf(request, routes);
        return fault === null ? [] : [`${file}:${request.line} asks for ${request.method} ${request.target}: ${fault}`];
      });
    });
}

/** @returns {{ method: string, pattern: RegExp, query: Set<string> }[]} */
function routesOf(text) {
  return text.split(/^### /m).flatMap((section) => {
    const [, method, path] = /^(GET|POST|PUT|PATCH|DELETE) (\S+)$/m.exec(section.split('\n')[0]) ?? [];
    if (method === undefined) return [];
    const table = /In the query:\n\n(?:\|.*\n)*/.exec(section)?.[0] ?? '';
    return [
      {
        method,
        pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
        query: new Set([...table.matchAll(/^\| `([\w.]+)`/gm)].map(([, field]) => field)),
      },
    ];
  });
}

function curlsOf({ text, line }) {
  return shellCommandsOf(text).flatMap((command) => {
    if (command.words[0] !== 'curl') return [];
    const url = command.words.find((word) => /^(https?:\/\/(127\.0\.0\.1|localhost):7700\b|\$URL)/.test(word));
    if (url === undefined) return [];
    const target = url.replace(/^(https?:\/\/[^/]+|\$URL)/, '');
    const given = command.words.find((_, at) => command.words[at - 1] === '-X');
    const sends = command.words.some((word) => /^(-d|--data.*|--json)$/.test(word));
    return [{ method: given ?? (sends ? 'POST' : 'GET'), target, line: line + command.line - 1 }];
  });
}

function faultOf({ method, target }, routes) {
  const [path, query = ''] = target.split('?');
  if (others.test(path)) return null;
  const there = routes.filter(({ pattern }) => pattern.test(path.replace(/<[^>]*>|…/g, 'x')));
  if (there.length === 0) return 'no route has this path';
  const route = there.find((one) => one.method === method);
  if (route === undefined) return `the path takes ${there.map((one) => one.method).join(', ')}`;
  const unknown = [...new URLSearchParams(query).keys()].filter((field) => !route.query.has(field));
  return unknown.length === 0 ? null : `its query has no ${unknown.join(', ')}`;
}
