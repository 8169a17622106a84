import { type GetConnectRequest, type GetConnectResult, PatchbayError, toErrorBody } from '@patchbay/contracts';
import { reportAlteredStore } from '../operations/altered-store.ts';
import type { Caller } from '../operations/ports.ts';
import { type ConnectPorts, vendorMs } from './connect-ports.ts';
import type { ConnectDevice, ConnectRecord } from './connect-record.ts';
import { oauthContext } from './oauth-context.ts';
import { OAuthFailure } from './oauth-failure.ts';
import { requestToken } from './request-token.ts';
import { settleConnect } from './settle-connect.ts';
import { deviceBinding } from './start-connect.ts';
import { variablesOf } from './token-response.ts';

/** Seconds that a device waits longer after `slow_down` (RFC 8628 section 3.5). */
const slowerS = 5;

/**
 * What became of a connect. One by device asks the vendor, no more often than the vendor allows whoever looks.
 * @throws PatchbayError `invalid_request` when there is none, `vault_unavailable`.
 */
export function getConnect(ports: ConnectPorts) {
  return async (request: GetConnectRequest, caller: Caller): Promise<GetConnectResult> => {
    const found = await ports.connects.get(request.tenant, request.connect);
    if (found === null)
      throw new PatchbayError('invalid_request', {
        message: `There is no connect ${request.connect}, or it is long over.`,
        details: { issues: [{ path: 'connect', message: 'there is none' }] },
      });
    const { value: record, revision } = found;
    const nowMs = ports.now().getTime();
    // One that was taken and never ended was in the hands of a process that is gone.
    const open = record.state === 'waiting' || record.state === 'taken';
    if (open && Date.parse(record.expires_at) <= nowMs) return shown(record, 'expired');
    if (record.state !== 'waiting' || record.device === null || record.device.look_at > nowMs) return shown(record);
    // One of those who look asks; the others see what it stored.
    const { device } = record;
    const asking = { ...record, device: { ...device, look_at: nowMs + device.interval_s * 1_000 } };
    const own = await ports.connects.replace(asking, revision);
    if (own === null) return shown(record);
    const after = await askVendor(ports, asking, caller);
    await ports.connects.replace(after, own);
    return shown(after);
  };
}

async function askVendor(
  ports: ConnectPorts,
  record: ConnectRecord & { readonly device: ConnectDevice },
  caller: Caller,
): Promise<ConnectRecord> {
  const { tenant, integration, device } = record;
  try {
    const { settings, client } = await oauthContext(ports, tenant, integration, record.variables);
    const code = await ports.cipher.decrypt(deviceBinding(record), device.code);
    const { credential, answer } = await requestToken(ports, {
      tenant,
      settings,
      client,
      grant: 'device_code',
      parameters: { device_code: code.toString('utf8') },
      deadlineAt: performance.now() + vendorMs,
    }).finally(() => code.fill(0));
    const variables = variablesOf(settings.auth, answer, {});
    const connection = await settleConnect(ports, record, credential, variables, caller);
    return { ...record, state: 'connected', connection, device: null };
  } catch (error) {
    if (error instanceof OAuthFailure && error.kind === 'unavailable') return record;
    if (error instanceof OAuthFailure && error.kind === 'pending') {
      if (error.code !== 'slow_down') return record;
      const interval_s = device.interval_s + slowerS;
      return { ...record, device: { ...device, interval_s, look_at: ports.now().getTime() + interval_s * 1_000 } };
    }
    reportAlteredStore(ports.report, error, { tenant, integration, connect: record.id });
    const reason = error instanceof OAuthFailure ? error.code : toErrorBody(error).code;
    return { ...record, state: 'failed', reason, device: null };
  }
}

function shown(record: ConnectRecord, state?: 'expired'): GetConnectResult {
  return {
    state: state ?? (record.state === 'taken' ? 'waiting' : record.state),
    connection: record.connection,
    reason: record.reason,
  };
}
