import { describe, expect, it } from 'vitest';
import { describe31, draftOf, ok, problemsOf } from '../draft-of.test-support.ts';

const flows = (kind: string) => ({
  [kind]: {
    authorizationUrl: 'https://id.acme.example/authorize',
    tokenUrl: 'https://id.acme.example/token',
    deviceAuthorizationUrl: 'https://id.acme.example/device',
    scopes: {},
  },
});
const schemes = {
  mtls: { type: 'mutualTLS' },
  digest: { type: 'http', scheme: 'digest' },
  basic: { type: 'http', scheme: 'basic' },
  bearer: { type: 'http', scheme: 'Bearer' },
  key: { type: 'apiKey', in: 'header', name: 'X-Key' },
  own: { type: 'apiKey', in: 'header', name: 'Authorization' },
  query: { type: 'apiKey', in: 'query', name: 'key' },
  cookie: { type: 'apiKey', in: 'cookie', name: 'sid' },
  odd: { type: 'apiKey', in: 'header', name: 'My Key' },
  app: { type: 'apiKey', in: 'header', name: 'X-App-Id' },
  code: { type: 'oauth2', flows: flows('authorizationCode') },
  client: { type: 'oauth2', flows: flows('clientCredentials') },
  device: { type: 'oauth2', flows: flows('deviceAuthorization') },
  implicit: { type: 'oauth2', flows: flows('implicit') },
  openid: { type: 'openIdConnect', openIdConnectUrl: 'https://id.acme.example/.well-known/openid-configuration' },
};
const api = (security: object[] | undefined, rest: object = {}) =>
  describe31(
    { '/a': { get: { operationId: 'a', responses: ok, ...(security !== undefined && { security }) } } },
    { components: { securitySchemes: schemes }, ...rest },
  );

describe('signatures of AWS', () => {
  const signed = {
    hmac: { type: 'apiKey', in: 'header', name: 'Authorization', 'x-amazon-apigateway-authtype': 'awsSigv4' },
  };
  it.each([
    ['https://connect.{region}.amazonaws.com', 'connect', '{region}', /connect in {region}, taken from the host/],
    ['https://abc123.execute-api.eu-west-1.amazonaws.com/live', 'execute-api', 'eu-west-1', /execute-api in eu-west-1/],
    ['https://api.acme.example', 'execute-api', 'us-east-1', /which the host does not tell/],
  ])('are made for what the host tells: %s', async (url, service, region, note) => {
    const description = describe31(
      { '/a': { get: { operationId: 'a', responses: ok, security: [{ hmac: [] }] } } },
      {
        components: { securitySchemes: signed },
        servers: [{ url, variables: url.includes('{region}') ? { region: { default: 'eu-west-1' } } : {} }],
      },
    );
    const draft = draftOf(description);
    expect(draft.whole.auth).toEqual({ type: 'aws_sigv4', service, region });
    expect(await problemsOf(description, draft)).toEqual([]);
    expect(draft.report.notes.join(' ')).toMatch(note);
  });
});

