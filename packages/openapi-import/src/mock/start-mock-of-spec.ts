import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ListedOperation, listOperations } from '../spec/list-operations.ts';
import { referencesOf } from '../spec/references.ts';
import type { ApiDescription } from '../spec/types.ts';
import { answerFor, answerProblem } from './answer-for.ts';
import { checkRequest } from './check-request.ts';
import { specValidator } from './spec-validator.ts';

export interface MockOfSpec {
  /** An origin on the loopback. */
  readonly url: string;
  /** What was wrong with the requests since the last call, and with the mock's own answers. */
  problems(): string[];
  /** Ids of the operations that were asked for since the last call, in order. */
  asked(): string[];
  /** What is wrong with a body as the answer of an operation; `null` when nothing is. */
  answerProblem(operation: string, body: unknown): string | null;
  close(): Promise<void>;
}

/**
 * A stand-in for a vendor that knows nothing but its description: it finds the operation of each request, holds path, query,
 * headers, credential and body to it, and answers with a sample of the answer that means success. For tests and benchmarks.
 */
export async function startMockOfSpec(description: ApiDescription, basePath: string): Promise<MockOfSpec> {
  const references = referencesOf(description);
  const context = { description, references, validate: specValidator(references) };
  const routes = listOperations(description, references).map((listed) => ({
    listed,
    expression: expressionOf(listed.path),
    fixed: listed.path.replace(/\{[^}]*\}/g, '').length,
  }));
  let problems: string[] = [];
  let asked: string[] = [];

  /** Every operation that the path could mean, of those with the most fixed text: descriptions have two of one shape. */
  function candidates(method: string, path: string): { listed: ListedOperation; inPath: Record<string, string> }[] {
    const found = routes
      .filter(({ listed }) => listed.method === method)
      .map(({ listed, expression, fixed }) => ({ listed, fixed, match: expression.exec(path) }))
      .filter(({ match }) => match !== null);
    const most = Math.max(...found.map(({ fixed }) => fixed));
    return found
      .filter(({ fixed }) => fixed === most)
      .map(({ listed, match }) => {
        const names = [...listed.path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name as string);
        return {
          listed,
          inPath: Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(match?.[i + 1] ?? '')])),
        };
      });
  }

  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', 'http://mock');
      const path = url.pathname.startsWith(basePath) ? url.pathname.slice(basePath.length) || '/' : url.pathname;
      const arrived = {
        query: [...url.searchParams],
        headers: request.headers as Record<string, string>,
        body: await bodyOf(request),
      };
      const tried = [];
      for (const { listed, inPath } of candidates(request.method ?? '', path))
        tried.push({ listed, wrong: await checkRequest(listed, inPath, arrived, context) });
      const found = tried.find(({ wrong }) => wrong.length === 0) ?? tried[0];
      if (found === undefined) {
        problems.push(`${request.method} ${path} is no operation`);
        response.writeHead(404).end();
        return;
      }
      const { wrong } = found;
      asked.push(found.listed.id);
      problems.push(...wrong.map((problem) => `${found.listed.id}: ${problem}`));
      if (wrong.length > 0) {
        response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ problems: wrong }));
        return;
      }
      const answer = answerFor(found.listed, context);
      if (answer.problem !== null) problems.push(`${found.listed.id}: ${answer.problem}`);
      response
        .writeHead(answer.status, answer.contentType === null ? {} : { 'content-type': answer.contentType })
        .end(answer.body);
    })().catch((error: unknown) => {
      problems.push(String(error));
      response.writeHead(500).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    problems() {
      const found = problems;
      problems = [];
      return found;
    },
    asked() {
      const found = asked;
      asked = [];
      return found;
    },
    answerProblem(operation, body) {
      const found = routes.find(({ listed }) => listed.id === operation);
      return found === undefined ? 'no such operation' : answerProblem(found.listed, body, context);
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function expressionOf(path: string): RegExp {
  const escaped = (path.split(/[?#]/)[0] as string)
    .split(/(\{[^}]*\})/)
    .map((part) => (part.startsWith('{') ? '([^/]+)' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${escaped.join('')}$`);
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Uint8Array.from(Buffer.concat(chunks));
}
