import { generateKeyPairSync } from 'node:crypto';
import { type Auth, type Credential, IntegrationDocument, type OAuthClient, PatchbayError } from '@patchbay/contracts';
import type { EgressOutcome, EgressRequest } from '@patchbay/egress';
import { beforeEach, describe, expect, it } from 'vitest';
import { caller, memoryVault, sealCredential } from '../../test/memory-vault.ts';
import { openCredential } from '../operations/open-credential.ts';
import type { ConnectPorts } from './connect-ports.ts';
import type { ConnectRecord } from './connect-record.ts';
import { createConnectSecrets } from './connect-secrets.ts';
import { startConnect } from './start-connect.ts';

const pem = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });

let vault: ReturnType<typeof memoryVault>;
let asked: EgressRequest[];
let answers: { status: number; body: object }[];
let stored: ConnectRecord[];

beforeEach(() => {
  vault = memoryVault();
  asked = [];
  answers = [];
  stored = [];
});

function start(
  auth: Partial<Auth>,
  request: object = {},
  { client, publicUrl = 'https://connect.example.com' }: { client?: OAuthClient; publicUrl?: string | null } = {},
) {
  const document = IntegrationDocument.parse({
    id: 'chat',
    name: 'Chat',
    version: '1.0.0',
    category: 'communication',
    description: 'A test integration.',
    base_url: 'https://{shop}.example.com',
    auth: { type: 'oauth2', token_url: 'https://id.example.com/token', ...auth },
    variables: { shop: {} },
    tools: { look: { title: 'Look', description: 'Looks.', risk: 'read', request: { method: 'GET', path: '/' } } },
  });
  const ports: ConnectPorts = {
    ...vault.ports,
    documents: { find: () => ({ scope: '_platform', document }) },
    clients: { get: async () => client ?? { client_id: 'app', client_secret: 's', private_key: String(pem) } },
    egress: {
      async send(sent): Promise<EgressOutcome> {
        asked.push(sent);
        const { status, body } = answers.shift() ?? { status: 200, body: { access_token: 'at', shop_id: 'berlin' } };
        const bytes = Buffer.from(JSON.stringify(body));
        return {
          ok: true,
          response: { status, headers: {}, body: bytes, contentType: null },
          timing: { connectMs: 0, queuedMs: 0, totalMs: 0 },
        };
      },
    },
    connects: {
      get: async () => null,
      create: async (record) => void stored.push(record),
      replace: async () => 1,
    },
    secrets: createConnectSecrets('seed'),
    publicUrl,
  };
  return startConnect(ports)(
    {
      tenant: 'acme',
      integration: 'chat',
      label: '',
      variables: {},
      make_default: false,
      lifetime_s: 600,
      ...request,
    },
    caller,
  );
}

const formOf = (request = asked[0]) => Object.fromEntries(new URLSearchParams(String(request?.body)));

describe('a grant that needs nobody', () => {
  const promised = { variables_from: { shop: { path: 'shop_id' } } };

  it('exchanges a token that was sealed to the vault', async () => {
    const begun = await start(
      { grant: 'token_exchange', token_params: { audience: 'api' }, ...promised },
      { sealed_subject_token: sealCredential('subject-token', vault.sealer.publicKey) },
    );
    expect(formOf()).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: 'subject-token',
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      audience: 'api',
    });
    expect(begun).toMatchObject({ next: 'none', connection: { variables: { shop: 'berlin' }, is_default: true } });
    expect(stored).toEqual([]);
  });

  it('does not begin to exchange without one', async () => {
    await expect(start({ grant: 'token_exchange' })).rejects.toMatchObject({ code: 'invalid_request' });
    expect(asked).toEqual([]);
  });

  it('signs an assertion, and can be asked for again without a refresh token', async () => {
    const begun = await start({ grant: 'jwt_bearer', scopes: ['a', 'b'] });
    if (begun.next !== 'none') throw new Error('it is done');
    expect(formOf()).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: expect.stringMatching(/^ey[^.]+\.[^.]+\.[^.]+$/),
      scope: 'a b',
    });
    const record = await vault.ports.connections.get('acme', begun.connection.id);
    if (record === null) throw new Error('there is one');
    expect(record.value.refreshable).toBe(true);
    const { credential } = await openCredential(vault.ports, record.value);
    expect((credential as Extract<Credential, { type: 'oauth2' }>).issuer?.renewable).toBe(true);
  });

  it.each([
    [{ status: 400, body: { error: 'invalid_scope' } }, 'invalid_request', 'invalid_scope'],
    [{ status: 503, body: {} }, 'vault_unavailable', 'status_503'],
  ])('says what the vendor said of %j', async (answer, code, word) => {
    answers = [answer];
    const failure = (await start({ grant: 'client_credentials' }).catch((error) => error)) as PatchbayError;
    expect(failure).toBeInstanceOf(PatchbayError);
    expect([failure.code, failure.message]).toEqual([code, expect.stringContaining(word)]);
    expect(vault.connections.rows.size).toBe(0);
  });

  it('does not connect when what the document promises of the answer is missing', async () => {
    answers = [{ status: 200, body: { access_token: 'at' } }];
    await expect(start({ grant: 'client_credentials', ...promised })).rejects.toThrow(/variable_missing/);
    expect(vault.connections.rows.size).toBe(0);
  });

  it('does not give a connection the token of another account', async () => {
    const begun = await start({ grant: 'client_credentials', ...promised });
    if (begun.next !== 'none') throw new Error('it is done');
    answers = [{ status: 200, body: { access_token: 'at', shop_id: 'paris' } }];
    const again = { connection: begun.connection.id };
    await expect(start({ grant: 'client_credentials', ...promised }, again)).rejects.toThrow(/another_account/);
    expect(await start({ grant: 'client_credentials', ...promised }, again)).toMatchObject({
      connection: { id: begun.connection.id, credential_version: 2 },
    });
  });
});

describe('a link', () => {
  it('holds nothing that could finish the connect, and neither does what is stored', async () => {
    const begun = await start({ authorize_url: 'https://id.example.com/authorize' });
    if (begun.next !== 'link') throw new Error('there is a link');
    expect(begun.url).toBe(`https://connect.example.com/connect/acme/${begun.connect}`);
    expect(stored).toMatchObject([{ state: 'waiting', state_hash: null, browser_hash: null, device: null }]);
    expect(asked).toEqual([]);
  });

  it.each([
    ['an authorize_url', {}, {}, 'authorize_url'],
    [
      'pages to follow it to',
      { authorize_url: 'https://id.example.com/a' },
      { publicUrl: null },
      'PATCHBAY_CONNECT_URL',
    ],
  ])('is not made without %s', async (_, auth, more, word) => {
    await expect(start(auth, {}, more)).rejects.toThrow(word);
    expect(stored).toEqual([]);
  });
});

it('a device needs an address to ask for its codes', async () => {
  await expect(start({ grant: 'device_code' })).rejects.toThrow(/no_device_url/);
});
