import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Credential } from '@patchbay/contracts';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Arrival } from './arrival.ts';
import { awsSignatureFor } from './check/aws-signature.ts';
import { documentOf } from './documents.fixture.ts';
import { call } from './http-client.fixture.ts';
import { type Sandbox, startSandbox } from './index.ts';

/** Keys of AWS's own documentation. */
const published: Credential = {
  type: 'custom',
  fields: { access_key_id: 'AKIDEXAMPLE', secret_access_key: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
};

function arrivalOf(url: string, headers: Record<string, string>): Arrival {
  return new Arrival({ method: 'GET', url, headers, socket: new Socket() } as unknown as IncomingMessage);
}

const scoped = (service: string, names: string, signature: string) =>
  `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/${service}/aws4_request, SignedHeaders=${names}, Signature=${signature}`;

describe('the signature of AWS, checked apart from the library that makes it', () => {
  test.each([
    [
      'get-vanilla of the test suite',
      'service',
      '/',
      {
        host: 'example.amazonaws.com',
        'x-amz-date': '20150830T123600Z',
        authorization: scoped(
          'service',
          'host;x-amz-date',
          '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
        ),
      },
    ],
    [
      'ListUsers of the user guide',
      'iam',
      '/?Action=ListUsers&Version=2010-05-08',
      {
        host: 'iam.amazonaws.com',
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        'x-amz-date': '20150830T123600Z',
        authorization: scoped(
          'iam',
          'content-type;host;x-amz-date',
          '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
        ),
      },
    ],
  ])('is the published one: %s', (_, service, url, headers) => {
    const signature = awsSignatureFor(service, (region) => region === 'us-east-1');
    const arrival = arrivalOf(url, headers);
    expect(arrival.header('authorization')).toMatch(signature.shape);
    expect(signature.problemOf(arrival, Date.UTC(2015, 7, 30, 12, 40))).toBeNull();
    expect(signature.isOf(arrival, published)).toBe(true);
    const other = { type: 'custom' as const, fields: { ...published.fields, secret_access_key: 'another' } };
    expect(signature.isOf(arrival, other as Credential)).toBe(false);
    expect(signature.isOf(arrivalOf(`${url}${url.includes('?') ? '&' : '?'}more=1`, headers), published)).toBe(false);
  });
});

describe('the sandbox as a service of AWS', () => {
  const document = documentOf({
    id: 'mail_aws',
    name: 'Mail',
    version: '1.0.0',
    category: 'email',
    description: 'Signed mail.',
    base_url: 'https://email.{region}.amazonaws.com',
    variables: { region: { description: 'Region.', pattern: '^[a-z]{2}-[a-z]+-[0-9]$', example: 'eu-west-1' } },
    auth: { type: 'aws_sigv4', service: 'ses', region: '{region}' },
    tools: {
      send: {
        title: 'Send',
        description: 'Sends.',
        risk: 'write',
        request: { method: 'POST', path: '/v2/mails/{name}', body: 'json' },
        parameters: { name: { type: 'string', required: true }, text: { type: 'string' } },
      },
    },
  });
  const mine: Credential = {
    type: 'custom',
    fields: { access_key_id: 'AKMINE', secret_access_key: 'mine-0123456789' },
  };
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ documents: [document], credentials: { mail_aws: mine } });
  });
  afterAll(() => sandbox.close());

  class Sha256 {
    readonly #state;
    constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
      this.#state = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Uint8Array);
    }
    update(data: string | ArrayBuffer | ArrayBufferView) {
      this.#state.update(data as Uint8Array);
    }
    async digest() {
      return this.#state.digest();
    }
    reset() {}
  }

  /** Signed by the vendor's own signer, and changed afterwards. */
  async function sent({
    region = 'eu-west-1',
    service = 'ses',
    secret = 'mine-0123456789',
    at = new Date(),
    change = {} as Record<string, string>,
    body = '{"text":"hello"}',
  }) {
    const host = 'email.eu-west-1.amazonaws.com';
    const signer = new SignatureV4({
      service,
      region,
      credentials: { accessKeyId: 'AKMINE', secretAccessKey: secret },
      sha256: Sha256,
    });
    const { headers } = await signer.sign(
      {
        method: 'POST',
        protocol: 'https:',
        hostname: host,
        path: '/v2/mails/a%20b%2Bc',
        headers: { host, 'content-type': 'application/json' },
        body: '{"text":"hello"}',
      },
      { signingDate: at },
    );
    return call(sandbox, {
      method: 'POST',
      host,
      path: '/v2/mails/a%20b%2Bc',
      headers: { ...headers, ...change },
      body,
    });
  }

  test('takes what the vendor’s own signer signed', async () => {
    expect((await sent({})).status).toBe(200);
  });

  test.each([
    ['by another key', { secret: 'another-0123456789' }, 401],
    ['over another body', { body: '{"text":"forged"}' }, 403],
    ['for another region', { region: 'xx' }, 403],
    ['for another service', { service: 'sns' }, 401],
    ['an hour ago', { at: new Date(Date.now() - 3_600_000) }, 403],
    ['before a header was added', { change: { 'x-amz-target': 'Forged' } }, 403],
    ['before a signed header was changed', { change: { 'content-type': 'application/json; charset=utf-8' } }, 401],
  ])('refuses what was signed %s', async (_, how, status) => {
    expect((await sent(how)).status).toBe(status);
  });
});
