import type { IntegrationDocument, Step } from '@patchbay/contracts';

/** Adds a made-up credential of the right scheme; returns what goes into the query. */
export function authorise(
  { auth }: IntegrationDocument,
  step: Step | null,
  headers: Record<string, string>,
  secret = 'secretvalue1',
): string[] {
  if (step?.auth === false) return [];
  const filled = (template: string) =>
    template.replace(/\{[^{}]+\}/g, (name) => (name === '{token}' ? secret : 'secretvalue1'));
  switch (auth.type) {
    case 'none':
      return [];
    case 'basic':
      headers.authorization = `Basic ${Buffer.from('user:password').toString('base64')}`;
      return [];
    case 'bearer':
    case 'oauth2': {
      const scheme = auth.scheme ?? 'Bearer';
      const word = scheme === 'none' ? '' : `${scheme}${scheme.endsWith('=') ? '' : ' '}`;
      headers[(auth.header ?? 'authorization').toLowerCase()] = `${word}${secret}`;
      for (const [name, template] of Object.entries(auth.headers ?? {})) headers[name.toLowerCase()] = filled(template);
      return Object.entries(auth.query ?? {}).map(([name, template]) => `${name}=${filled(template)}`);
    }
    case 'api_key':
      if (auth.in === 'query')
        return [`${auth.name ?? 'api_key'}=${encodeURIComponent(`${auth.prefix ?? ''}${secret}`)}`];
      headers[(auth.name ?? 'X-API-Key').toLowerCase()] = `${auth.prefix ?? ''}${secret}`;
      return [];
    case 'aws_sigv4': {
      const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
      headers['x-amz-date'] = date;
      const names = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))].sort();
      headers.authorization =
        `AWS4-HMAC-SHA256 Credential=${secret}/${date.slice(0, 8)}/eu-west-1/${auth.service}/aws4_request, ` +
        `SignedHeaders=${names.join(';')}, Signature=${'0'.repeat(64)}`;
      return [];
    }
    case 'custom':
      for (const [name, template] of Object.entries(auth.headers ?? {})) headers[name.toLowerCase()] = filled(template);
      return Object.entries(auth.query ?? {}).map(([name, template]) => `${name}=${filled(template)}`);
  }
}
