import { connectMessaging } from '@patchbay/messaging';
import { type Agent, agentOver } from './agent.ts';
import { type ConnectSettings, resolveSettings } from './config.ts';
import type { CallDefaults } from './execute.ts';

/** `deadlineMs` and `context` are for calls that name none. */
export interface AgentSettings extends ConnectSettings, CallDefaults {}

/**
 * Connects an agent over NATS.
 * @throws PatchbayError `invalid_request` for missing settings, `not_permitted` for a refused key, `overloaded` when
 *   no server answers.
 */
export async function connect(settings: AgentSettings = {}): Promise<Agent> {
  const { tenant, ...own } = resolveSettings(settings, 'agent');
  return agentOver(await connectMessaging(own), tenant, settings);
}
