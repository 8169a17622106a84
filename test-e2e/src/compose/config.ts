import { ownVariables } from './own-variables.ts';

/** The tests of Docker Compose run by command only, with an image that was built before: `npm run e2e -- --compose`. */
export interface ComposeConfig {
  readonly enabled: boolean;
  readonly image: string;
  readonly tenant: string;
  readonly natsUrls: string;
  readonly gatewayUrl: string;
  readonly ingressUrl: string;
  readonly sandboxUrl: string;
  /** Ports that a Patchbay of this machine's own does not use. */
  readonly env: Readonly<Record<string, string>>;
}

export function readComposeConfig(env: Readonly<Record<string, string | undefined>> = process.env): ComposeConfig {
  return {
    enabled: env.PATCHBAY_E2E_COMPOSE === '1',
    image: env.PATCHBAY_IMAGE ?? 'patchbay:local',
    tenant: 'demo',
    natsUrls: 'nats://127.0.0.1:24222',
    gatewayUrl: 'http://127.0.0.1:27700',
    ingressUrl: 'http://127.0.0.1:27720',
    sandboxUrl: 'http://127.0.0.1:24010',
    env: ownVariables,
  };
}
