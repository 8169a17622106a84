export { openWebhookSecrets, type WebhookSecrets, type WebhookSecretsOptions } from './webhook-secrets.ts';
