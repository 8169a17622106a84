import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createTestAuthority } from '@patchbay/testkit/tls';
import { clientId, clientSecret, startAuthorizationServer } from '@patchbay/vault-service/authorization-server';

export { clientId, clientSecret };

export const vendorHost = 'auth.example.com';

export interface Vendor {
  /** To be dialled by the vault in the place of the vendor. */
  readonly url: string;
  /** Where browsers reach it over TLS, on this machine. */
  readonly httpsPort: number;
  close(): Promise<void>;
}

/** An authorization server that browsers reach as `https://auth.example.com`, whose user agrees to everything. */
export async function startVendor(redirectUri: string): Promise<Vendor> {
  const inner = await startAuthorizationServer(redirectUri, 3_600);
  const { port } = new URL(inner.url);
  const server = createServer(await (await createTestAuthority()).issue(vendorHost), (asked, answer) => {
    const onwards = request(
      { host: '127.0.0.1', port, method: asked.method, path: asked.url, headers: asked.headers },
      (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.pipe(answer);
      },
    );
    onwards.on('error', () => answer.destroy());
    asked.pipe(onwards);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: inner.url,
    httpsPort: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await Promise.all([inner.close(), new Promise((resolve) => server.close(resolve))]);
    },
  };
}
