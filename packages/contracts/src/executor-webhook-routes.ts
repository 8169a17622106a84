import {
  FindWebhooksRequest,
  FindWebhooksResult,
  RegisterWebhookRequest,
  RegisterWebhookResult,
  RemoveWebhookRequest,
  RemoveWebhookResult,
} from './messages/webhook-upstream.ts';
import { request } from './route-kinds.ts';

/** Webhooks at vendors. No tool calls: a secret that a vendor answers with must not pass through an agent's answer. */
export const executorWebhookRoutes = {
  registerWebhook: request({
    subject: 'svc.executor.v1.webhooks.register',
    owner: 'executor',
    callers: ['webhook-ingress'],
    request: RegisterWebhookRequest,
    response: RegisterWebhookResult,
    timeoutMs: 16_000,
  }),
  findWebhooks: request({
    subject: 'svc.executor.v1.webhooks.list',
    owner: 'executor',
    callers: ['webhook-ingress'],
    request: FindWebhooksRequest,
    response: FindWebhooksResult,
    timeoutMs: 16_000,
  }),
  removeWebhook: request({
    subject: 'svc.executor.v1.webhooks.remove',
    owner: 'executor',
    callers: ['webhook-ingress'],
    request: RemoveWebhookRequest,
    response: RemoveWebhookResult,
    timeoutMs: 16_000,
  }),
} as const;
