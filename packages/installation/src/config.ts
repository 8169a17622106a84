/** Where programs are found that this package runs. */
export function programPath(): string {
  return process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin';
}
