import { Badge } from '../components/badge.tsx';
import type { LiveState } from './live-socket.ts';

/** Whether what is seen is told as it happens. */
export function LiveBadge({ state }: { readonly state: LiveState }) {
  return state === 'live' ? (
    <Badge word="live" tone="ok" />
  ) : (
    <Badge word={state === 'connecting' ? 'connecting' : 'asking every 5 s'} tone="warn" />
  );
}
