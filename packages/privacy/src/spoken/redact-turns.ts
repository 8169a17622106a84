import { detect } from '../detect.ts';
import type { Entity } from '../entities.ts';
import type { RedactionPolicy } from '../policy.ts';
import { blockedBy, narrowed, replaceFindings } from '../redact-text.ts';
import { resolveOverlaps } from '../resolve-overlaps.ts';
import { detectSpoken, type SpokenFinding } from './detect-spoken.ts';
import type { Turn } from './turns.ts';

export interface RedactedTurns {
  readonly turns: readonly Turn[];
  readonly findings: readonly SpokenFinding[];
  readonly blocked: readonly Entity[];
}

/**
 * Carries a policy out on the turns of a conversation: on what is written in each and on what is spoken over several. Of something
 * in several parts the first becomes what the policy says, and each further one `[entity]`.
 */
export function redactTurns(turns: readonly Turn[], policy: RedactionPolicy): RedactedTurns {
  const options = narrowed(policy);
  const spoken = detectSpoken(turns, options);
  const places = spoken.flatMap((finding) =>
    finding.parts.map((part) => ({ ...finding, ...part, further: part !== finding.parts[0] })),
  );
  const byTurn = Object.groupBy(places, ({ turn }) => turn);
  const findings: SpokenFinding[] = [];
  const redacted = turns.map((turn, index) => {
    const parts = byTurn[index] ?? [];
    const written = detect(turn.text, options);
    const here = resolveOverlaps([...parts, ...written]).map((one) => ({ further: false, ...one }));
    for (const { entity, score, normalized, start, end } of here.filter((one) => !('parts' in one)))
      findings.push({
        entity,
        score,
        normalized: normalized ?? turn.text.slice(start, end),
        parts: [{ turn: index, start, end }],
      });
    return { ...turn, text: replaceFindings(turn.text, here, policy) };
  });
  findings.push(...spoken);
  return { turns: redacted, findings, blocked: blockedBy(policy, findings) };
}
