import { expect, it } from 'vitest';
import { findings } from './docs-requests.mjs';
import { repositoryOf } from './repository.mjs';

const reference = `# Routes

### GET /v1/tools/{name}

List.

In the query:

| field | type | needed |
|---|---|---|
| \`format\` | text |  |

### POST /v1/tools/{name}/execute
`;
const check = (text) => findings(repositoryOf({ 'docs/reference/http.md': reference, 'docs/a.md': text }));
const fence = (line) => `\`\`\`sh\n${line}\n\`\`\`\n`;

it.each([
  fence("curl -s -H @key 'http://127.0.0.1:7700/v1/tools/x?format=mcp'"),
  fence(`curl -s -d '{}' http://127.0.0.1:7700/v1/tools/x/execute`),
  fence('curl -s -X POST "$URL/v1/tools/x/execute"'),
  fence('curl -s http://127.0.0.1:7700/openapi.json https://example.com/v1/nothing'),
  'Ask `GET /v1/tools/{name}` or `POST /add-checkpoint`.',
])('accepts %s', (text) => {
  expect(check(text)).toEqual([]);
});

it.each([
  [fence('curl http://127.0.0.1:7700/v1/tool/x'), 'docs/a.md:2 asks for GET /v1/tool/x: no route has this path'],
  [
    fence('curl http://localhost:7700/v1/tools/x?fromat=1'),
    'docs/a.md:2 asks for GET /v1/tools/x?fromat=1: its query has no fromat',
  ],
  [
    fence('curl http://127.0.0.1:7700/v1/tools/x/execute'),
    'docs/a.md:2 asks for GET /v1/tools/x/execute: the path takes POST',
  ],
  ['Ask `PUT /v1/tools/{name}`.', 'docs/a.md:1 asks for PUT /v1/tools/{name}: the path takes GET'],
])('reports %s', (text, finding) => {
  expect(check(text)).toEqual([finding]);
});
