import { afterAll, beforeAll, vi } from 'vitest';

/** Gives the AWS SDK a Region and credentials for the tests of a file. */
export function withAwsEnvironment(): void {
  beforeAll(() => {
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example-secret');
  });
  afterAll(() => vi.unstubAllEnvs());
}
