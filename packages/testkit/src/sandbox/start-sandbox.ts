import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IntegrationDocument } from '@patchbay/contracts';
import { jsonAnswer } from './answer/answer.ts';
import { send } from './answer/send.ts';
import { handleControl } from './control/handle-control.ts';
import { handleRequest } from './handle-request.ts';
import { BehaviourRules } from './record/behaviour-rules.ts';
import { EffectLedger } from './record/effect-ledger.ts';
import { KeyMemory } from './record/key-memory.ts';
import { Recorder } from './record/recorder.ts';
import { StreamLog } from './record/stream-log.ts';
import { TokenMemory } from './record/token-memory.ts';
import { WebhookMemory } from './record/webhook-memory.ts';
import { exchangeEndpointOf } from './route/exchange-endpoint.ts';
import { RouteTable } from './route/route-table.ts';
import { targetsOf } from './route/targets-of.ts';
import type { SandboxState } from './sandbox-state.ts';
import type { Sandbox, SandboxOptions } from './types.ts';

const defaultMaxRecords = 10_000;

/**
 * Starts an HTTP server on the loopback that answers as the documents' upstreams would, finding the tool by the Host
 * header, the method and the path. Every request is checked strictly against its document.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const {
    documents,
    port = 0,
    host = '127.0.0.1',
    credentials = 'any',
    record = true,
    uniqueIds = false,
    maxRecords = defaultMaxRecords,
  } = options;
  let waiting = new AbortController();
  const table = new RouteTable();
  const rules = new BehaviourRules();
  const ledger = new EffectLedger(maxRecords);
  const keys = new KeyMemory(maxRecords);
  const recorder = new Recorder(record, maxRecords);
  const streams = new StreamLog();
  const webhooks = new WebhookMemory();
  const tokens = new TokenMemory(maxRecords);
  const state: SandboxState = {
    table,
    rules,
    ledger,
    keys,
    recorder,
    streams,
    webhooks,
    tokens,
    credentials,
    uniqueIds,
    signal: () => waiting.signal,
  };
  const add = (document: IntegrationDocument) => table.add(targetsOf(document), exchangeEndpointOf(document));
  for (const document of documents) add(document);

  const controlToken = randomBytes(24).toString('base64url');
  const server = createServer(
    { keepAliveTimeout: 120_000, requestTimeout: 0, joinDuplicateHeaders: true },
    (message, response) => {
      const handled = message.url?.startsWith('/_sandbox/')
        ? handleControl(sandbox, { rules, controlToken }, message, response)
        : handleRequest(state, message, response);
      handled.catch((error: unknown) => {
        // A defect of the sandbox must not look like an upstream's answer.
        if (response.headersSent) response.destroy();
        else send(response, jsonAnswer(500, { error: { code: 'sandbox_defect', message: String(error) } }));
      });
    },
  );
  server.on('connection', (socket) => {
    if (rules.dropsConnections()) socket.resetAndDestroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const bound = (server.address() as AddressInfo).port;

  function letGo(): void {
    waiting.abort();
    waiting = new AbortController();
  }
  const sandbox: Sandbox = {
    url: `http://${host}:${bound}`,
    port: bound,
    controlToken,
    addDocument: add,
    behave: (rule) => {
      const id = rules.add(rule);
      return () => void rules.remove(id);
    },
    reset: () => {
      rules.clear();
      ledger.clear();
      keys.clear();
      recorder.clear();
      streams.clear();
      webhooks.clear();
      letGo();
    },
    requests: (filter) => recorder.requests(filter),
    effects: (filter) => ledger.list(filter),
    violations: (kind) => recorder.violations(kind),
    streams: () => streams.list(),
    webhooks: () => webhooks.list(),
    counts: () => ({ ...recorder.counts(), effects: ledger.count }),
    close: async () => {
      letGo();
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
  return sandbox;
}
