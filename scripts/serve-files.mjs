import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, sep } from 'node:path';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/**
 * Serves a directory's files on the loopback, and nothing outside of it.
 * @param {string} directory absolute
 * @param {number} port 0 takes any
 * @returns {Promise<import('node:http').Server>} once it listens
 */
export function serveFiles(directory, port) {
  const server = createServer((request, response) => {
    const file = fileAt(directory, request.url ?? '/');
    if (file === null) return response.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such page.\n');
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function fileAt(directory, url) {
  let path;
  try {
    path = decodeURIComponent(url.split(/[?#]/)[0]);
  } catch {
    return null;
  }
  const place = join(directory, path);
  if (!`${place}${sep}`.startsWith(`${directory}${sep}`)) return null;
  const tries = [place, `${place}.html`, join(place, 'index.html')];
  return tries.find((file) => statSync(file, { throwIfNoEntry: false })?.isFile()) ?? null;
}
