export { openVendorSpec, type SpecPlace, vendorSpecFile, vendorSpecsAtHand } from './open-vendor-spec.ts';
export { readSpecTable, type SpecTable, type VendorSpec } from './spec-table.ts';
export { VendorSpecError, type VendorSpecProblem } from './vendor-spec-error.ts';
