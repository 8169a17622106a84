import type { GatewayConfig } from './config.ts';
import type { GatewayPorts } from './http/gateway-ports.ts';
import { PendingAnswers } from './operations/voice/pending-answers.ts';

/** What the voice platforms' routes have beside those of the table's others. */
export function wireVoice({ voiceSecrets }: Pick<GatewayConfig, 'voiceSecrets'>): GatewayPorts['voice'] {
  const retell = new Map(Object.entries(voiceSecrets).map(([tenant, of]) => [tenant, [of.retell ?? []].flat()]));
  return { pending: new PendingAnswers(), retellKeysOf: (tenant) => retell.get(tenant) ?? [] };
}
