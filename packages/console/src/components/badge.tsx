export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'plain';

/** What a state looks like. Its word is always there: a colour alone tells not everybody. */
const tones: Readonly<Record<string, Tone>> = {
  succeeded: 'ok',
  active: 'ok',
  ok: 'ok',
  closed: 'ok',
  permit: 'ok',
  approved: 'ok',
  connected: 'ok',
  verified: 'ok',
  intent: 'info',
  read: 'plain',
  write: 'info',
  waiting: 'warn',
  pending: 'warn',
  half_open: 'warn',
  paused: 'warn',
  cancelled: 'warn',
  expired: 'warn',
  outcome_unknown: 'warn',
  require_confirmation: 'warn',
  require_approval: 'warn',
  deprecated: 'warn',
  destructive: 'bad',
  failed: 'bad',
  refused: 'bad',
  revoked: 'bad',
  rejected: 'bad',
  open: 'bad',
  disabled: 'bad',
  dead_letter: 'bad',
  dropped: 'bad',
  forbid: 'bad',
  suspended: 'bad',
  breaking: 'bad',
};

export const toneOf = (word: string): Tone => tones[word] ?? 'plain';

export function Badge({ word, tone = toneOf(word) }: { readonly word: string; readonly tone?: Tone }) {
  return (
    <span className="badge" data-tone={tone}>
      {word.replaceAll('_', ' ')}
    </span>
  );
}
