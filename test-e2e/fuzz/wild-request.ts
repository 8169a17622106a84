import type { FuzzRequest } from './fuzz-request.ts';
import type { Random } from './random.ts';

/** A request as no client library sends it. `wild`: its bytes, latin1. It says `connection: close` where it can. */
export function wildRequest(
  { method, target, headers, body }: Pick<FuzzRequest, 'method' | 'target' | 'headers' | 'body'>,
  random: Random,
): { readonly wild: string; readonly how: string } {
  const bytes = body === null ? '' : Buffer.from(body).toString('latin1');
  const lines = headers.map(([name, value]) => `${name}: ${Buffer.from(value).toString('latin1')}`);
  const put = (first: string, more: readonly string[] = [], content = bytes, length = true) =>
    [
      first,
      'host: patchbay',
      'connection: close',
      ...lines,
      ...(length && content !== '' ? [`content-length: ${content.length}`] : []),
      ...more,
      '',
      content,
    ].join('\r\n');
  const start = `${method} ${target} HTTP/1.1`;
  const kinds: Readonly<Record<string, () => string>> = {
    'double slash': () => put(`${method} /${target} HTTP/1.1`),
    'dots in the path': () => put(`${method} /v1/../${target} HTTP/1.1`),
    'dots below': () => put(`${method} ${target.replace('/v1/', '/v1/tools/../')} HTTP/1.1`),
    'trailing slash': () => put(`${method} ${target.split('?')[0]}/ HTTP/1.1`),
    'upper case': () => put(`${method} ${target.toUpperCase()} HTTP/1.1`),
    'absolute form': () => put(`${method} http://evil.example${target} HTTP/1.1`),
    asterisk: () => put('OPTIONS * HTTP/1.1'),
    'another method': () =>
      put(
        `${random.pick(['HEAD', 'TRACE', 'OPTIONS', 'PROPFIND', 'QUERY', 'PATCH', 'FOO', 'get'])} ${target} HTTP/1.1`,
      ),
    connect: () => put('CONNECT evil.example:443 HTTP/1.1'),
    'space in the path': () => put(`${method} /v1/tools/a b HTTP/1.1`),
    'bytes in the path': () => put(`${method} /v1/tools/\xff\xfe\x01 HTTP/1.1`),
    'long path': () => put(`${method} /${'a'.repeat(random.pick([3_000, 9_000, 40_000]))} HTTP/1.1`),
    'HTTP/1.0': () => put(`${method} ${target} HTTP/1.0`),
    'HTTP/9.9': () => put(`${method} ${target} HTTP/9.9`),
    'no host': () => [start, 'connection: close', ...lines, '', ''].join('\r\n'),
    'two hosts': () => put(start, ['host: other']),
    'two lengths': () => put(start, [`content-length: ${bytes.length + 5}`]),
    'length and chunks': () =>
      put(start, ['content-length: 4', 'transfer-encoding: chunked'], '0\r\n\r\nGET /v1/keys HTTP/1.1\r\n\r\n', false),
    chunks: () =>
      put(start, ['transfer-encoding: chunked'], `${bytes.length.toString(16)}\r\n${bytes}\r\n0\r\n\r\n`, false),
    'broken chunks': () => put(start, ['transfer-encoding: chunked'], 'zz\r\nxx\r\n', false),
    'negative length': () => put(start, ['content-length: -1'], bytes, false),
    'folded header': () => put(start, ['x-a: b\r\n c']),
    'header without a name': () => put(start, [': x']),
    'NUL in a header': () => put(start, ['x-a: a\x00b']),
    'two keys': () => put(start, ['authorization: Bearer x']),
    'no header at all': () => `${start}\r\n\r\n`,
    'no HTTP': () =>
      random.pick([
        '\x16\x03\x01\x00\xa5\x01\x00',
        'hello\r\n\r\n',
        '\x00'.repeat(100),
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      ]),
    upgrade: () =>
      put(start, ['upgrade: h2c', 'http2-settings: AAA']).replace(
        'connection: close',
        'connection: upgrade, http2-settings',
      ),
    'socket that is none': () =>
      put(
        start.replace(/^\w+/, 'GET'),
        [
          'upgrade: websocket',
          'sec-websocket-version: 13',
          `sec-websocket-key: ${random.pick(['', 'x', 'dGhlIHNhbXBsZSBub25jZQ=='])}`,
        ],
        '',
      ).replace('connection: close', 'connection: upgrade'),
    expect: () => put(start, ['expect: 100-continue']),
    'expect what is not': () => put(start, ['expect: 200-ok']),
    'body of a GET': () => put(start.replace(/^\w+/, 'GET'), ['content-type: application/json'], '{"a":1}'),
  };
  const how = random.pick(Object.keys(kinds));
  return { how: `wild: ${how}`, wild: (kinds[how] as () => string)() };
}
