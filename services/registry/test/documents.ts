/** An integration document as an operator would write it, as data. Tools are keys, or key to parts of a tool. */
export interface DocumentSketch {
  id: string;
  version?: string;
  category?: string;
  name?: string;
  description?: string;
  tools?: Readonly<Record<string, Record<string, unknown>>>;
}

export function integrationDocument({
  id,
  version = '1.0.0',
  category = 'crm',
  name = id,
  description = `The ${id} API.`,
  tools = { ping: {} },
}: DocumentSketch): Record<string, unknown> {
  return {
    id,
    name,
    version,
    category,
    description,
    base_url: `https://api.${id.replaceAll('_', '-')}.com`,
    auth: { type: 'bearer' },
    tools: Object.fromEntries(
      Object.entries(tools).map(([key, parts]) => [
        key,
        {
          title: key.replaceAll('_', ' '),
          description: `Does ${key} and returns what came of it.`,
          risk: 'read',
          idempotency: { kind: 'natural' },
          request: { method: 'GET', path: `/${key}` },
          ...parts,
        },
      ]),
    ),
  };
}

/** The tool of the original specification, as it stands there. */
export const slackPostMessage = {
  id: 'slack_post_message',
  name: 'Slack Post Message',
  category: 'communication',
  description: 'Post a message to a Slack channel',
  auth_type: 'oauth2',
  base_url: 'https://slack.com/api',
  endpoints: {
    post_message: {
      method: 'POST',
      path: '/chat.postMessage',
      parameters: { channel: { type: 'string', required: true }, text: { type: 'string', required: true } },
    },
  },
  rate_limits: { requests_per_minute: 60, burst_size: 10 },
  timeout: 5000,
  retry_config: { max_attempts: 3, backoff: 'exponential' },
};
