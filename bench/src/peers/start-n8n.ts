import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@patchbay/local-servers';
import { startModule } from '../processes.ts';
import { benchToken, type Peer, type Place } from './peer.ts';
import { runN8n } from './run-n8n.ts';
import { startProgram, takesCalls } from './start-program.ts';

/** n8n with one workflow: a webhook, a request with a bearer credential that n8n keeps encrypted, and its answer goes back. */
export const n8n = peerOf({ id: 'n8n', name: 'n8n, as installed', env: {} });

/** The same without a record of what was executed, which is n8n at its fastest. */
export const n8nUnsaved = peerOf({
  id: 'n8n-unsaved',
  name: 'n8n, executions not saved',
  env: { EXECUTIONS_DATA_SAVE_ON_SUCCESS: 'none', EXECUTIONS_DATA_SAVE_ON_ERROR: 'none' },
});

function peerOf({ id, name, env: more }: { id: string; name: string; env: Readonly<Record<string, string>> }): Peer {
  return {
    id,
    name,
    packages: 'n8n',
    async start(place) {
      const [port, brokerPort] = [await freePort(), await freePort()];
      const env = { ...environmentOf(place, port, brokerPort), ...more };
      const program = join(place.packages, 'node_modules/n8n/bin/n8n');
      const [credentials, workflow] = [join(place.dir, 'credentials.json'), join(place.dir, 'workflow.json')];
      writeFileSync(credentials, JSON.stringify([credential]), { mode: 0o600 });
      writeFileSync(workflow, JSON.stringify(workflowTo(`${place.upstream.url}/api/lookup`)));
      await runN8n(place, program, ['import:credentials', `--input=${credentials}`], env);
      await runN8n(place, program, ['import:workflow', `--input=${workflow}`], env);
      await runN8n(place, program, ['publish:workflow', `--id=${workflowId}`], env);
      const url = `http://127.0.0.1:${port}/webhook/${webhook}`;
      const pid = await startProgram(place, program, {
        args: ['start'],
        env,
        // It says that it is ready before its webhooks are.
        ready: () => takesCalls(url),
        timeoutMs: 180_000,
      });
      const { child: driver } = await startModule('peers/http-driver.ts', [url]);
      place.children.push(driver);
      return { pids: { n8n: pid }, doors: [{ id, name, driver }] };
    },
  };
}

const workflowId = 'benchworkflow001';
const webhook = 'lookup';

const credential = {
  id: 'benchcredential1',
  name: 'bench',
  type: 'httpBearerAuth',
  data: { token: benchToken },
};

/** Nothing of it asks anything outside this machine. */
const environmentOf = ({ dir }: Place, port: number, brokerPort: number): Record<string, string> => ({
  N8N_USER_FOLDER: dir,
  N8N_ENCRYPTION_KEY: 'of a run that ends',
  N8N_LISTEN_ADDRESS: '127.0.0.1',
  N8N_PORT: String(port),
  N8N_RUNNERS_BROKER_PORT: String(brokerPort),
  DB_TYPE: 'sqlite',
  N8N_LOG_LEVEL: 'warn',
  N8N_DIAGNOSTICS_ENABLED: 'false',
  N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
  N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
  N8N_DYNAMIC_BANNERS_ENABLED: 'false',
  N8N_TEMPLATES_ENABLED: 'false',
  N8N_PERSONALIZATION_ENABLED: 'false',
  N8N_HIRING_BANNER_ENABLED: 'false',
  N8N_COMMUNITY_PACKAGES_ENABLED: 'false',
  N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
  N8N_AI_ENABLED: 'false',
  N8N_SECURE_COOKIE: 'false',
  N8N_RUNNERS_MODE: 'internal',
});

const workflowTo = (url: string) => ({
  id: workflowId,
  name: 'bench',
  active: false,
  settings: { executionOrder: 'v1' },
  nodes: [
    {
      id: '6f0e0d5a-6d6e-4f4d-9f57-3b6f1a2f0001',
      name: 'Webhook',
      type: 'n8n-nodes-base.webhook',
      typeVersion: 2,
      position: [0, 0],
      webhookId: '6f0e0d5a-6d6e-4f4d-9f57-3b6f1a2f0002',
      parameters: { httpMethod: 'POST', path: webhook, responseMode: 'lastNode', options: {} },
    },
    {
      id: '6f0e0d5a-6d6e-4f4d-9f57-3b6f1a2f0003',
      name: 'Call',
      type: 'n8n-nodes-base.httpRequest',
      typeVersion: 4.2,
      position: [240, 0],
      credentials: { httpBearerAuth: { id: credential.id, name: credential.name } },
      parameters: {
        method: 'POST',
        url,
        authentication: 'genericCredentialType',
        genericAuthType: 'httpBearerAuth',
        sendBody: true,
        specifyBody: 'json',
        jsonBody: '={{ JSON.stringify($json.body) }}',
        options: {},
      },
    },
  ],
  connections: { Webhook: { main: [[{ node: 'Call', type: 'main', index: 0 }]] } },
});
