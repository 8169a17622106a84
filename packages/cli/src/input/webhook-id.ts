import { idPrefixes, idSchema } from '@patchbay/contracts';
import { InvalidArgumentError } from 'commander';
import { UsageError } from '../failures.ts';

/** The command that lists things of a kind. */
const listing = {
  webhookSource: 'webhooks sources list',
  webhookSecret: 'webhooks sources show',
  webhookRequest: 'webhooks rejected',
  event: 'webhooks events',
  subscription: 'webhooks subscriptions list',
  delivery: 'webhooks deliveries list',
} as const;

export type WebhookIdKind = keyof typeof listing;

/** @throws UsageError, which says where to find one. */
export function requireWebhookId(kind: WebhookIdKind, text: string): string {
  const problem = problemOf(kind, text);
  if (problem !== null) throw new UsageError(`'${text}' ${problem}`);
  return text;
}

/** Parses an option's value. */
export function webhookId(kind: WebhookIdKind): (text: string) => string {
  return (text) => {
    const problem = problemOf(kind, text);
    if (problem !== null) throw new InvalidArgumentError(`It ${problem}`);
    return text;
  };
}

function problemOf(kind: WebhookIdKind, text: string): string | null {
  if (idSchema(kind).safeParse(text).success) return null;
  return `is no id such as ${idPrefixes[kind]}_01JD0000000000000000000000; 'patchbay ${listing[kind]}' has them.`;
}
