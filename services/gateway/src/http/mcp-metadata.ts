import type { ErrorBody } from '@patchbay/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const wellKnown = '/.well-known/oauth-protected-resource';

/**
 * What `/mcp` is to OAuth (RFC 9728), at the path of its own and at the root. Without authorization servers only API keys are
 * taken, and clients learn that from their absence.
 */
export function addResourceMetadata(app: FastifyInstance, authorizationServers: readonly string[]): void {
  for (const path of [wellKnown, `${wellKnown}/mcp`])
    app.get(path, (request, reply) =>
      reply.headers({ 'access-control-allow-origin': '*' }).send({
        resource: `${originOf(request) ?? ''}/mcp`,
        resource_name: 'Patchbay',
        ...(authorizationServers.length > 0 && { authorization_servers: authorizationServers }),
        bearer_methods_supported: ['header'],
        scopes_supported: ['tools:read', 'tools:execute'],
      }),
    );
}

/** `WWW-Authenticate` of a refusal: how to come in, or which scope is wanting. Null where no other key would help. */
export function challengeOf(error: ErrorBody, request: FastifyRequest): string | null {
  const origin = originOf(request);
  const where = origin === null ? '' : `, resource_metadata="${origin}${wellKnown}/mcp"`;
  if (error.code === 'not_authenticated') return `Bearer realm="patchbay"${where}`;
  const { scope } = error.details;
  if (error.code === 'not_permitted' && typeof scope === 'string')
    return `Bearer realm="patchbay", error="insufficient_scope", scope="${scope}"${where}`;
  return null;
}

/** As the client knows us; null when what it says is no host. */
function originOf({ protocol, host }: FastifyRequest): string | null {
  return /^[\w.-]+(?::\d{1,5})?$|^\[[\da-f:.]+\](?::\d{1,5})?$/i.test(host) ? `${protocol}://${host}` : null;
}
