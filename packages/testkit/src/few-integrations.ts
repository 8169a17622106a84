/**
 * Of the shipped catalogue those that most tests of a whole system start with: reading all of it takes longer than they do.
 * Tests of the catalogue itself say that they want it whole.
 */
export const fewIntegrations: readonly string[] = [
  'asana',
  'github',
  'google_calendar',
  'hubspot',
  'microsoft_calendar',
  'salesforce',
  'slack',
  'stripe',
];
