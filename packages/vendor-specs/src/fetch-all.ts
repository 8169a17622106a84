// Gets every package of specs.yaml that is not here yet; `npm test` runs it. Exit code 1 says that one cannot be had.
import { fetchVendorSpecs, vendorSpecsAtHand } from './open-vendor-spec.ts';
import { VendorSpecError } from './vendor-spec-error.ts';

try {
  if (!vendorSpecsAtHand()) process.stderr.write("Getting the vendors' API specifications …\n");
  await fetchVendorSpecs();
} catch (error) {
  if (!(error instanceof VendorSpecError)) throw error;
  const detail = error.cause instanceof Error ? `${error.cause.message.trim()}\n` : '';
  process.stderr.write(`${detail}${error.message}\n`);
  process.exitCode = 1;
}
