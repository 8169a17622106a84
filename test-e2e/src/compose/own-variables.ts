/** Of the compose files: few integrations, and ports that a Patchbay of this machine's own does not use. */
export const ownVariables = {
  PATCHBAY_CATALOGUE: 'slack,stripe',
  PATCHBAY_SANDBOX_INTEGRATIONS: 'slack,stripe',
  PATCHBAY_NATS_PORT: '24222',
  PATCHBAY_NATS_2_PORT: '24223',
  PATCHBAY_NATS_3_PORT: '24224',
  PATCHBAY_GATEWAY_PORT: '27700',
  PATCHBAY_GATEWAY_PORTS: '27700-27701',
  PATCHBAY_INGRESS_PORT: '27720',
  PATCHBAY_INGRESS_PORTS: '27720-27721',
  PATCHBAY_SANDBOX_PORT: '24010',
} as const;
