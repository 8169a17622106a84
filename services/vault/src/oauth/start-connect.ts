import {
  grantTypes,
  newId,
  PatchbayError,
  type StartConnectRequest,
  type StartConnectResult,
} from '@patchbay/contracts';
import { z } from 'zod';
import { openSealed } from '../operations/open-sealed.ts';
import type { Caller } from '../operations/ports.ts';
import { type ConnectPorts, vendorMs } from './connect-ports.ts';
import type { ConnectDevice, ConnectRecord } from './connect-record.ts';
import { type DeviceCodes, requestDeviceCodes } from './device-codes.ts';
import { grantAgain } from './grant-again.ts';
import { type OAuthContext, oauthContext } from './oauth-context.ts';
import { OAuthFailure } from './oauth-failure.ts';
import { requestToken, type TokenAnswer } from './request-token.ts';
import { connectionOf, settleConnect } from './settle-connect.ts';
import { variablesOf } from './token-response.ts';

/**
 * Begins to connect a tenant to an OAuth integration: a link to follow, a code to type, or at once where the grant needs
 * nobody.
 * @throws PatchbayError as of `oauthContext`; `connection_missing` for one to reconnect that is not there;
 *   `vault_unavailable`, `audit_unavailable`.
 */
export function startConnect(ports: ConnectPorts) {
  return async (request: StartConnectRequest, caller: Caller): Promise<StartConnectResult> => {
    const { tenant, integration } = request;
    const reconnect = request.connection ?? null;
    const goal = { ...request, reconnect, variables: await variablesFor(ports, request) };
    const context = await oauthContext(ports, tenant, integration, goal.variables);
    const grant = context.settings.auth.grant ?? 'authorization_code';
    const at = ports.now();
    const record: ConnectRecord = {
      id: newId('connect', at.getTime()),
      tenant,
      integration,
      grant,
      label: request.label,
      variables: goal.variables,
      make_default: request.make_default,
      reconnect,
      expires_at: new Date(at.getTime() + request.lifetime_s * 1_000).toISOString(),
      state: 'waiting',
      state_hash: null,
      browser_hash: null,
      device: null,
      connection: null,
      reason: null,
    };
    switch (grant) {
      case 'authorization_code': {
        if (context.settings.authorizeUrl === null) throw invalid('integration', 'it names no authorize_url');
        if (ports.publicUrl === null)
          throw invalid('integration', 'the vault serves no connect pages: set PATCHBAY_CONNECT_URL');
        await ports.connects.create(record);
        const url = `${ports.publicUrl}/connect/${tenant}/${record.id}`;
        return { next: 'link', connect: record.id, url, expires_at: record.expires_at };
      }
      case 'device_code': {
        const codes = await asInvalid(requestDeviceCodes(ports, tenant, context));
        const ends = new Date(Math.min(Date.parse(record.expires_at), at.getTime() + codes.expiresInS * 1_000));
        const device = await deviceOf(ports, record, codes, at);
        await ports.connects.create({ ...record, expires_at: ends.toISOString(), device });
        return {
          next: 'device',
          connect: record.id,
          user_code: codes.userCode,
          verification_uri: codes.verificationUri,
          verification_uri_complete: codes.verificationUriComplete,
          interval_s: codes.intervalS,
          expires_at: ends.toISOString(),
        };
      }
      case 'client_credentials':
      case 'jwt_bearer':
      case 'token_exchange': {
        const id = await asInvalid(
          (async () => {
            const { credential, answer } = await grantNow(ports, request, context, goal.variables);
            const variables = variablesOf(context.settings.auth, answer, {});
            return settleConnect(ports, goal, credential, variables, caller);
          })(),
        );
        return { next: 'none', connection: await connectionOf(ports, tenant, id) };
      }
    }
  };
}

/** Those of the connection to reconnect, else those of the request. */
async function variablesFor(ports: ConnectPorts, request: StartConnectRequest): Promise<Record<string, string>> {
  if (request.connection === undefined) return request.variables;
  const found = await ports.connections.get(request.tenant, request.connection);
  if (found !== null && found.value.integration === request.integration && found.value.status !== 'revoked')
    return found.value.variables;
  throw new PatchbayError('connection_missing', {
    message: `The tenant has no connection ${request.connection} to '${request.integration}' that could be connected again.`,
  });
}

function grantNow(
  ports: ConnectPorts,
  request: StartConnectRequest,
  { settings, client, document }: OAuthContext,
  variables: Readonly<Record<string, string>>,
): Promise<TokenAnswer> {
  const common = { tenant: request.tenant, settings, client, deadlineAt: performance.now() + vendorMs };
  if (settings.auth.grant !== 'token_exchange') return grantAgain(ports, common, document, variables);
  if (request.sealed_subject_token === undefined) throw invalid('sealed_subject_token', 'needed to exchange');
  const subject = openSealed(ports.sealer, request.sealed_subject_token, {
    path: 'sealed_subject_token',
    schema: z.string().min(1),
    maxBytes: 16_384,
  });
  return requestToken(ports, {
    ...common,
    grant: 'token_exchange',
    parameters: {
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      ...settings.auth.token_params,
      subject_token: subject,
    },
  });
}

async function deviceOf(
  ports: ConnectPorts,
  record: ConnectRecord,
  codes: DeviceCodes,
  at: Date,
): Promise<ConnectDevice> {
  const plaintext = Buffer.from(codes.deviceCode);
  const code = await ports.cipher.encrypt(deviceBinding(record), plaintext).finally(() => plaintext.fill(0));
  return { code, interval_s: codes.intervalS, look_at: at.getTime() + codes.intervalS * 1_000 };
}

/** What a device code is bound to. */
export function deviceBinding({ tenant, id, integration }: Pick<ConnectRecord, 'tenant' | 'id' | 'integration'>) {
  return { tenant, connection: id, integration, version: 1, variables: { grant: grantTypes.device_code } };
}

/** A vendor's refusal, told to the operator who asked. */
async function asInvalid<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof OAuthFailure)) throw error;
    if (error.kind === 'unavailable')
      throw new PatchbayError('vault_unavailable', {
        message: `The vendor's token endpoint did not answer as it should: ${error.code}.`,
        details: { reason: error.code },
      });
    throw invalid('integration', `the vendor refused: ${error.code}`);
  }
}

function invalid(path: string, message: string): PatchbayError {
  return new PatchbayError('invalid_request', {
    message: `The connect cannot begin: ${path}: ${message}.`,
    details: { issues: [{ path, message }] },
  });
}
