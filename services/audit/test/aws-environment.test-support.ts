import { afterAll, beforeAll } from 'vitest';

/** For a suite: a Region and credentials from the usual AWS variables, which are as they were afterwards. */
export function withAwsEnvironment(changes: Readonly<Record<string, string>> = {}): void {
  const variables: Record<string, string> = {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    ...changes,
  };
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  beforeAll(() => void Object.assign(process.env, variables));
  afterAll(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
}
