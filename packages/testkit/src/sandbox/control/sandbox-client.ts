import type { IntegrationDocumentInput } from '@patchbay/contracts';
import type {
  BehaviourRule,
  Effect,
  RecordedRequest,
  RecordFilter,
  RegisteredWebhook,
  StreamRecord,
  Violation,
  ViolationKind,
} from '../types.ts';
import { controlHeader } from './handle-control.ts';

/** Steers a sandbox in another process. The same operations as `Sandbox`, each over HTTP. */
export interface SandboxClient {
  addDocument(document: IntegrationDocumentInput): Promise<void>;
  behave(rule: BehaviourRule): Promise<() => Promise<void>>;
  reset(): Promise<void>;
  requests(filter?: RecordFilter): Promise<RecordedRequest[]>;
  effects(filter?: RecordFilter): Promise<Effect[]>;
  violations(kind?: ViolationKind): Promise<Violation[]>;
  streams(): Promise<StreamRecord[]>;
  webhooks(): Promise<RegisteredWebhook[]>;
  counts(): Promise<{ requests: number; accepted: number; refused: number; effects: number; violations: number }>;
}

/** @throws Error with the sandbox's own words when it refuses a command. */
export function sandboxClient(url: string, controlToken: string): SandboxClient {
  async function call(
    method: string,
    command: string,
    query: Readonly<Record<string, string | undefined>> = {},
    body?: unknown,
  ): Promise<unknown> {
    const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
    const response = await fetch(`${url}/_sandbox/${command}?${new URLSearchParams(given)}`, {
      method,
      headers: { [controlHeader]: controlToken, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`the sandbox refused '${command}': ${JSON.stringify(answer)}`);
    return answer;
  }
  return {
    addDocument: async (document) => void (await call('POST', 'documents', {}, document)),
    behave: async (rule) => {
      const { id } = (await call('POST', 'behave', {}, rule)) as { id: number };
      return async () => void (await call('DELETE', 'behave', { id: String(id) }));
    },
    reset: async () => void (await call('POST', 'reset')),
    requests: async (filter) => (await call('GET', 'requests', { ...filter })) as RecordedRequest[],
    effects: async (filter) => (await call('GET', 'effects', { ...filter })) as Effect[],
    violations: async (kind) => (await call('GET', 'violations', { kind })) as Violation[],
    streams: async () => (await call('GET', 'streams')) as StreamRecord[],
    webhooks: async () => (await call('GET', 'webhooks')) as RegisteredWebhook[],
    counts: async () => (await call('GET', 'counts')) as Awaited<ReturnType<SandboxClient['counts']>>,
  };
}
