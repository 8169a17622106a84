import { Context } from './context.ts';
import type { DetectOptions, Finding } from './finding.ts';
import { isTrusted } from './is-trusted.ts';
import { numberRuns } from './number-runs.ts';
import { resolveOverlaps } from './resolve-overlaps.ts';
import { scanCardDetails } from './scan/card-details.ts';
import { scanCreditCard } from './scan/credit-card.ts';
import { scanDateOfBirth } from './scan/date-of-birth.ts';
import { scanEmail } from './scan/email.ts';
import { scanIban } from './scan/iban.ts';
import { scanIp } from './scan/ip.ts';
import { scanLetteredIds } from './scan/lettered-ids.ts';
import { scanNationalNumbers } from './scan/national-numbers.ts';
import { scanPhone } from './scan/phone.ts';
import { isSecretLabel, scanSecret } from './scan/secret.ts';
import { scanStreetAddress } from './scan/street-address.ts';
import { scanUrlCredentials } from './scan/url-credentials.ts';
import { scanUsDriverLicense } from './scan/us-driver-license.ts';
import { scanUsSsn } from './scan/us-ssn.ts';
import type { Scanned, Scanner } from './scanner.ts';
import { viewOf } from './view.ts';

const scanners: readonly Scanner[] = [
  scanEmail,
  scanCreditCard,
  scanUsSsn,
  scanIban,
  scanIp,
  scanPhone,
  scanNationalNumbers,
  scanLetteredIds,
  scanUsDriverLicense,
  scanCardDetails,
  scanDateOfBirth,
  scanStreetAddress,
  scanUrlCredentials,
  scanSecret,
];

/** Countries whose numbers are known without their code. */
export const defaultCountries: readonly string[] = ['US', 'GB', 'CA'];

/**
 * Finds what is personal or secret in a text. Pure, and in time that grows with the text's length and no faster. Findings are in
 * the order of the text and do not overlap.
 */
export function detect(text: string, options: DetectOptions = {}): Finding[] {
  if (!tellable.test(text) && !isSecretLabel(options.label?.toLowerCase() ?? '')) return [];
  const view = viewOf(text, options.label);
  const scanned: Scanned = {
    view,
    context: new Context(view),
    runs: numberRuns(view.text),
    countries: options.countries ?? defaultCountries,
  };
  const candidates: Finding[] = [];
  for (const scan of scanners)
    for (const finding of scan(scanned)) if (isTrusted(finding, options)) candidates.push(finding);
  const resolved = resolveOverlaps(candidates);
  if (!options.entities || resolved.length === 0) return resolved;
  // Only now, so that what is asked for does not change what a number is taken for.
  const wanted = new Set(options.entities);
  return resolved.filter(({ entity }) => wanted.has(entity));
}

/** A text without any of these has nothing that a pattern finds; most texts of an API have none. */
const tellable = /[\p{Nd}@:]|-----|[_-]/u;
