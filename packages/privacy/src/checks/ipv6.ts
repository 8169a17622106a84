/** Whether a text in lower case is an IPv6 address as RFC 4291, 2.2 writes them, without a zone. */
export function readIpv6(address: string): boolean {
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const groups = halves.map(groupsIn);
  if (groups.some((count) => count === undefined)) return false;
  const count = groups.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  return halves.length === 2 ? count <= 7 : count === 8;
}

/** How many groups of sixteen bits a part has; an IPv4 address at its end counts as two. */
function groupsIn(part: string): number | undefined {
  if (part === '') return 0;
  const pieces = part.split(':');
  let count = 0;
  for (const [index, piece] of pieces.entries()) {
    if (group.test(piece)) count++;
    else if (index === pieces.length - 1 && isIpv4(piece)) count += 2;
    else return undefined;
  }
  return count;
}

const group = /^[0-9a-f]{1,4}$/;

const isIpv4 = (piece: string) => {
  const parts = piece.split('.');
  return parts.length === 4 && parts.every((part) => octet.test(part) && Number(part) <= 255);
};

const octet = /^(?:0|[1-9]\d{0,2})$/;