describe('security alternatives', () => {
  it.each([
    ['basic', { type: 'basic' }],
    ['bearer', { type: 'bearer' }],
    ['key', { type: 'api_key', in: 'header', name: 'X-Key' }],
    ['own', { type: 'api_key', in: 'header', name: 'Authorization' }],
    ['query', { type: 'api_key', in: 'query', name: 'key' }],
    ['cookie', { type: 'custom', headers: { Cookie: 'sid={api_key}' } }],
    ['client', { type: 'oauth2', grant: 'client_credentials', token_url: 'https://id.acme.example/token' }],
    ['device', { type: 'oauth2', grant: 'device_code', device_url: 'https://id.acme.example/device' }],
    ['implicit', { type: 'bearer' }],
    ['openid', { type: 'bearer' }],
  ])('%s becomes auth, and is shown', async (name, auth) => {
    const description = api([{ [name]: [] }]);
    const draft = draftOf(description);
    expect(draft.whole.auth).toMatchObject(auth);
    expect(await problemsOf(description, draft)).toEqual([]);
  });

  it('takes the first that can be expressed, and names the others with the reason', () => {
    const draft = draftOf(
      api([{}, { mtls: [] }, { digest: [] }, { code: ['read', 'write'] }, { key: [] }, { nowhere: [] }]),
    );
    expect(draft.whole.auth).toMatchObject({
      type: 'oauth2',
      authorize_url: 'https://id.acme.example/authorize',
      scopes: ['read', 'write'],
    });
    expect(draft.report.security.map(({ kind, chosen, problem }) => [kind, chosen, problem])).toEqual([
      ['none', false, null],
      ['mutualTLS', false, "'mutualTLS' cannot be expressed"],
      ['HTTP digest', false, "HTTP scheme 'digest' needs more than a fixed header"],
      ['OAuth 2.0 (authorizationCode)', true, null],
      ['API key in header X-Key', false, null],
      ['nowhere (not described)', false, 'it is not described'],
    ]);
  });

  it('shows several together from the fields of one credential', async () => {
    const description = api([{ key: [], app: [], bearer: [] }]);
    const draft = draftOf(description);
    expect(draft.whole.auth).toEqual({
      type: 'custom',
      headers: { 'X-Key': '{x_key}', 'X-App-Id': '{x_app_id}', Authorization: 'Bearer {token}' },
    });
    expect(await problemsOf(description, draft)).toEqual([]);
    expect(draftOf(api([{ basic: [], key: [] }])).whole.auth).toMatchObject({
      headers: { 'X-Key': '{x_key}', Authorization: 'Basic {basic}' },
    });
    expect(draftOf(api([{ digest: [], key: [] }])).report.notes.join()).toContain(
      'HTTP digest cannot be shown beside another',
    );
  });

  it('says where an operation wants another one, and where nothing is said', () => {
    const two = describe31(
      {
        '/a': { get: { operationId: 'a', security: [{ key: [] }], responses: ok } },
        '/b': { get: { operationId: 'b', security: [{ basic: [] }], responses: ok } },
      },
      { components: { securitySchemes: schemes } },
    );
    expect(draftOf(two).report.notes).toContain(
      'b does not list API key in header X-Key among its ways to authenticate.',
    );
    expect(draftOf(api(undefined)).report.notes.join()).toContain('does not say which operations need one');
    const none = draftOf(describe31({ '/a': { get: { operationId: 'a', responses: ok } } }));
    expect(none.whole.auth.type).toBe('none');
    expect(none.report.notes.join()).toContain('names no authentication');
    expect(draftOf(api([{ odd: [] }])).report.notes.join()).toContain("'My Key' is no header's name");
    expect(draftOf(api([{ mtls: [] }])).report.notes.join()).toContain(
      'None of its ways to authenticate can be expressed',
    );
  });

  it('takes no operation whose body requires a credential, and leaves out one that may be missing', () => {
    const api = (required: string[], auth: string) =>
      describe31(
        {
          '/a': { get: { operationId: 'a', security: [{ [auth]: [] }], responses: ok } },
          '/users': {
            post: {
              operationId: 'addUser',
              requestBody: {
                required: true,
                content: {
                  'application/json': {
                    schema: {
                      type: 'object',
                      required,
                      properties: { token: { type: 'string' }, secret: { type: 'string' } },
                    },
                  },
                },
              },
              security: [{ [auth]: [] }],
              responses: ok,
            },
          },
        },
        { components: { securitySchemes: schemes } },
      );
    expect(draftOf(api(['secret'], 'bearer')).report.operations[1]).toMatchObject({
      tool: null,
      problem:
        "its body requires 'secret', a credential: only an auth of type custom, written by hand, shows one in each body",
    });
    expect(draftOf(api(['token'], 'key')).report.operations[1]).toMatchObject({ tool: null });
    expect(draftOf(api(['token'], 'bearer')).report.operations[1]?.left_out).toEqual([
      { name: 'token', in: 'body', reason: 'credential' },
      { name: 'secret', in: 'body', reason: 'credential' },
    ]);
  });

  it('takes a key among the parameters for the credential where the description names none', async () => {
    const description = describe31({
      '/a': {
        get: {
          operationId: 'a',
          parameters: [{ name: 'apiKey', in: 'query', required: true, schema: { type: 'string' } }],
          responses: ok,
        },
      },
    });
    const draft = draftOf(description);
    expect(draft.whole).toMatchObject({
      auth: { type: 'api_key', in: 'query', name: 'apiKey' },
      tools: { a: { parameters: {} } },
    });
    expect(draft.report.notes.join()).toContain('take apiKey in the query: taken for the key');
    expect(await problemsOf(description, draft)).toEqual([]);
  });

  it('never asks a model for a credential, and takes an idempotency key from the engine', async () => {
    const description = describe31(
      {
        '/a': {
          post: {
            operationId: 'pay',
            parameters: [
              { name: 'token', in: 'header', required: true, schema: { type: 'string' } },
              { name: 'Idempotency-Key', in: 'header', schema: { type: 'string' } },
              { name: 'Authorization', in: 'header', required: true, schema: { type: 'string' } },
            ],
            security: [{ bearer: [] }],
            responses: ok,
          },
        },
      },
      { components: { securitySchemes: schemes } },
    );
    const draft = draftOf(description);
    expect(draft.whole.tools['pay']).toMatchObject({
      parameters: {},
      idempotency: { kind: 'header', name: 'Idempotency-Key' },
    });
    expect(draft.report.operations[0]?.left_out).toEqual([{ name: 'token', in: 'header', reason: 'credential' }]);
    expect(await problemsOf(description, draft)).toEqual([]);
  });
});
