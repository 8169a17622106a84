import { schemaFields } from '@patchbay/contracts/schema-fields';
import { gatewayRoutes } from '../routes.ts';
import type { GatewayPorts } from './gateway-ports.ts';
import type { AnyRoute } from './http-route.ts';
import { tags } from './openapi.ts';
import { preconditionsOf } from './preconditions.ts';

/** `docs/reference/http.md`, whole, from the table of routes. */
export function renderHttpDocs(): string {
  // The table needs its ports when a route is asked, not when it is described.
  const routes = gatewayRoutes({} as GatewayPorts);
  return `<!-- Written from services/gateway/src/routes.ts by \`npm run docs:http\`. Do not edit by hand: a test compares. -->

# The API over HTTP, route by route

Keys, streams, errors, limits and examples to run: [HTTP API](../http-api.md). A running gateway serves the same as OpenAPI 3.1 at
\`/openapi.json\`. Scopes and the roles that have them: [identity](../identity.md). Beside these routes the gateway serves
[GraphQL](../graphql.md), [live events](../live.md) and [MCP](../mcp-server.md).

| route | scope | |
|---|---|---|
${routes.map((route) => `| [\`${titleOf(route)}\`](#${anchorOf(route)}) | ${scopeOf(route)} | ${route.summary} |`).join('\n')}

${Object.entries(tags)
  .map(
    ([tag, about]) =>
      `## ${tag}\n\n${about}\n\n${routes
        .filter((route) => route.tag === tag)
        .map((route) => sectionOf(route, routes))
        .join('\n')}`,
  )
  .join('\n')}`;
}

function sectionOf(route: AnyRoute, routes: readonly AnyRoute[]): string {
  const parts = [
    `### ${titleOf(route)}`,
    route.summary.endsWith('.') ? route.summary : `${route.summary}.`,
    route.description ?? '',
    termsOf(route, routes),
    part('In the path', route.params, 'input'),
    part('In the query', route.query, 'input'),
    part('In the body', route.body, 'input'),
    route.media === undefined ? part('Answer', route.response, 'output') : `Answer: \`${route.media}\`.`,
  ];
  return `${parts.filter((text) => text !== '').join('\n\n')}\n`;
}

/** What holds for the request as a whole. */
function termsOf(route: AnyRoute, routes: readonly AnyRoute[]): string {
  const terms = [
    route.scope === null ? 'Any key will do.' : `Needs scope \`${route.scope}\`.`,
    route.only === 'platform' ? 'For keys of the platform alone.' : '',
    route.idempotent || route.repeatable ? 'Takes `Idempotency-Key`.' : '',
    route.etag ? 'Answers with an `ETag`.' : '',
    preconditionsOf(route, routes) === null ? '' : 'Takes `If-Match`.',
    route.streams ? 'Streams to who accepts `text/event-stream`.' : '',
    route.status === 201 ? 'Answers with status 201.' : '',
  ];
  return terms.filter((text) => text !== '').join(' ');
}

function part(title: string, schema: Parameters<typeof schemaFields>[0] | undefined, io: 'input' | 'output'): string {
  const table = schema === undefined ? '' : schemaFields(schema, io, io === 'input' ? 3 : 2);
  return table === '' ? '' : `${title}:\n\n${table}`;
}

const titleOf = ({ method, path }: AnyRoute) => `${method} ${path}`;
const scopeOf = ({ scope }: AnyRoute) => (scope === null ? 'any key' : `\`${scope}\``);
/** As GitHub makes it of the heading. */
const anchorOf = (route: AnyRoute) =>
  titleOf(route)
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');

if (import.meta.main) process.stdout.write(renderHttpDocs());
