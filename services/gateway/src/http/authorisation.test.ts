import { platformScope, type Role, Role as Roles } from '@patchbay/contracts';
import { type Principal, scopesOf } from '@patchbay/identity';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gatewayRoutes } from '../routes.ts';
import { type DoorServer, doorServer } from './door-server.test-support.ts';
import type { GatewayPorts } from './gateway-ports.ts';
import type { AnyRoute } from './http-route.ts';

/** The whole table, each route answering whom it acts for. What it takes is of no concern here. */
const routes: AnyRoute[] = gatewayRoutes({} as GatewayPorts).map(
  ({ params: _p, query: _q, body: _b, audited: _a, etag: _e, failure: _f, media: _m, ...one }) => ({
    ...one,
    handler: async ({ tenant }: { readonly tenant: string }) => ({ tenant }),
  }),
);

/** What each role is for, said by hand: a route that is new belongs in one of these lines. */
const agent = [
  'getMe',
  'listTools',
  'getTool',
  'searchTools',
  'describeTools',
  'listToolsets',
  'getToolset',
  'warmTools',
  'executeTool',
  'executePlan',
  'submit',
  'getSubmission',
  'cancelExecutions',
  'voiceVapi',
  'voiceRetell',
  'voiceElevenLabs',
  'voiceElevenLabsByQuery',
  'voiceOpenAi',
  'voiceOpenAiSession',
];
const looking = [
  'listPolicies',
  'getPolicy',
  'lintPolicy',
  'decidePolicies',
  'dryRunPolicies',
  'explainExecution',
  'getPrivacyPolicy',
  'testPrivacyPolicy',
  'listExecutions',
  'listUnknownExecutions',
  'getExecution',
  'listIntegrations',
  'getIntegration',
  'diffIntegration',
  'listIntegrationChoices',
  'listConnections',
  'getConnection',
  'getConnect',
  'listWebhookSources',
  'getWebhookSource',
  'listRejectedWebhooks',
  'getRejectedWebhook',
  'listSubscriptions',
  'getSubscription',
  'listWebhookEvents',
  'getWebhookEvent',
  'listDeliveries',
  'getDelivery',
  'listDeadLetters',
  'getDeadLetter',
  'getMetrics',
  'queryAnalytics',
];
const publishing = [
  'registerIntegration',
  'retireIntegration',
  'pinIntegration',
  'rollBackIntegration',
  'installIntegration',
  'deprecateIntegration',
  'setToolset',
  'removeToolset',
];
const operating = [
  'listApprovals',
  'getApproval',
  'approveCall',
  'refuseCall',
  'addConnection',
  'removeConnection',
  'testConnection',
  'rotateConnection',
  'revertConnection',
  'startConnect',
  'addWebhookSource',
  'registerWebhookSource',
  'changeWebhookSource',
  'removeWebhookSource',
  'addWebhookSourceSecret',
  'removeWebhookSourceSecret',
  'addSubscription',
  'changeSubscription',
  'removeSubscription',
  'pauseSubscription',
  'resumeSubscription',
  'rotateSubscriptionKey',
  'replayWebhooks',
  'redriveDeadLetters',
  'dropDeadLetters',
];
const people = ['listKeys', 'getKey', 'listIssuers', 'listTenants', 'getTenant'];
const owning = [
  'findSubject',
  'exportSubject',
  'eraseSubject',
  'revealAuditEvent',
  'createKey',
  'rotateKey',
  'revokeKey',
  'setIssuer',
  'removeIssuer',
  'signOut',
  'putPolicy',
  'removePolicy',
  'putPrivacyPolicy',
];
const reviewing = [
  'listAuditEvents',
  'getAuditEvent',
  'listAuditCheckpoints',
  'getAuditKey',
  'proveAuditEvent',
  'proveAuditConsistency',
  'getRetention',
  'listHolds',
  'listAuditSinks',
];
const exporting = ['exportAudit', 'verifyAudit', 'startAuditExport', 'listAuditExports', 'getAuditExport'];
const keeping = ['placeHold', 'setAuditSink', 'removeAuditSink', 'pauseAuditSink', 'resumeAuditSink'];
const platform = [
  'setRetention',
  'removeRetention',
  'setRegime',
  'purgeAudit',
  'releaseHold',
  'createTenant',
  'suspendTenant',
  'resumeTenant',
  'scrapeMetrics',
];
const allowed: Readonly<Record<Role, readonly string[]>> = {
  agent,
  developer: [...agent, ...looking, ...publishing],
  operator: [...agent, ...looking, ...publishing, ...operating, ...people, ...reviewing],
  owner: [
    ...agent,
    ...looking,
    ...publishing,
    ...operating,
    ...people,
    ...reviewing,
    ...exporting,
    ...keeping,
    ...owning,
  ],
  auditor: [
    'getMe',
    'listTools',
    'getTool',
    'searchTools',
    'describeTools',
    'listToolsets',
    'getToolset',
    ...looking,
    ...people,
    ...reviewing,
    ...exporting,
  ],
};

const principal = (role: Role, tenant: string): Principal => ({
  kind: 'key',
  id: `${role}.${tenant}`,
  tenant,
  role,
  scopes: new Set(scopesOf(role, tenant)),
  agent: null,
  session: null,
});

let server: DoorServer;
beforeAll(async () => {
  server = await doorServer(routes, [
    ...Roles.options.map((role) => principal(role, 'acme')),
    principal('operator', platformScope),
  ]);
});
afterAll(() => server.close());

const cells = routes.flatMap((route) => Roles.options.map((role) => [route.operationId, role, route] as const));

describe('every route × every role', () => {
  test.each(cells)('%s as %s', async (operationId, role, route) => {
    const may = allowed[role].includes(operationId);
    const ask = (tenant?: string) => server.ask(route, `${role}.acme`, tenant);
    for (const own of [await ask(), await ask('acme')]) {
      expect(own.status).toBe(may ? (route.status ?? 200) : 403);
      expect(own.body).toMatchObject(may ? { tenant: 'acme' } : { code: 'not_permitted' });
    }
    for (const foreign of ['rival', '_platform', 'all', 'acme.x'])
      expect(await ask(foreign)).toMatchObject({ status: 403, body: { code: 'not_permitted' } });
  });

  test('is in the table by hand: each route belongs to a role, or to the platform', () => {
    const known = [...Object.values(allowed).flat(), ...platform];
    expect(routes.map(({ operationId }) => operationId).filter((id) => !known.includes(id))).toEqual([]);
  });
});

describe('every route', () => {
  test.each(routes.map((route) => [route.operationId, route] as const))(
    '%s without a key, or with none that is good',
    async (_id, route) => {
      for (const key of [null, '', 'nobody', 'operator', 'owner.acme.x']) {
        const { status, body, headers } = await server.ask(route, key, 'acme');
        expect([status, body.code, headers['www-authenticate']]).toEqual([
          401,
          'not_authenticated',
          'Bearer realm="patchbay"',
        ]);
      }
    },
  );

  test.each(routes.map((route) => [route.operationId, route] as const))('%s as the platform', async (_id, route) => {
    const as = `operator.${platformScope}`;
    expect(await server.ask(route, as, 'acme')).toMatchObject({
      status: route.status ?? 200,
      body: { tenant: 'acme' },
    });
    const unnamed = await server.ask(route, as);
    if (route.of === 'tenant') expect(unnamed).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    else expect(unnamed).toMatchObject({ status: route.status ?? 200, body: { tenant: platformScope } });
    for (const bad of ['_platform', 'all', '*', 'a.b', 'ACME'])
      expect(await server.ask(route, as, bad)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  });
});
