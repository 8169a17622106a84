/** Filled in by circuits once a route tells of them. */
export function Breakers() {
  return null;
}
