import type { Credential } from '@patchbay/contracts';
import type { BehaviourRules } from './record/behaviour-rules.ts';
import type { EffectLedger } from './record/effect-ledger.ts';
import type { KeyMemory } from './record/key-memory.ts';
import type { Recorder } from './record/recorder.ts';
import type { StreamLog } from './record/stream-log.ts';
import type { TokenMemory } from './record/token-memory.ts';
import type { WebhookMemory } from './record/webhook-memory.ts';
import type { RouteTable } from './route/route-table.ts';

/** What answering a request needs. */
export interface SandboxState {
  readonly table: RouteTable;
  readonly rules: BehaviourRules;
  readonly ledger: EffectLedger;
  readonly keys: KeyMemory;
  readonly recorder: Recorder;
  readonly streams: StreamLog;
  readonly webhooks: WebhookMemory;
  readonly tokens: TokenMemory;
  readonly credentials: 'any' | Readonly<Record<string, Credential>>;
  readonly uniqueIds: boolean;
  /** Aborted by `reset` and `close`: lets waiting answers go. */
  readonly signal: () => AbortSignal;
}
