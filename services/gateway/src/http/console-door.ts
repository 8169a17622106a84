import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Door } from './door.ts';

export interface ConsoleFile {
  readonly type: string;
  readonly body: Buffer;
  readonly gzip: Buffer;
  readonly etag: string;
}

/** By path below `/console/`. */
export type ConsoleFiles = ReadonlyMap<string, ConsoleFile>;

/**
 * The web console below `/console/`: its page for every address that is no file, so that a link into it can be shared. It
 * needs no key: it is the same for everybody, and asks the API with the key of whoever sits before it.
 * @param files Null: it was not built, and a page says how to.
 */
export function consoleDoor(files: ConsoleFiles | null): Door {
  const toConsole = (_request: FastifyRequest, reply: FastifyReply) => reply.redirect('/console/', 302);
  return (app) => {
    app.get('/', toConsole);
    app.get('/console', toConsole);
    app.get<{ Params: { '*': string } }>('/console/*', (request, reply) => {
      reply.header('content-security-policy', policy);
      const index = files?.get('index.html');
      if (files === null || index === undefined)
        return reply.code(503).header('content-type', 'text/html; charset=utf-8').send(notBuilt);
      const asked = request.params['*'];
      // Names below assets/ have a hash of their content in them.
      const lasting = asked.startsWith('assets/');
      const file = files.get(asked);
      if (file !== undefined && file !== index) {
        reply.header('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'public, max-age=3600');
        return send(request, reply, file);
      }
      if (lasting) return reply.code(404).header('content-type', 'text/plain; charset=utf-8').send('no such file');
      return send(request, reply, index);
    });
  };
}

function send(request: FastifyRequest, reply: FastifyReply, file: ConsoleFile): FastifyReply {
  reply.headers({ 'content-type': file.type, etag: file.etag, vary: 'Accept-Encoding' });
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
  const zipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  return zipped ? reply.header('content-encoding', 'gzip').send(file.gzip) : reply.send(file.body);
}

/** Scripts and styles from files of ours alone; nothing can be framed, posted or fetched elsewhere. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const notBuilt = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Patchbay console</title></head>
<body><main><h1>The console is not built</h1><p>Run <code>npm run console:build</code> in the checkout, then start this
gateway again. <code>npm start</code> does both. The API is there: see <a href="/reference">the reference</a>.</p></main></body></html>`;
