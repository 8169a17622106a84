import { type Issue, PatchbayError, type WebhookSource } from '@patchbay/contracts';
import type { WebhookScheme } from '@patchbay/webhook-schemes';

/** @throws PatchbayError `invalid_request` naming a scheme, variant or setting that there is not. */
export function checkSource(
  schemes: ReadonlyMap<string, WebhookScheme>,
  { mode, scheme: id, variant, settings }: Pick<WebhookSource, 'mode' | 'scheme' | 'variant' | 'settings'>,
): void {
  if (mode === 'capture') {
    if (variant !== null || Object.keys(settings).length > 0)
      throw wrong([{ path: 'mode', message: 'a capture has neither variant nor settings' }]);
    return;
  }
  const scheme = schemes.get(id ?? '');
  if (scheme === undefined) throw wrong([{ path: 'scheme', message: `there is no scheme ${id}` }]);
  const variants = scheme.verify.map(({ name }) => name);
  const issues: Issue[] = Object.keys(settings)
    .filter((name) => !Object.hasOwn(scheme.settings, name))
    .map((name) => ({ path: `settings.${name}`, message: `${scheme.name} has no such setting` }));
  if (variant !== null && !variants.includes(variant))
    issues.push({ path: 'variant', message: `${scheme.name} has ${variants.join(', ')}` });
  if (issues.length > 0) throw wrong(issues);
}

function wrong(issues: Issue[]): PatchbayError {
  const [first] = issues;
  return new PatchbayError('invalid_request', {
    message: `The source is not right: ${first?.path}: ${first?.message}.`,
    details: { issues },
  });
}
