import { onTestFinished } from 'vitest';
import { egressOf } from '../src/create-egress.ts';
import {
  createEgress,
  type Egress,
  type EgressFailure,
  type EgressOptions,
  type EgressOutcome,
  type EgressRequest,
  type EgressResponse,
} from '../src/index.ts';
import { isPublicAddress } from '../src/public-address.ts';
import { settingsOf } from '../src/settings.ts';

/** An egress that is closed when the test is over. */
export function testEgress(options: EgressOptions = {}): Egress {
  return closedAfterwards(createEgress(options));
}

/**
 * An egress that takes 127.0.0.1 for a public address, the one thing that a test cannot have for real; every other
 * address is judged as always.
 */
export function egressWithPublicLoopback(options: EgressOptions = {}): Egress {
  return egressWithTable(options, (address) => address === '127.0.0.1' || isPublicAddress(address));
}

/** An egress with another address table. */
export function egressWithTable(options: EgressOptions, isPublic: (address: string) => boolean): Egress {
  return closedAfterwards(egressOf(settingsOf(options, isPublic)));
}

function closedAfterwards(egress: Egress): Egress {
  onTestFinished(() => egress.close());
  return egress;
}

export function requestTo(url: string, changes: Partial<EgressRequest> = {}): EgressRequest {
  const host = URL.parse(url)?.host ?? '';
  return {
    tenant: 'ten_a',
    method: 'GET',
    url,
    headers: {},
    body: null,
    hosts: [host, host.replace(/:\d+$/, '')],
    deadlineAt: performance.now() + 5_000,
    maxResponseBytes: 1_048_576,
    ...changes,
  };
}

export function failureIn(outcome: EgressOutcome): EgressFailure {
  if (outcome.ok) throw new Error(`answered ${outcome.response.status} where a failure was expected`);
  return outcome.failure;
}

export function responseIn(outcome: EgressOutcome): EgressResponse {
  if (!outcome.ok) throw new Error(`failed with ${outcome.failure.reason} where an answer was expected`);
  return outcome.response;
}

export function textIn(outcome: EgressOutcome): string {
  return Buffer.from(responseIn(outcome).body).toString();
}
