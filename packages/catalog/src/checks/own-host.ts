import type { IntegrationDocument } from '@patchbay/contracts';
import { type Finding, finding } from '../finding.ts';
import { callsOf, toolEntries } from '../tool-calls.ts';

/** What is no name of a host on the internet: addresses in their several spellings, and single labels. */
const notNames = ['127.0.0.1', '10.0.0.1', '1', '0x7f.1', '0x7f.0x1', 'localhost', 'a', 'a.1', '.example.com'];

/**
 * A host of the tenant's own (`own_host: true`) is all of the host or none of it, the only one that gets the credential, and
 * has no say in where an OAuth client proves itself: that client is not the tenant's.
 */
export function checkOwnHosts(document: IntegrationDocument): Finding[] {
  const { auth, variables = {} } = document;
  return Object.entries(variables).flatMap(([name, variable]) => {
    if (variable.own_host !== true) return [];
    const place = `{${name}}`;
    const findings: Finding[] = [];
    const accepted = notNames.find((text) => new RegExp(variable.pattern, 'u').test(text));
    if (accepted !== undefined)
      findings.push(
        finding(
          ['variables', name, 'pattern'],
          `accepts '${accepted}'; a host of one's own is a name such as shop.example.com`,
        ),
      );
    if (variable.example === undefined)
      findings.push(finding(['variables', name, 'example'], 'a host of one’s own needs an example'));
    const urls: [readonly PropertyKey[], string | undefined][] = [
      [['base_url'], document.base_url],
      [['auth', 'exchange', 'url'], auth.exchange?.url],
      ...toolEntries(document)
        .flatMap(callsOf)
        .map(
          ({ path, request }) =>
            [[...path, 'request', 'base_url'], request.base_url] as [readonly PropertyKey[], string | undefined],
        ),
    ];
    for (const [path, url] of urls) {
      const host = /^https?:\/\/([^/]*)/.exec(url ?? '')?.[1] ?? '';
      if (host.includes(place) && host !== place) findings.push(finding(path, `${place} must be the whole host`));
    }
    for (const field of ['authorize_url', 'token_url', 'device_url', 'revoke_url'] as const)
      if (auth[field]?.includes(place) === true)
        findings.push(
          finding(['auth', field], `may not hold ${place}: the client's secret would go where a tenant says`),
        );
    for (const [index, host] of (auth.hosts ?? []).entries())
      if (host !== place && (auth.hosts ?? []).some((other) => other.includes(place)))
        findings.push(finding(['auth', 'hosts', index], `a credential of ${place} goes there alone`));
    return findings;
  });
}
