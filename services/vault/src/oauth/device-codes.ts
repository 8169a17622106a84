import type { Egress } from '@patchbay/egress';
import { customFetch, deviceAuthorizationRequest, processDeviceAuthorizationResponse } from 'oauth4webapi';
import { clientAuthentication } from './client-authentication.ts';
import { vendorMs } from './connect-ports.ts';
import { egressFetch } from './egress-fetch.ts';
import type { OAuthContext } from './oauth-context.ts';
import { OAuthFailure } from './oauth-failure.ts';
import { tokenFailure } from './request-token.ts';

/** What a device is given (RFC 8628 section 3.2). */
export interface DeviceCodes {
  /** Secret. */
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly verificationUriComplete: string | null;
  readonly intervalS: number;
  readonly expiresInS: number;
}

/** @throws OAuthFailure; PatchbayError `invalid_request` for a client that cannot be used. */
export async function requestDeviceCodes(
  ports: { readonly egress: Pick<Egress, 'send'> },
  tenant: string,
  { settings, client }: OAuthContext,
): Promise<DeviceCodes> {
  const { auth, deviceUrl } = settings;
  if (deviceUrl === null) throw new OAuthFailure('client', 'no_device_url');
  const server = { issuer: new URL(deviceUrl).origin, device_authorization_endpoint: deviceUrl };
  const app = { client_id: client.client_id };
  const parameters = { ...(auth.scopes !== undefined && { scope: auth.scopes.join(auth.scope_separator ?? ' ') }) };
  try {
    const response = await deviceAuthorizationRequest(
      server,
      app,
      await clientAuthentication(auth, client),
      new URLSearchParams(parameters),
      { [customFetch]: egressFetch(ports.egress, { tenant, deadlineAt: performance.now() + vendorMs }) } as never,
    );
    const codes = await processDeviceAuthorizationResponse(server, app, response);
    return {
      deviceCode: codes.device_code,
      userCode: codes.user_code,
      verificationUri: codes.verification_uri,
      verificationUriComplete: codes.verification_uri_complete ?? null,
      intervalS: Math.max(1, Math.ceil(codes.interval ?? 5)),
      expiresInS: codes.expires_in,
    };
  } catch (error) {
    throw tokenFailure(error, [client.client_secret]);
  }
}
